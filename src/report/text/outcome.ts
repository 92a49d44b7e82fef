// Outcomes for people: what happened, the evidence, and what to do if something remains to be done.
import { type Evidence, type Outcome, untestedNote } from '../../domain/outcome/outcome.ts';
import { pending, type Plan, refusingGuards } from '../../domain/plan/plan.ts';
import { isOfDesiredState } from '../../domain/problem/codes.ts';
import type { Problem } from '../../domain/problem/problem.ts';
import { planSummary } from './plan.ts';
import { problemText } from './problem.ts';
import { momentText, plural } from '../../lib/text.ts';
import { duration, indent, type Style } from './style.ts';

/** Equal lines once, with their number: fifty added keys are one line. */
function evidenceText(evidence: readonly Evidence[], style: Style): string[] {
  const equal = Map.groupBy(evidence, ({ check, passed, detail }) => JSON.stringify([check, passed, detail]));
  return [...equal.values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const detail = first.detail ? style.dim(`  ${first.detail}`) : '';
    const times = same.length > 1 ? style.dim(`  × ${same.length}`) : '';
    return [`  ${first.passed ? style.good('✓') : style.bad('✗')} ${first.check}${detail}${times}`];
  });
}

/** A plan without changes makes the gateway load what its file already contains. */
function amountOf(plan: Plan): string {
  const changes = pending(plan).length;
  return changes === 0 ? 'that the gateway holds its file' : plural(changes, 'change');
}

/** A dry run would write something; otherwise nothing that differs is written. */
function driftOf(plan: Plan): string {
  return plan.writes.length > 0
    ? planSummary(plan)
    : `${plural(plan.changes.length, 'difference')} not changed`;
}

/** The result of a dry run of a restore. */
function wouldChange(places: number): string {
  return places === 0
    ? 'dry run: would change no value, only how the file is written'
    : `dry run: would make ${plural(places, 'change')}`;
}

/** The input can be the files, but also the name of a backup. */
function invalidity(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first && errors.every(({ code }) => isOfDesiredState(code)))
    return 'the desired state is invalid, nothing written';
  return `nothing written: ${first && errors.length === 1 ? first.message : 'the input is not valid'}`;
}

function refusal(plan: Plan | undefined): string {
  const guards = refusingGuards(plan);
  return guards.length > 0 ? `refused by ${guards.join(', ')}, nothing written` : 'refused, nothing written';
}

/** The first error says whether nothing answers or access was denied. */
function inaccessible(problems: readonly Problem[]): string {
  const cause = problems.find(({ severity }) => severity === 'error')?.message;
  return cause === undefined
    ? "can't connect to the gateway, or access was denied"
    : `no access to the gateway: ${cause}`;
}

/** The outcome in one sentence, without colours; history and notifications use it too. */
export function outcomeSentence(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'in-sync':
      return `in sync (${outcome.depth} check)`;
    case 'applied': {
      const count = outcome.plan ? amountOf(outcome.plan) : 'changes';
      const restart =
        outcome.restartNeeded.length > 0 ? '; restart the gateway to put the rest into effect' : '';
      return `applied and verified ${count}${untestedNote(outcome)}${restart}`;
    }
    case 'drifted':
      if (outcome.wouldChange !== undefined) return wouldChange(outcome.wouldChange);
      return `drifted: ${outcome.plan ? driftOf(outcome.plan) : 'differences found'}`;
    case 'stale-memory':
      return `the file is correct, but the running gateway hasn't loaded ${outcome.paths.join(', ')}`;
    case 'refused':
      return refusal(outcome.plan);
    case 'rolled-back':
      return `rolled back${outcome.memoryOnly ? ' (memory only)' : ` (${outcome.fidelity})`}: ${outcome.reason}`;
    case 'rollback-failed':
      return `ROLLBACK FAILED, manual action required: ${outcome.reason}`;
    case 'restored':
      return `restored ${outcome.restored} (${outcome.fidelity})${untestedNote(outcome)}`;
    case 'cancelled':
      return `stopped, nothing written: ${outcome.reason}`;
    case 'failed':
      return outcome.unfinished
        ? `failed after a request was sent, which the next run resolves from the journal: ${outcome.reason}`
        : `failed, nothing written: ${outcome.reason}`;
    case 'stale':
      return `stale, nothing written: ${outcome.reason}`;
    case 'locked':
      return `locked by ${outcome.holder}, nothing written`;
    case 'unreachable':
      return inaccessible(outcome.problems);
    case 'invalid':
      return invalidity(outcome.problems);
    case 'contested':
      return `contested: something keeps changing ${outcome.paths.join(', ')} back, so Holdfast no longer corrects it`;
    case 'quarantined':
      if (outcome.parts) return outcome.reason;
      return outcome.by === undefined
        ? `this revision failed before and isn't tried again: ${outcome.reason}`
        : `this revision isn't applied until the files change or you retry it: ${outcome.reason}`;
    case 'suspended':
      return `suspended until ${momentText(outcome.until)}: ${outcome.reason}`;
    case 'waiting':
      return `waits ${outcome.reason}`;
  }
}

function paintOf(outcome: Outcome, style: Style): (text: string) => string {
  if (['in-sync', 'applied', 'restored'].includes(outcome.kind)) return style.good;
  return ['drifted', 'stale-memory', 'suspended', 'waiting', 'contested', 'cancelled'].includes(outcome.kind)
    ? style.warn
    : style.bad;
}

function details(outcome: Outcome, style: Style): string[] {
  switch (outcome.kind) {
    case 'applied':
      return [
        ...evidenceText(outcome.evidence, style),
        ...outcome.notServedYet.map((alias) => `  ${style.warn('!')} applied, not served yet: ${alias}`),
        ...outcome.restartNeeded.map(
          (path) => `  ${style.warn('!')} needs a restart of the gateway: ${path}`,
        ),
        `  ${style.dim(backupText(outcome))}`,
      ];
    case 'rolled-back':
    case 'restored':
      return [...evidenceText(outcome.evidence, style), `  ${style.dim(backupText(outcome))}`];
    case 'rollback-failed':
      return [
        ...evidenceText(outcome.evidence, style),
        `  ${style.bold("Follow these steps by hand. They don't need the API:")}`,
        ...outcome.remedy.map((step, i) => `    ${i + 1}. ${step}`),
      ];
    default:
      return [];
  }
}

function backupText({ backup, archive }: { readonly backup: string; readonly archive?: string }): string {
  return archive === undefined ? `backup ${backup}` : `backup ${backup}, also in ${archive}`;
}

/** The sentence, without a reason that one of the errors below it says. */
function headline(outcome: Outcome): string {
  const sentence = outcomeSentence(outcome);
  const told = outcome.problems.find(({ message }) => sentence.endsWith(`: ${message}`));
  return told ? sentence.slice(0, -`: ${told.message}`.length) : sentence;
}

export function outcomeText(outcome: Outcome, style: Style): string {
  const total = Object.values(outcome.requests).reduce((sum, count) => sum + count, 0);
  const cost = total > 0 ? `${plural(total, 'request')}, ` : '';
  return [
    `${style.accent(style.bold(outcome.target))}  ${paintOf(outcome, style)(headline(outcome))}`,
    ...details(outcome, style),
    ...outcome.problems.map((problem) => indent(problemText(problem, style), 2)),
    `  ${style.dim(`${cost}${duration(outcome.durationMs)}`)}`,
  ].join('\n');
}
