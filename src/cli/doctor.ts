// `holdfast doctor`: what a person checks by hand, each line with its remedy.
import type { Command } from 'commander';
import { type Check, diagnose } from '../gateway/doctor.ts';
import { CODES } from '../nouns/codes.ts';
import { type ExitCode, EXIT, worstExit } from '../nouns/exit.ts';
import { checksText } from '../report/checks-text.ts';
import { authMemoryOf } from '../state/auth-memory.ts';
import { knownValuesOf } from '../state/known-values.ts';
import { withTarget } from '../state/with-target.ts';
import type { Io } from './io.ts';
import { gatewayOptions, onCall, type PlanFlags } from './options.ts';
import { openSession } from './session.ts';
import { wrapped } from '../report/wrap.ts';
import { show, showWarnings } from './show.ts';

interface Flags extends PlanFlags {
  readonly retryAuth?: boolean;
}

export function define(command: Command, io: Io): void {
  const doctor = gatewayOptions(command)
    .option('--retry-auth', 'allow one login now, after a remembered failure')
    .addHelpText(
      'after',
      `
Logs in once at the most: five failures ban an address for 30 minutes.

Examples:
  $ holdfast doctor
  $ holdfast doctor --url http://127.0.0.1:8317 --key-file key.txt
  $ holdfast doctor --retry-auth`,
    );
  onCall(doctor, (flags: Flags) => run(flags, io));
}

async function run(flags: Flags, io: Io): Promise<void> {
  await using session = await openSession(flags, io);
  const { store, catalog, clock } = session;
  const targets: { target: string; url: string; checks: readonly Check[] }[] = [];
  for (const target of session.targets) {
    if (flags.retryAuth) await authMemoryOf(store, target.name).clear();
    const checks = await withTarget(
      store,
      { target: target.name, owner: 'holdfast doctor' },
      async (lease) => {
        const known = knownValuesOf(store, await store.read(target.name));
        return diagnose({
          target,
          client: session.connect(target, lease),
          catalog,
          clock,
          ...(known && { known }),
        });
      },
    );
    targets.push({ target: target.name, url: target.url.origin, checks });
  }
  const damaged = await Promise.all(targets.map(({ target }) => store.damaged(target)));
  showWarnings(io, flags, damaged.flat());
  io.exit = worstExit(targets.flatMap(({ checks }) => checks.map(exitOf)));
  show(io, flags, 'doctor', { targets }, (style) =>
    wrapped(
      targets.map(({ target, url, checks }) => checksText(`${target} at ${url}`, checks, style)).join('\n'),
      io.columns,
    ),
  );
}

function exitOf({ status, code }: Check): ExitCode {
  if (status !== 'fail') return EXIT.ok;
  return code === undefined ? EXIT.unreachable : CODES[code].exit;
}
