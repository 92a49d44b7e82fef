// `holdfast usage`: requests by credential, from the endpoint that destroys nothing.
import type { Command } from 'commander';
import { usageOf } from '../gateway/usage.ts';
import { fingerprintsBy } from '../nouns/secret.ts';
import { usageText } from '../report/usage-text.ts';
import { withTarget } from '../state/with-target.ts';
import type { Io } from './io.ts';
import { gatewayOptions, onCall, type PlanFlags } from './options.ts';
import { openSession } from './session.ts';
import { show } from './show.ts';

export function define(command: Command, io: Io): void {
  const usage = gatewayOptions(command).addHelpText(
    'after',
    `
Counts since the gateway started; keys are shown as fingerprints.

Examples:
  $ holdfast usage
  $ holdfast usage --output json`,
  );
  onCall(usage, (flags: PlanFlags) => run(flags, io));
}

async function run(flags: PlanFlags, io: Io): Promise<void> {
  await using session = await openSession(flags, io);
  const targets = await Promise.all(
    session.targets.map((target) =>
      withTarget(session.store, { target: target.name, owner: 'holdfast usage' }, async (lease) => {
        const fingerprints = fingerprintsBy(target.digestKey.open());
        return {
          target: target.name,
          credentials: await usageOf(session.connect(target, lease), fingerprints),
        };
      }),
    ),
  );
  show(io, flags, 'usage', { targets }, (style) =>
    targets.map(({ target, credentials }) => usageText(target, credentials, style)).join('\n'),
  );
}
