// The action for GitHub, Gitea and Forgejo (action.yml): inputs of a step as a command line. Its outputs are written by
// the command itself (`--output github`). Bundled into one file by `npm run build:action`.
import { resolve } from 'node:path';
import { EXIT } from '../domain/problem/exit.ts';
import { HoldfastError } from '../domain/problem/problem.ts';
import { type Io, processIo } from '../compose/io.ts';
import { argvOf } from './ci/inputs.ts';
import { showProblems } from './io/show.ts';
import { main } from './main.ts';

/** Inputs come as variables: `INPUT_FAIL-ON`. */
async function act(given: Io): Promise<void> {
  const { argv, dir, token } = argvOf(given.env);
  const env = token === undefined ? given.env : { GITHUB_TOKEN: token, ...given.env };
  await main(argv, { ...given, env, cwd: resolve(given.cwd, dir) });
}

const io = processIo();
try {
  await act(io);
} catch (error) {
  if (!(error instanceof HoldfastError)) throw error;
  showProblems(io, { output: 'github', color: false }, 'action', error.exit, error.problems);
  process.exitCode = error.exit === EXIT.ok ? EXIT.unexpected : error.exit;
}
