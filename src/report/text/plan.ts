// A plan for reviewers: entries by name, before and after, consequences, the requests with the reason for each
// route, guard verdicts, one summary line.
import { shellWord } from '../../lib/shell.ts';
import { type Change, type ChangeKind, formerOf } from '../../domain/plan/change.ts';
import type { Verdict } from '../../domain/plan/guard.ts';
import { overrideFlag, overrideOf } from '../../domain/plan/override.ts';
import { isRefused, pending, type Plan } from '../../domain/plan/plan.ts';
import { undeclaredText } from '../../domain/plan/undeclared.ts';
import type { Write } from '../../domain/plan/write.ts';
import { commitWords } from './commit.ts';
import { placeText, problemText } from './problem.ts';
import { shownText } from './value.ts';
import { memoryText, type Memory, WAYS_TO_REMEMBER } from '../../domain/plan/memory.ts';
import { plural, sentence } from '../../lib/text.ts';
import { indent, type Style } from './style.ts';

export interface PlanView {
  /** Default: true. `diff` shows changes alone. */
  readonly requests?: boolean;
  /** Default: many findings that are allowed are counted. */
  readonly everyFinding?: boolean;
  /** Default: false. What the gateway has and no file declares. */
  readonly undeclared?: boolean;
}

const SIGN: Record<ChangeKind, string> = { add: '+', update: '~', remove: '-', rename: '»', move: '↕' };
const WIDEST_VALUE = 160;
/** Values up to this length are on the line of their path. */
const BESIDE_THE_PATH = 48;
/** Longer lists of edits are truncated. */
const MOST_EDITS = 12;

function signed(change: Change, style: Style): string {
  const paint = {
    add: style.good,
    update: style.warn,
    remove: style.bad,
    rename: style.accent,
    move: style.accent,
  }[change.kind];
  return paint(SIGN[change.kind]);
}

function valueText(change: Change): string {
  switch (change.kind) {
    case 'add':
      return shownText(change.after, WIDEST_VALUE);
    case 'remove':
      return shownText(change.before, WIDEST_VALUE);
    case 'rename':
      return `${shownText(formerOf(change), WIDEST_VALUE)} → ${shownText(change.after, WIDEST_VALUE)}`;
    case 'move':
      return `position ${shownText(formerOf(change))} → ${shownText(change.after)}`;
    case 'update':
      return `${shownText(change.before, WIDEST_VALUE)} → ${shownText(change.after, WIDEST_VALUE)}`;
  }
}

function originText(change: Change): string {
  const words = { git: '', first: '', drift: 'drift', both: 'changed on both sides' }[change.origin];
  const who = change.attribution ? `, ${change.attribution.replaceAll('-', ' ')}` : '';
  return words === '' ? '' : `${words}${who}`;
}

/** A difference that stays: the declared value, and the gateway's value. */
function driftText(change: Change): string {
  const held = shownText(change.before, WIDEST_VALUE);
  const declared = shownText(change.after, WIDEST_VALUE);
  switch (change.kind) {
    case 'add':
      return `declared ${declared}, missing on the gateway`;
    case 'remove':
      return `the gateway has ${held}, the files don't declare it`;
    case 'update':
      return `declared ${declared}, the gateway has ${held}`;
    case 'rename':
    case 'move':
      return `declared differently: ${valueText(change)}`;
  }
}

function lineOf(sign: string, change: Change, value: string, tags: readonly string[], style: Style): string {
  const tail = tags.length > 0 ? `  ${style.warn(`(${tags.join('; ')})`)}` : '';
  const place = change.position ? `  ${style.dim(placeText(change.position))}` : '';
  const beside = value.length <= BESIDE_THE_PATH;
  return [
    `  ${sign} ${style.bold(change.path)}${beside ? `  ${value}` : ''}${tail}${place}`,
    ...(beside ? [] : [`      ${value}`]),
  ].join('\n');
}

function changeText(change: Change, style: Style): string {
  const tags = [originText(change), change.restart ? 'needs a restart' : ''].filter(Boolean);
  const consequences = change.consequences.map(({ severity, text }) => {
    const paint = { note: style.dim, warning: style.warn, danger: style.bad }[severity];
    return `      ${paint(`${severity === 'note' ? '·' : '!'} ${text}`)}`;
  });
  return [lineOf(signed(change, style), change, valueText(change), tags, style), ...consequences].join('\n');
}

/** One difference that the gateway made: both values, where it is declared, and why it counts as drift. */
export function driftLine(change: Change, style: Style): string {
  const why = {
    git: '',
    first: 'never applied',
    drift: 'changed on the gateway',
    both: 'changed on both sides',
  };
  const tags = [why[change.origin], change.attribution?.replaceAll('-', ' ') ?? ''].filter(Boolean);
  return lineOf(style.warn('≠'), change, driftText(change), tags, style);
}

/** What differs and stays so, with the two solutions. */
function leftAlone(changes: readonly Change[], style: Style): string[] {
  if (changes.length === 0) return [];
  const lines = changes.map((change) => {
    const held = change.disposition === 'held' ? 'corrected recently, or too often' : '';
    return lineOf(
      style.warn('≠'),
      change,
      driftText(change),
      [change.attribution?.replaceAll('-', ' ') ?? '', held].filter(Boolean),
      style,
    );
  });
  const retry = changes.every(({ disposition }) => disposition === 'held') ? ' --retry' : '';
  const [only, ...others] = changes;
  const path = only && others.length === 0 ? ` ${shellWord(only.path)}` : '';
  const next = `  ${style.dim('correct it:')} holdfast apply --mode enforce${retry}   ${style.dim('keep it:')} holdfast adopt${path}`;
  return section("Differences that aren't changed", [...lines, next], style);
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

const findingText = (sign: string, { guard, path, message }: Verdict, style: Style): string =>
  `  ${sign} ${style.bold(guard)}${path ? ` ${path}` : ''}: ${message}`;

function overrides(guard: string, refused: readonly Verdict[]): string[] {
  const ways = refused.flatMap((verdict) => overrideOf(verdict) ?? []);
  const flags = [...new Set(ways.map(overrideFlag))];
  return flags.length > 1 && ways.every(({ choices }) => !choices)
    ? [`--allow ${guard}, or one by one: ${flags[0]}`]
    : flags;
}

function section(title: string, lines: readonly string[], style: Style): string[] {
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
  const refused = [
    ...new Set(plan.verdicts.filter((verdict) => !verdict.allowed).map((verdict) => verdict.guard)),
  ];
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

function header(plan: Plan, style: Style): string {
  const { build, api } = plan.gateway;
  const commit = plan.revision.commit
    ? ` (commit ${plan.revision.commit.sha.slice(0, 8)}${plan.revision.commit.dirty ? ', with uncommitted changes' : ''})`
    : '';
  const facts = [
    `gateway ${build.version}, api ${api}`,
    `mode ${plan.mode}`,
    `revision ${plan.revision.digest.slice(0, 8)}${commit}`,
  ];
  const words = plan.revision.commit && commitWords(plan.revision.commit);
  const under = words === undefined ? '' : `\n${style.dim(words)}`;
  return `${style.accent(style.bold(plan.target))}  ${style.dim(facts.join(' · '))}${under}`;
}

/** What the plan was compared with comes first: the rest depends on it. */
export function memoryLines(memory: Memory, style: Style): string[] {
  const text = memoryText(memory);
  if (text === undefined) return [];
  if (memory.source !== 'none') return [style.dim(sentence(text))];
  return [style.warn(sentence(text)), ...WAYS_TO_REMEMBER.map((way) => `  ${way}`)];
}

/** Values and gateway agree, but the gateway runs on something older. */
function repairLine(plan: Plan, style: Style): string[] {
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

const quietText = ({ only }: Plan): string =>
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
    : `\n${style.dim(`digest ${plan.digest.value.slice(0, 16)} (key ${plan.digest.keyId})`)}`;
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
    ...section(
      'Guards',
      [...Map.groupBy(plan.verdicts, ({ guard }) => guard)].map(([guard, verdicts]) =>
        guardText(guard, verdicts, style, view),
      ),
      style,
    ),
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
