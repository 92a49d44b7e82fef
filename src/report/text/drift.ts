// Drift for people: what changed on the gateway since the last apply. Changes of the files that wait for an apply are one
// line, because they aren't drift.
import { attributionText } from '../../domain/plan/attribution.ts';
import type { Change } from '../../domain/plan/change.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { plural } from '../../lib/text.ts';
import { driftText, lineOf } from './change.ts';
import {
  causesText,
  guardSection,
  header,
  memoryLines,
  type PlanView,
  quietText,
  repairLine,
  section,
  waysOut,
} from './plan.ts';
import { problemText } from './problem.ts';
import { indent, type Style } from './style.ts';

/** Without a memory, nobody can tell which side changed. */
const isOfFiles = ({ origin }: Change, { memory }: Plan): boolean =>
  origin === 'git' || (origin === 'first' && memory.source !== 'none');

export function driftPlanText(plan: Plan, style: Style, view: PlanView = {}): string {
  const waiting = plan.changes.filter((change) => isOfFiles(change, plan));
  const theirs = plan.changes.filter((change) => !isOfFiles(change, plan));
  const refused = plan.verdicts.filter(({ allowed }) => !allowed);
  return [
    [header(plan, style), ...memoryLines(plan.memory, style)].join('\n'),
    ...(theirs.length > 0 ? driftSection(theirs, plan, style) : inSyncLines(plan, style)),
    ...(waiting.length > 0 ? [pendingLine(waiting.length, style)] : []),
    ...guardSection(refused, style, view),
    ...section(
      'Ignored by policy',
      plan.ignored.map((path) => `  ${path}`),
      style,
    ),
    ...section(
      `Left out: drift is limited to ${(plan.only ?? []).join(', ')}`,
      (plan.leftOut ?? []).map((path) => `  ${path}`),
      style,
    ),
    ...section(
      'Notes',
      plan.notes.map((note) => indent(problemText(note, style), 2)),
      style,
    ),
  ].join('\n\n');
}

function driftSection(changes: readonly Change[], { memory }: Plan, style: Style): string[] {
  const title =
    memory.source === 'none'
      ? `${plural(changes.length, 'difference')} between the gateway and the files`
      : `${plural(changes.length, 'change')} on the gateway`;
  return section(
    title,
    [
      ...changes.map((change) => lineIn(change, style)),
      ...causesText(changes, style),
      waysOut(changes, style),
    ],
    style,
  );
}

/** The title says that the gateway changed. */
function lineIn(change: Change, style: Style): string {
  const tags = [
    change.origin === 'both' ? 'changed on both sides' : '',
    attributionText(change) ?? '',
  ].filter(Boolean);
  return lineOf(style.warn('≠'), change, driftText(change), tags, style);
}

function inSyncLines(plan: Plan, style: Style): string[] {
  if (plan.changes.length > 0) return [style.good('No drift: nothing changed on the gateway.')];
  const repair = repairLine(plan, style);
  return repair.length > 0 ? repair : [style.good(quietText(plan))];
}

function pendingLine(count: number, style: Style): string {
  const text = count === 1 ? '1 change of the files waits' : `${count} changes of the files wait`;
  return `${style.warn(`${text} for an apply`)}  ${style.dim('see:')} holdfast plan`;
}
