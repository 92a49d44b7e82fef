// `holdfast explain route MODEL`: which credentials serve it, in which order, and why.
import type { Command } from 'commander';
import type { PlanFlags } from '../../../compose/flags.ts';
import type { Io } from '../../../compose/io.ts';
import { EXIT } from '../../../domain/problem/exit.ts';
import { routeText } from '../../../report/text/routes.ts';
import { gatewayOptions, onCall, sourceOptions } from '../../io/options.ts';
import { openCommandSession } from '../../io/session.ts';
import { show } from '../../io/show.ts';
import { routeAt } from './routes.ts';

interface Flags extends PlanFlags {
  readonly plan?: boolean;
}

export function defineRoute(explaining: Command, io: Io): void {
  const route = explaining
    .command('route')
    .description('Show which credentials serve a model, in which order, and why others do not.')
    .argument('<model>', 'the name that a client asks for')
    .option('--plan', 'after an apply of the files, not now');
  sourceOptions(gatewayOptions(route)).addHelpText(
    'after',
    `
Exits with 2 if no credential serves the model. Every client key can ask for every model. A credential that failed
recently is skipped for some time. For accounts (OAuth files) the gateway tells until when, but not for which models;
for API keys it tells nothing. With --plan, accounts offer the models that they offer now.

Examples:
  $ holdfast explain route kimi
  $ holdfast explain route team/sonnet --plan`,
  );
  onCall(route, async (flags: Flags, model) => {
    await using session = await openCommandSession(flags, io);
    const routes = await Promise.all(
      session.targets.map((target) => routeAt(session, target, String(model), flags.plan === true)),
    );
    if (routes.some(({ tiers }) => tiers.length === 0)) io.exit = EXIT.differences;
    show(io, flags, 'explain route', { routes }, (style) =>
      routes.map((one) => routeText(one, style)).join('\n'),
    );
  });
}
