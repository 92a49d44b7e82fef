// A plan for reviewers: entries by name, before and after, consequences, the requests with the reason for each
// route, guard verdicts, one summary line.
import { attributionText, causeLines } from '../../domain/plan/attribution.ts';
import { shellWord } from '../../lib/shell.ts';
import { type Change, type ChangeKind, EXPIRED } from '../../domain/plan/change.ts';
import type { Verdict } from '../../domain/plan/guard.ts';
import { overrideFlag, overrideOf } from '../../domain/plan/override.ts';
import { isRefused, pending, refusingGuards, type Plan } from '../../domain/plan/plan.ts';
import { undeclaredText } from '../../domain/plan/undeclared.ts';
import type { Write } from '../../domain/plan/write.ts';
import { commitText } from './commit.ts';
import { changeText, driftText, lineOf, WIDEST_VALUE } from './change.ts';
import { problemText } from './problem.ts';
import { shownText } from './value.ts';
import { memoryText, type Memory, UNLESS_FIRST, WAYS_TO_REMEMBER } from '../../domain/plan/memory.ts';
import { plural, sentence } from '../../lib/text.ts';
import { indent, type Style } from './style.ts';

export interface PlanView {
  /** Default: false. What changed on the gateway, and what waits for an apply as one line. */
  readonly drift?: boolean;
  /** Default: true. `diff` shows changes alone. */
  readonly requests?: boolean;
  /** Default: many findings that are allowed are counted. */
  readonly everyFinding?: boolean;
  /** Default: false. What the gateway has and no file declares. */
  readonly undeclared?: boolean;
}

/** Longer lists of edits are truncated. */
const MOST_EDITS = 12;

/** What differs and stays so, with the two solutions. */
function leftAlone(changes: readonly Change[], style: Style): string[] {
  if (changes.length === 0) return [];
  const lines = changes.map((change) => {
    const held = change.disposition === 'held' ? heldText(change) : '';
    return lineOf(
      style.warn('≠'),
      change,
      driftText(change),
      [attributionText(change) ?? '', held].filter(Boolean),
      style,
    );
  });
  return section(
    "Differences that aren't changed",
    [...lines, ...causesText(changes, style), waysOut(changes, style)],
    style,
  );
}

/** What the changes on the gateway look like. */
export const causesText = (changes: readonly Change[], style: Style): string[] =>
  causeLines(changes).map((line) => `  ${style.dim('hint:')} ${line}`);

const heldText = ({ quarantined }: Change): string =>
  quarantined ? 'quarantined' : 'corrected recently, or too often';

/** How to end drift: by the files, or by the gateway. */
export function waysOut(changes: readonly Change[], style: Style): string {
  if (changes.every(({ quarantined }) => quarantined))
    return `  ${style.dim('correct the files, or try again:')} holdfast apply --retry`;
  const retry = changes.every(({ disposition }) => disposition === 'held') ? ' --retry' : '';
  const correct = `${style.dim('correct it:')} holdfast apply --mode enforce${retry}`;
  const adoptable = changes.filter(({ attribution }) => attribution !== EXPIRED);
  const [only, ...others] = adoptable;
  const path = only && others.length === 0 ? ` ${shellWord(only.path)}` : '';
  const keep = adoptable.length === 0 ? '' : `   ${style.dim('keep it:')} holdfast adopt${path} --write`;
  return `  ${correct}${keep}`;
}

function writeText(write: Write, position: number, style: Style): string {
  const query = write.query ? `?${new URLSearchParams(write.query)}` : '';
  const made = plural(write.makes.length, 'change');
  const body = write.body === undefined ? [] : [`     ${style.dim(bodyText(write))}`];
  return [
    `  ${position}. ${style.bold(`${write.method} ${write.path}${query}`)}  ${style.dim(made)}`,
    ...body,
    `     ${write.reason}`,
  ].join('\n');
}

function bodyText(write: Write): string {
  if (typeof write.body !== 'string') return shownText(write.body, WIDEST_VALUE);
  const lines = write.body.trimEnd().split('\n');
  const kept =
    lines.length > MOST_EDITS
      ? [...lines.slice(0, MOST_EDITS - 1), `… and ${lines.length - MOST_EDITS + 1} more edits`]
      : lines;
  return indent(kept.join('\n'), 5).trimStart();
}

/** More findings that are allowed become one line. */
const FOLDED_FROM = 4;

/** The findings of one guard: each once, then the remedy and the flags that would allow them. */
function guardText(guard: string, verdicts: readonly Verdict[], style: Style, view: PlanView): string {
  const refused = verdicts.filter((verdict) => !verdict.allowed);
  const allowed = verdicts.filter((verdict) => verdict.allowed);
  const folds = allowed.length >= FOLDED_FROM && !view.everyFinding;
  const lines = [
    ...refused.map((verdict) => findingText(style.bad('refused'), verdict, style)),
    ...(folds
      ? [
          `  ${style.warn('allowed')} ${style.bold(guard)} at ${allowed.length} places ${style.dim('(--verbose lists them)')}`,
        ]
      : allowed.map((verdict) => findingText(style.warn('allowed'), verdict, style))),
  ];
  const remedies = [...new Set(refused.map((verdict) => verdict.remedy))];
  return [
    ...lines,
    ...remedies.map((remedy) => `    ${style.dim('fix')} ${remedy}`),
    ...overrides(guard, refused).map((flag) => `    ${style.dim('or ')} ${flag}`),
  ].join('\n');
}

export function guardSection(verdicts: readonly Verdict[], style: Style, view: PlanView = {}): string[] {
  const byGuard = [...Map.groupBy(verdicts, ({ guard }) => guard)];
  return section(
    'Guards',
    byGuard.map(([guard, found]) => guardText(guard, found, style, view)),
    style,
  );
}

const findingText = (sign: string, { guard, path, message }: Verdict, style: Style): string =>
  `  ${sign} ${style.bold(guard)}${path ? ` ${path}` : ''}: ${message}`;

function overrides(guard: string, refused: readonly Verdict[]): string[] {
  const ways = refused.flatMap((verdict) => overrideOf(verdict) ?? []);
  const flags = [...new Set(ways.map(overrideFlag))];
  return flags.length > 1 && ways.every(({ choices }) => !choices)
    ? [`--allow ${guard}, or one by one: ${flags[0]}`]
    : flags;
}

export function section(title: string, lines: readonly string[], style: Style): string[] {
  return lines.length === 0 ? [] : [`${style.bold(title)}\n${lines.join('\n')}`];
}

/** `2 to add, 1 to update; 1 request; refused by mass-delete`. */
export function planSummary(plan: Plan, { requests = true }: PlanView = {}): string {
  const made = pending(plan);
  const verbs: readonly (readonly [ChangeKind, string])[] = [
    ['add', 'add'],
    ['update', 'update'],
    ['rename', 'rename'],
    ['move', 'move'],
    ['remove', 'remove'],
  ];
  const counts = verbs.flatMap(([kind, verb]) => {
    const count = made.filter((change) => change.kind === kind).length;
    return count > 0 ? [`${count} to ${verb}`] : [];
  });
  const left = plan.changes.length - made.length;
  const refused = refusingGuards(plan);
  return [
    counts.length > 0 ? counts.join(', ') : plan.writes.length > 0 ? 'no change of values' : 'nothing to do',
    ...(left > 0 ? [`${plural(left, 'difference')} not changed`] : []),
    ...(plan.leftOut && plan.leftOut.length > 0
      ? [`${plural(plan.leftOut.length, 'difference')} left out`]
      : []),
    ...(requests && plan.writes.length > 0 ? [plural(plan.writes.length, 'request')] : []),
    ...(refused.length > 0 ? [`refused by ${refused.join(', ')}`] : []),
  ].join('; ');
}

export function header(plan: Plan, style: Style): string {
  const { build, api } = plan.gateway;
  const { digest, commit } = plan.revision;
  const facts = [
    `gateway ${build.version}, api ${api}`,
    `mode ${plan.mode}`,
    `revision ${digest.slice(0, 12)}`,
  ];
  const under = commit ? `\n${style.dim(commitText(commit))}` : '';
  return `${style.accent(style.bold(plan.target))}  ${style.dim(facts.join(' · '))}${under}`;
}

/** What the plan was compared with comes first: the rest depends on it. */
export function memoryLines(memory: Memory, style: Style): string[] {
  const text = memoryText(memory);
  if (text === undefined) return [];
  if (memory.source !== 'none') return [style.dim(sentence(text))];
  return [style.warn(sentence(text)), UNLESS_FIRST, ...WAYS_TO_REMEMBER.map((way) => `  - ${way}`)];
}

/** Values and gateway agree, but the gateway runs on something older. */
export function repairLine(plan: Plan, style: Style): string[] {
  if (plan.changes.length > 0 || plan.writes.length === 0) return [];
  const stale = plan.agreement.kind === 'differ' && plan.agreement.cause === 'stale-memory';
  return [
    style.warn(
      stale
        ? "The files match the gateway's file, but its memory is stale. The plan makes the gateway read its file again."
        : 'No value changes.',
    ),
  ];
}

export const quietText = ({ only }: Plan): string =>
  only
    ? `In sync at ${only.join(', ')}: the gateway matches the files there.`
    : 'In sync: the gateway matches the files.';

function undeclaredSection({ undeclared }: Plan, style: Style): string[] {
  if (!undeclared)
    return section(
      'On the gateway, not in the files',
      ['  not listed: `policy.undeclared` is `ignore`, or the plan is limited'],
      style,
    );
  const lines = undeclared.length === 0 ? ['  nothing'] : undeclared.map((one) => `  ${undeclaredText(one)}`);
  return section('On the gateway, not in the files', lines, style);
}

/** `view`: what the reader wants to see of it. */
export function planText(plan: Plan, style: Style, view: PlanView = {}): string {
  const quiet = plan.changes.length === 0 && plan.writes.length === 0;
  const counts = planSummary(plan, view);
  const summary = `${style.bold('Plan:')} ${isRefused(plan) ? style.bad(counts) : counts}.`;
  const digest = quiet
    ? ''
    : `\n${style.dim(`plan digest ${plan.digest.value.slice(0, 12)} (signed with key ${plan.digest.keyId})`)}`;
  return [
    [header(plan, style), ...memoryLines(plan.memory, style)].join('\n'),
    ...(quiet ? [style.good(quietText(plan))] : []),
    ...repairLine(plan, style),
    ...section(
      'Changes',
      pending(plan).map((change) => changeText(change, style)),
      style,
    ),
    ...leftAlone(
      plan.changes.filter(({ disposition }) => disposition !== 'apply'),
      style,
    ),
    ...section(
      'Requests',
      view.requests === false ? [] : plan.writes.map((write, i) => writeText(write, i + 1, style)),
      style,
    ),
    ...guardSection(plan.verdicts, style, view),
    ...section(
      'Released, still in effect on the gateway',
      plan.released.map((path) => `  ${path}`),
      style,
    ),
    ...section(
      `Left out: the plan is limited to ${(plan.only ?? []).join(', ')}`,
      (plan.leftOut ?? []).map((path) => `  ${path}`),
      style,
    ),
    ...(view.undeclared ? undeclaredSection(plan, style) : []),
    ...section(
      'Ignored by policy',
      plan.ignored.map((path) => `  ${path}`),
      style,
    ),
    ...section(
      'Notes',
      plan.notes.map((note) => indent(problemText(note, style), 2)),
      style,
    ),
    `${summary}${digest}`,
  ].join('\n\n');
}
