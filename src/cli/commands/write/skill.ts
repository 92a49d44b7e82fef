// `holdfast skill install`: copies the package's agent skill to where agents look for skills.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { fail, HoldfastError, problem } from '../../../domain/problem/problem.ts';
import { packageFile } from '../../../lib/package-files.ts';
import { errorCode, orMissing, replaceFile } from '../../../state/files/disk.ts';
import type { Globals, Io } from '../../../compose/io.ts';
import { onCall } from '../../io/options.ts';
import { show } from '../../io/show.ts';

const NAME = 'cliproxyapi-manager';

/** Below a project or a home directory: the path that agents share, and the one that Claude Code reads. */
const PLACES = ['.agents/skills', '.claude/skills'];

interface Flags extends Globals {
  readonly dir?: readonly string[];
  readonly user?: boolean;
  readonly force?: boolean;
}

interface Installed {
  readonly file: string;
  readonly what: 'written' | 'updated' | 'unchanged';
}

interface Copy {
  readonly file: string;
  readonly text: string;
  /** Undefined: there is no file. */
  readonly before: string | undefined;
}

export function define(command: Command, io: Io): void {
  const install = command
    .command('install')
    .description('Copy the skill to where agents look for skills.')
    .option('--dir <dir...>', `skill directory (default: ${PLACES.join(' and ')} in this project)`)
    .option('--user', `install for all your projects: ${PLACES.map((place) => `~/${place}`).join(' and ')}`)
    .option('--force', 'replace a copy that has changed');
  command.addHelpText(
    'after',
    `
The skill \`${NAME}\` tells an AI agent how to manage a gateway with Holdfast: what to check first, how to change the
configuration, and what it must not do.

Examples:
  $ holdfast skill install
  $ holdfast skill install --user
  $ holdfast skill install --dir .github/skills`,
  );
  onCall(install, async (flags: Flags) => {
    const files = await installAt(placesOf(flags, io), flags.force === true, io.cwd);
    show(io, flags, 'skill install', { skill: NAME, files }, () =>
      files.map(({ file, what }) => `${what.padEnd(9)} ${file}\n`).join(''),
    );
  });
}

function placesOf({ dir, user }: Flags, io: Io): readonly string[] {
  if (dir && user) throw fail('HF1020', '--dir and --user contradict each other', { remedy: 'Choose one.' });
  const root = user ? (io.env['HOME'] ?? homedir()) : io.cwd;
  return (dir ?? PLACES).map((place) => join(resolve(root, place), NAME));
}

/** Writes nothing if someone changed one of the files, unless `force`. */
async function installAt(places: readonly string[], force: boolean, cwd: string): Promise<Installed[]> {
  const copies = (await Promise.all(places.map(copiesFor))).flat();
  const changed = copies.filter(({ text, before }) => before !== undefined && before !== text);
  if (changed.length > 0 && !force)
    throw new HoldfastError(
      changed.map(({ file }) =>
        problem('HF2074', `${relative(cwd, file)} differs from the skill of this release`, {
          remedy: 'Keep your changes elsewhere if you need them, then run the command with `--force`.',
        }),
      ),
    );
  const installed: Installed[] = [];
  for (const copy of copies) installed.push(await write(copy, cwd));
  return installed;
}

async function copiesFor(place: string): Promise<Copy[]> {
  const source = packageFile(`skills/${NAME}`);
  const names = await readdir(source, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.toSorted().map(async (path) => {
      const file = join(place, relative(source, path));
      const before = await readFile(file, 'utf8').catch(orMissing).catch(explain(file, 'read'));
      return { file, text: await readFile(path, 'utf8'), before };
    }),
  );
}

async function write({ file, text, before }: Copy, cwd: string): Promise<Installed> {
  const shown = relative(cwd, file);
  if (before === text) return { file: shown, what: 'unchanged' };
  await mkdir(dirname(file), { recursive: true })
    .then(() => replaceFile(file, text, 0o644))
    .catch(explain(file, 'written'));
  return { file: shown, what: before === undefined ? 'written' : 'updated' };
}

const explain =
  (file: string, what: string) =>
  (error: unknown): never => {
    throw fail('HF2002', `${file} can't be ${what}: ${errorCode(error)}`, {}, { cause: error });
  };
