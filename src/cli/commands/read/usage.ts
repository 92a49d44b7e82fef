// `holdfast usage`: requests by credential, from the endpoint that destroys nothing.
import type { Command } from 'commander';
import { usageOf } from '../../../gateway/checks/usage.ts';
import { worstExit } from '../../../domain/problem/exit.ts';
import { HoldfastError } from '../../../domain/problem/problem.ts';
import { fingerprintsOf } from '../../../domain/named-key.ts';
import type { Target } from '../../../domain/target.ts';
import { problemsText } from '../../../report/text/problem.ts';
import { type ShownUsage, usageText } from '../../../report/text/usage.ts';
import { wrapped } from '../../../report/text/wrap.ts';
import { type Io, styleOf } from '../../../compose/io.ts';
import { gatewayOptions, onCall } from '../../io/options.ts';
import { openCommandSession } from '../../io/session.ts';
import type { Session } from '../../../compose/session.ts';
import { show } from '../../io/show.ts';
import type { PlanFlags } from '../../../compose/flags.ts';

export function define(command: Command, io: Io): void {
  const usage = gatewayOptions(command).addHelpText(
    'after',
    `
Counts requests since the gateway started. Shows keys as fingerprints.

Examples:
  $ holdfast usage
  $ holdfast usage --output json`,
  );
  onCall(usage, (flags: PlanFlags) => run(flags, io));
}

async function run(flags: PlanFlags, io: Io): Promise<void> {
  await using session = await openCommandSession(flags, io);
  const asked = await Promise.all(session.targets.map((target) => usageAt(session, target)));
  const targets = asked.filter((one) => 'credentials' in one);
  const failures = asked.filter((one) => 'error' in one);
  const problems = failures.flatMap(({ target, error }) => error.problems.map((one) => ({ target, ...one })));
  if (targets.length === 0 && problems.length > 0) throw new HoldfastError(problems);
  io.exit = worstExit(failures.map(({ error }) => error.exit));
  show(io, flags, 'usage', { targets, problems }, (style, columns) =>
    targets.map(({ target, credentials }) => usageText(target, credentials, style, columns)).join('\n'),
  );
  if (flags.output === 'text')
    io.err(wrapped(problemsText(problems, styleOf(io, flags, 'stderr')), io.columns));
}

interface Counted {
  readonly target: string;
  readonly credentials: readonly ShownUsage[];
}

interface Failed {
  readonly target: string;
  readonly error: HoldfastError;
}

/** A target that doesn't respond doesn't hide the others. */
async function usageAt(session: Session, target: Target): Promise<Counted | Failed> {
  try {
    return await session.withClient(target, 'usage', async (client) => ({
      target: target.name,
      credentials: await usageOf(client, fingerprintsOf(target)),
    }));
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { target: target.name, error };
  }
}
