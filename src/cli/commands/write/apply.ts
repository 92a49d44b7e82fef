// `holdfast apply`: one reconcile, with a plan and a question on a terminal.
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Context, ReconcileRequest } from '../../../apply/apply.ts';
import { worstExit } from '../../../domain/problem/exit.ts';
import { exitOf, type Outcome } from '../../../domain/outcome/outcome.ts';
import { type Digest, PLAN_FORMAT, type Plan } from '../../../domain/plan/plan.ts';
import { fail } from '../../../domain/problem/problem.ts';
import { readTextFile } from '../../../input/text-file.ts';
import type { Io } from '../../../compose/io.ts';
import { baseOption, gatewayOptions, onCall, onlyIn, planOptions, sourceOptions } from '../../io/options.ts';
import { afterAsking, type Confirm, confirmOnTerminal, type Planned } from '../../io/confirm.ts';
import { progress } from '../../io/progress.ts';
import { openCommandSession } from '../../io/session.ts';
import { type FailOn, failOnOption, gated } from '../../ci/fail-on.ts';
import { type ForgeFlags, forkOption, statusOption } from '../../ci/flags.ts';
import { type Approved, approvedDigests, type Around } from '../../ci/approval.ts';
import { writeOutputs } from '../../ci/outputs.ts';
import { openPublisher } from '../../ci/publisher.ts';
import { showReport } from '../../io/show.ts';
import { isRouted, type RemoteFlags, remoteOptions } from '../../io/remote-options.ts';

interface Flags extends RemoteFlags, ForgeFlags {
  readonly asApproved?: boolean;
  readonly failOn?: FailOn;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly retry?: boolean;
  readonly bisect?: boolean;
  /** `--no-wait`. */
  readonly wait?: boolean;
}

export function define(command: Command, io: Io): void {
  const apply = forkOption(
    statusOption(
      failOnOption(remoteOptions(planOptions(baseOption(gatewayOptions(sourceOptions(command))))), 'changes'),
    ),
  )
    .argument(
      '[plan.json]',
      "apply exactly this plan from `holdfast plan -o`; exit with 8 if it's no longer valid",
    )
    .option(
      '--as-approved',
      "apply exactly the plans in Holdfast's comments on the merged pull request of this CI job",
    )
    .option('-y, --yes', "don't ask for confirmation")
    .option('--dry-run', 'do everything up to the first write')
    .option('--retry', 'retry a revision that failed before')
    .addOption(
      new Option(
        '--bisect',
        'if the revision fails, find out which changes fail, and apply the rest (retries one that failed before)',
      ).conflicts(['asApproved', 'dryRun', 'only', 'via']),
    )
    .option('--no-wait', "with `strategy`: apply what is due now, and don't wait for waves to soak")
    .addHelpText(
      'after',
      `
Without a terminal, the command doesn't ask for confirmation. Guards protect the gateway. With
\`strategy\` in the settings, it applies to all targets wave by wave. --target, --only and
--dry-run leave the waves out.

Examples:
  $ holdfast apply
  $ holdfast apply --yes --output json
  $ holdfast plan -o plan.json && holdfast apply plan.json
  $ holdfast apply --as-approved --commit-status     # in a job after the merge
  $ holdfast apply --bisect                          # after a revision that was rolled back
  $ holdfast apply --allow mass-delete:gemini-api-key
  $ holdfast apply plan.json --via https://holdfast.example`,
    );
  onCall(apply, (flags: Flags, file) => run(file, flags, io));
}

async function run(file: string | undefined, flags: Flags, io: Io): Promise<void> {
  const approved = await approvalIn(file, flags, io);
  await using publisher = await openPublisher('apply', flags, io);
  const seen: Planned[] = [];
  const ask = confirmOnTerminal(flags, io);
  const around = { confirm: ask && remembering(seen, ask), begun: publisher.begun };
  const outcomes = isRouted(flags)
    ? await (await import('../../remote/commands.ts')).remoteApplies(flags, io, approved, around)
    : await applies(flags, io, approved, around);
  const exits = outcomes.map(exitOf);
  const exit = worstExit(exits.map((found) => gated(found, flags.failOn ?? 'changes')));
  const report = {
    command: 'apply',
    exit,
    found: worstExit(exits),
    plans: [],
    outcomes,
    problems: [],
    shown: seen.map(({ plan }) => plan.digest.value),
    told: seen.flatMap((planned) => planned.problems),
  };
  const published = await publisher.publish(report, outcomes);
  await writeOutputs(io, flags, published);
  showReport(io, flags, published);
}

/** What was approved elsewhere; undefined if no approval is required. */
async function approvalIn(
  file: string | undefined,
  { asApproved, bisect }: Flags,
  io: Io,
): Promise<Approved | undefined> {
  if (file !== undefined && asApproved)
    throw fail('HF1001', "a plan file and --as-approved can't be used together");
  if (file !== undefined && bisect)
    throw fail(
      'HF1001',
      'an approved plan is applied as a whole or not at all, so --bisect needs no plan file',
    );
  if (asApproved) return (await import('../../ci/approved.ts')).approvedOnForge(io);
  if (file === undefined) return undefined;
  const plan = await readPlan(resolve(io.cwd, file), file);
  const { target, memory, digest, only } = plan;
  const base = memory?.source === 'base' ? { base: memory.base.commit.sha } : {};
  return { target, ...base, ...(only && { only }), digestOf: async () => digest };
}

/** One target after the other. */
async function applies(
  flags: Flags,
  io: Io,
  approved: Approved | undefined,
  { confirm, begun }: Around,
): Promise<readonly Outcome[]> {
  const { reconcile } = await import('../../../apply/apply.ts');
  const base = flags.base ?? approved?.base;
  const only = {
    ...flags,
    ...(approved?.target !== undefined && { target: [approved.target] }),
    ...(base !== undefined && { base }),
  };
  await using session = await openCommandSession(only, io, progress(flags, io), { question: 'changes' });
  const names = session.targets.map(({ name }) => name);
  const digests = await approvedDigests(names, approved, flags);
  await begun(names);
  const request: ReconcileRequest = {
    ...(flags.dryRun && { dryRun: true }),
    ...((flags.retry || flags.bisect) && { retry: true }),
    ...(flags.bisect && { bisect: true }),
    ...onlyIn({ ...flags, ...(approved?.only && { only: approved.only }) }),
  };
  const applied = (
    context: Context,
    more: ReconcileRequest,
    digest: Digest | undefined,
  ): Promise<Outcome> => {
    const asked = { ...request, ...more };
    const work = {
      plan: () => reconcile(context, { ...asked, dryRun: true }),
      apply: (signed?: Digest) =>
        reconcile(context, { ...asked, ...(signed && { approved: { base: approved?.base, ...signed } }) }),
    };
    return digest || !confirm ? work.apply(digest) : afterAsking(work, confirm);
  };
  if (session.settings.strategy && isWholeFleet(only)) {
    const { appliesInWaves } = await import('../../rollout/in-waves.ts');
    return appliesInWaves(session, {
      apply: (context, more, isThere) => {
        // What was approved is what leads there; afterwards, nothing is approved.
        const digest = isThere ? undefined : digests.get(context.target.name);
        return applied(context, isThere && digests.size > 0 ? { ...more, mode: 'observe' } : more, digest);
      },
      isPatient: flags.wait !== false,
      signal: io.signal,
      say: (text) => (flags.quiet ? undefined : io.err(`${text}\n`)),
    });
  }
  const outcomes: Outcome[] = [];
  for (const target of session.targets)
    outcomes.push(await applied(session.contextOf(target), {}, digests.get(target.name)));
  return outcomes;
}

/** Named targets, parts of a revision and dry runs never are a rollout. */
const isWholeFleet = ({ target, only, dryRun }: Flags): boolean =>
  target === undefined && only === undefined && !dryRun;

/** A plan that was shown with the question isn't shown again; one that was refused before the question is. */
function remembering(seen: Planned[], ask: Confirm): Confirm {
  return (planned) => {
    seen.push(planned);
    return ask(planned);
  };
}

/** Bytes. */
const LARGEST_PLAN = 256 * 1024 * 1024;

async function readPlan(path: string, file: string): Promise<Plan> {
  const read = await readTextFile(path, file, LARGEST_PLAN);
  if ('problem' in read) throw fail('HF1002', read.problem.message);
  const plan = parsed(read.text);
  if (!plan || plan.format !== PLAN_FORMAT || !isSigned(plan))
    throw fail('HF1002', `${file} isn't a plan of this version (${PLAN_FORMAT})`);
  return plan;
}

/** Without a digest, nothing would identify the approved plan. */
function isSigned({ target, digest }: { readonly target: unknown; readonly digest: unknown }): boolean {
  const { keyId, value } = (digest ?? {}) as { keyId?: unknown; value?: unknown };
  return [target, keyId, value].every((text) => typeof text === 'string' && text !== '');
}

function parsed(text: string): Plan | undefined {
  try {
    return JSON.parse(text) as Plan;
  } catch {
    return undefined;
  }
}
