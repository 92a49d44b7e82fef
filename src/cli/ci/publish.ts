// Publishes the findings of a command on the forge of its CI job: a comment, commit statuses, the drift report. If
// the forge refuses, that becomes a problem in the report and doesn't stop the command.
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { isRefused, type Plan } from '../../domain/plan/plan.ts';
import { worstExit } from '../../domain/problem/exit.ts';
import { fail, HoldfastError, type Problem } from '../../domain/problem/problem.ts';
import type { StatusState } from '../../forge/api/api.ts';
import { type Approvable, fitted, markOf, putComment, subjectOf } from '../../forge/comment.ts';
import { driftMark, putReport } from '../../forge/drift-report.ts';
import type { Forge } from '../../forge/forge.ts';
import type { CiJob } from '../../input/ci-job.ts';
import { reportMarkdown } from '../../report/markdown.ts';
import { outcomeSentence } from '../../report/text/outcome.ts';
import { planSummary } from '../../report/text/plan.ts';
import { terminalSafeIn } from '../../lib/terminal-safe.ts';
import type { Io } from '../../compose/io.ts';
import type { PlanFlags } from '../../compose/flags.ts';
import type { ForgeFlags } from './flags.ts';
import { openJob } from './job.ts';
import type { Publisher } from './publisher.ts';

type Flags = ForgeFlags & Pick<PlanFlags, 'settings'>;

/** Throws HF8001 and HF8002 before any work if this job can't do what the flags require. */
export async function publisherOf(command: string, asked: string, flags: Flags, io: Io): Promise<Publisher> {
  const { job, forge } = await openJob(io, asked);
  if (flags.comment && !job.pullRequest)
    throw fail('HF8001', "--comment needs a job of a pull or merge request, and this job isn't one");
  const telling: Telling = { command, flags, io, job, forge };
  let pending: readonly Problem[] = [];
  return {
    async begun(targets) {
      if (flags.commitStatus) pending = await pendingStatuses(telling, targets);
    },
    async publish(report, outcomes) {
      const problems = [...pending, ...(await told(telling, outcomes))];
      const failed = problems.length > 0 ? [new HoldfastError(problems).exit] : [];
      return {
        ...report,
        exit: worstExit([report.exit, ...failed]),
        problems: [...report.problems, ...problems],
      };
    },
    [Symbol.asyncDispose]: () => forge[Symbol.asyncDispose](),
  };
}

interface Telling {
  readonly command: string;
  readonly flags: Flags;
  readonly io: Io;
  readonly job: CiJob;
  readonly forge: Forge;
}

/** One after the other, because forges limit the rate of writes. */
async function told(telling: Telling, outcomes: readonly Outcome[]): Promise<readonly Problem[]> {
  const { comment, commitStatus, issue } = telling.flags;
  const problems: Problem[] = [];
  for (const outcome of outcomes) {
    if (comment) problems.push(...(await problemsOf(() => commented(telling, outcome))));
    if (commitStatus) problems.push(...(await problemsOf(() => statusSet(telling, outcome))));
    if (issue) problems.push(...(await problemsOf(() => reported(telling, outcome))));
  }
  return unique(problems);
}

async function problemsOf(work: () => Promise<void>): Promise<readonly Problem[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (error instanceof HoldfastError) return error.problems;
    throw error;
  }
}

/** A token without permissions is one problem, however many targets there are. */
const unique = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map((problem) => [problem.code + problem.message, problem])).values(),
];

async function commented(telling: Telling, outcome: Outcome): Promise<void> {
  const { job, forge, flags, io } = telling;
  const { plan } = outcome;
  const subject = subjectOf(outcome.target, flags.settings);
  const mark = markOf(subject, plan && !isRefused(plan) ? approvableIn(plan) : undefined);
  const whole = `${mark}\n${masked(io, pageOf(telling, outcome))}`;
  const file = flags.commentFile ?? 'holdfast-comment.md';
  const { text, isCut } = fitted(whole, forge.longest, restIn(file, job));
  if (isCut || flags.commentFile !== undefined) await writeFile(resolve(io.cwd, file), whole);
  await putComment(forge, job.pullRequest?.number ?? 0, { subject, body: text });
}

const approvableIn = ({ digest, memory }: Plan): Approvable =>
  memory.source === 'base' ? { ...digest, base: memory.base.commit.sha } : digest;

/** The text for people: the plan, or why there is none, and where it was made. */
function pageOf({ command, job }: Telling, outcome: Outcome): string {
  const { plan, problems } = outcome;
  const page = reportMarkdown(
    terminalSafeIn({
      command,
      exit: 0,
      plans: plan ? [plan] : [],
      outcomes: plan ? [] : [outcome],
      problems: problems.filter((problem) => !plan?.notes.some((note) => note.message === problem.message)),
    }),
  );
  const commit = job.pullRequest?.head ?? job.commit;
  const where = job.link === undefined ? job.run : `[${job.run}](${job.link})`;
  return `${page}\n<sub>${where}, commit ${commit.slice(0, 12)}</sub>\n`;
}

function restIn(file: string, { link }: CiJob): string {
  const where = link === undefined ? '' : ` of [this run](${link})`;
  return `**This is only a part.** The whole comment is the file \`${file}\`${where}.`;
}

const masked = (io: Io, text: string): string => io.redact?.(text) ?? text;

function contextOf({ command, flags }: Telling, target: string): string {
  const { settings } = subjectOf(target, flags.settings);
  return ['holdfast', command, ...(settings === undefined ? [] : [settings]), target].join('/');
}

const commitOf = ({ pullRequest, commit }: CiJob): string => pullRequest?.head ?? commit;

async function pendingStatuses(telling: Telling, targets: readonly string[]): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const target of targets)
    problems.push(...(await problemsOf(() => setStatus(telling, target, 'pending', 'running'))));
  return unique(problems);
}

function statusSet(telling: Telling, outcome: Outcome): Promise<void> {
  const { command, io } = telling;
  const { state, text } = verdictOn(command, outcome);
  return setStatus(telling, outcome.target, state, masked(io, text));
}

function setStatus(telling: Telling, target: string, state: StatusState, description: string): Promise<void> {
  const { job, forge } = telling;
  return forge.setStatus(commitOf(job), {
    state,
    context: contextOf(telling, target),
    description,
    ...(job.link !== undefined && { link: job.link }),
  });
}

const FINE: ReadonlySet<Outcome['kind']> = new Set(['in-sync', 'applied', 'restored']);

/**
 * A plan may have changes. An apply that leaves drift did what it should: drift is none of the commit's changes. After a
 * check for drift nothing may differ.
 */
function verdictOn(command: string, outcome: Outcome): { state: StatusState; text: string } {
  const { plan } = outcome;
  if (command !== 'plan' || !plan || outcome.kind === 'stale-memory')
    return { state: isFine(command, outcome) ? 'success' : 'failure', text: outcomeSentence(outcome) };
  return { state: isRefused(plan) ? 'failure' : 'success', text: planSummary(plan) };
}

const isFine = (command: string, { kind }: Outcome): boolean =>
  FINE.has(kind) || (command === 'apply' && kind === 'drifted');

/** The report is about differences. An unreachable gateway shows none, and the job fails anyway. */
async function reported(telling: Telling, outcome: Outcome): Promise<void> {
  const { plan, target } = outcome;
  if (!plan) return;
  const { forge, io, flags } = telling;
  const subject = subjectOf(target, flags.settings);
  const differs = outcome.kind !== 'in-sync';
  const page = `${driftMark(subject)}\n${masked(io, pageOf(telling, outcome))}`;
  await putReport(forge, {
    subject,
    title: `Holdfast: ${target} differs from its files`,
    body: differs ? fitted(page, forge.longest, restIn('drift', telling.job)).text : undefined,
    over: `${target} is in sync again${sourceOf(plan)}.`,
  });
}

function sourceOf({ revision: { commit } }: Plan): string {
  return commit === undefined ? '' : ` with commit ${commit.sha.slice(0, 12)}`;
}
