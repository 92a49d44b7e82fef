// `holdfast plan` and `holdfast diff`.
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Outcome } from '../../../domain/outcome/outcome.ts';
import { isRefused, type Plan } from '../../../domain/plan/plan.ts';
import { fail } from '../../../domain/problem/problem.ts';
import type { Rehearsal, Report } from '../../../report/report.ts';
import type { Session } from '../../../compose/session.ts';
import type { Io } from '../../../compose/io.ts';
import { checkTargets, reportOfChecks } from './check.ts';
import { baseOption, gatewayOptions, onCall, planOptions, sourceOptions } from '../../io/options.ts';
import { showReport } from '../../io/show.ts';
import { type FailOn, failOnOption } from '../../ci/fail-on.ts';
import { commentOptions, type ForgeFlags, forkOption, statusOption } from '../../ci/flags.ts';
import { writeOutputs } from '../../ci/outputs.ts';
import { openPublisher } from '../../ci/publisher.ts';
import { isRouted, type RemoteFlags, remoteOptions } from '../../io/remote-options.ts';

interface Flags extends RemoteFlags, ForgeFlags {
  readonly out?: string;
  readonly exitCode?: boolean;
  readonly failOn?: FailOn;
  readonly shallow?: boolean;
  readonly routes?: boolean;
  readonly rehearse?: boolean;
}

export function define(command: Command, io: Io): void {
  const withExit = failOnOption(options(command), 'refused').option(
    '--exit-code',
    'exit with 2 if something differs, as --fail-on changes does',
  );
  onCall(withExit, (flags: Flags) => run('plan', flags, io));
}

/** `diff` is `plan --fail-on changes`. */
export const diff = {
  define(command: Command, io: Io): void {
    const described = failOnOption(options(command), 'changes').addHelpText(
      'after',
      '\nExits with 0 if nothing differs, 2 if something differs, and 4 if a guard would refuse the apply.',
    );
    onCall(described, (flags: Flags) => run('diff', { ...flags, exitCode: true }, io));
  },
};

function options(command: Command): Command {
  return forkOption(
    statusOption(
      commentOptions(remoteOptions(planOptions(baseOption(gatewayOptions(sourceOptions(command)))))),
    ),
  )
    .option('-o, --out <file>', 'save the plan of one target as JSON, for `holdfast apply FILE`')
    .option('--shallow', "read only the gateway's memory")
    .option('--undeclared', 'also list what the gateway has and no file declares')
    .option('--routes', 'also show which models other credentials would serve')
    .option('--rehearse', 'also apply the plan to an embedded gateway, and show what it would store')
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast plan
  $ holdfast plan -o plan.json && holdfast apply plan.json
  $ holdfast plan --comment --fail-on error     # in a job of a pull request
  $ holdfast plan --via https://holdfast.example
  $ holdfast diff --quiet || echo "something differs"`,
    );
}

async function run(name: string, flags: Flags, io: Io): Promise<void> {
  refuseRouted(flags);
  await using publisher = await openPublisher('plan', flags, io);
  const depth = flags.shallow ? 'shallow' : 'deep';
  let more: Pick<Report, 'routes' | 'rehearsals'> = {};
  const outcomes = await checkTargets(flags, io, {
    depth,
    question: 'changes',
    begun: publisher.begun,
    also: async (session, found) => {
      more = await shownAlong(session, found, flags);
    },
  });
  const report = reportOfChecks(name, outcomes, flags.failOn ?? (flags.exitCode ? 'changes' : 'refused'));
  const saved = flags.out === undefined ? undefined : await savePlan(flags.out, report.plans, io);
  const published = await publisher.publish(report, outcomes);
  await writeOutputs(io, flags, published, saved);
  const view = name === 'diff' ? { requests: false } : {};
  showReport(io, flags, { ...published, view, ...more });
}

function refuseRouted(flags: Flags): void {
  if (!isRouted(flags)) return;
  const flag = flags.routes ? '--routes' : flags.rehearse ? '--rehearse' : undefined;
  if (flag) throw fail('HF1020', `${flag} reads the gateway, so it can't be used with --via`);
}

/** `--routes` and `--rehearse`. */
async function shownAlong(
  session: Session,
  outcomes: readonly Outcome[],
  { routes, rehearse }: Flags,
): Promise<Pick<Report, 'routes' | 'rehearsals'>> {
  return {
    ...(routes && { routes: await plannedRoutes(session) }),
    ...(rehearse && { rehearsals: await rehearsed(session, outcomes) }),
  };
}

async function plannedRoutes(session: Session): Promise<NonNullable<Report['routes']>> {
  const { routeChangesAt } = await import('./routes.ts');
  return Promise.all(session.targets.map((target) => routeChangesAt(session, target)));
}

async function rehearsed(
  session: Session,
  outcomes: readonly Outcome[],
): Promise<NonNullable<Report['rehearsals']>> {
  const { rehearse } = await import('./rehearse.ts');
  const done: Rehearsal[] = [];
  for (const target of session.targets) {
    const plan = outcomes.find((one) => one.target === target.name)?.plan;
    if (plan && plan.writes.length > 0) done.push(await rehearse(session, target, plan));
  }
  return done;
}

/** Where the plan was saved; undefined if it wasn't. */
async function savePlan(file: string, plans: readonly Plan[], io: Io): Promise<string | undefined> {
  const [plan, ...others] = plans;
  if (!plan) return void io.err('no plan was created, and nothing was saved\n');
  if (others.length > 0) return void io.err('-o saves the plan of one target. Add --target NAME\n');
  const path = resolve(io.cwd, file);
  await writeFile(path, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 });
  io.err(`plan saved to ${file}${isRefused(plan) ? '. A guard would refuse to apply it' : ''}\n`);
  return path;
}
