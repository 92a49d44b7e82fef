// `holdfast doctor`: checks for troubleshooting, each with its remedy.
import type { Command } from 'commander';
import { type Check, diagnose } from '../../../gateway/checks/doctor.ts';
import { CODES } from '../../../domain/problem/codes.ts';
import { type ExitCode, EXIT, worstExit } from '../../../domain/problem/exit.ts';
import { checksText } from '../../../report/text/checks.ts';
import { authMemoryOf } from '../../../state/auth-memory.ts';
import { knownValuesOf } from '../../../state/known-values.ts';
import { historyProblems, verifyHistory } from '../../../state/verify-history.ts';
import type { Io } from '../../../compose/io.ts';
import { gatewayOptions, onCall } from '../../io/options.ts';
import { openCommandSession } from '../../io/session.ts';
import { show, showWarnings } from '../../io/show.ts';
import type { PlanFlags } from '../../../compose/flags.ts';

interface Flags extends PlanFlags {
  readonly retryAuth?: boolean;
  readonly deep?: boolean;
}

export function define(command: Command, io: Io): void {
  const doctor = gatewayOptions(command)
    .option('--retry-auth', 'try to log in once, despite an earlier failure')
    .option('--deep', 'also compare each endpoint with what Holdfast expects; only reads')
    .addHelpText(
      'after',
      `
Tries to log in at most once, because five failures ban an address for 30 minutes.

Examples:
  $ holdfast doctor
  $ holdfast doctor --url http://127.0.0.1:8317 --key-file key.txt
  $ holdfast doctor --retry-auth
  $ holdfast doctor --deep      # after an upgrade of the gateway`,
    );
  onCall(doctor, (flags: Flags) => run(flags, io));
}

async function run(flags: Flags, io: Io): Promise<void> {
  await using session = await openCommandSession(flags, io, undefined, { warn: showWarnings });
  const { store, clock } = session;
  const targets: { target: string; url: string; checks: readonly Check[] }[] = [];
  for (const target of session.targets) {
    if (flags.retryAuth) await authMemoryOf(store, target.name).clear();
    const checks = await session.withClient(target, 'doctor', async (client) => {
      const known = knownValuesOf(store, await store.read(target.name));
      return diagnose({ target, client, clock, ...(known && { known }), ...(flags.deep && { deep: true }) });
    });
    targets.push({ target: target.name, url: target.url.origin, checks });
  }
  const damaged = await Promise.all(targets.map(({ target }) => store.damaged(target)));
  const histories = await Promise.all(
    targets.map(async ({ target }) => historyProblems(target, await verifyHistory(store, target))),
  );
  showWarnings(io, flags, [...damaged.flat(), ...histories.flat()]);
  io.exit = worstExit(targets.flatMap(({ checks }) => checks.map(exitOf)));
  show(io, flags, 'doctor', { targets }, (style) =>
    targets.map(({ target, url, checks }) => checksText(`${target} at ${url}`, checks, style)).join('\n'),
  );
}

function exitOf({ status, code }: Check): ExitCode {
  if (status !== 'fail') return EXIT.ok;
  return code === undefined ? EXIT.unreachable : CODES[code].exit;
}
