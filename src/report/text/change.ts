// One difference, for reviewers: entries by name, before and after, where it is declared, consequences.
import { attributionText } from '../../domain/plan/attribution.ts';
import { type Change, type ChangeKind, formerOf } from '../../domain/plan/change.ts';
import { placeText } from './problem.ts';
import type { Style } from './style.ts';
import { shownText } from './value.ts';

const SIGN: Record<ChangeKind, string> = { add: '+', update: '~', remove: '-', rename: '»', move: '↕' };
export const WIDEST_VALUE = 160;
/** Values up to this length are on the line of their path. */
const BESIDE_THE_PATH = 48;
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
  const about = attributionText(change);
  const who = about === undefined ? '' : `, ${about}`;
  return words === '' ? '' : `${words}${who}`;
}

/** A difference that stays: the declared value, and the gateway's value. */
export function driftText(change: Change): string {
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

export function lineOf(
  sign: string,
  change: Change,
  value: string,
  tags: readonly string[],
  style: Style,
): string {
  const tail = tags.length > 0 ? `  ${style.warn(`(${tags.join('; ')})`)}` : '';
  const place = change.position ? `  ${style.dim(placeText(change.position))}` : '';
  const beside = value.length <= BESIDE_THE_PATH;
  return [
    `  ${sign} ${style.bold(change.path)}${beside ? `  ${value}` : ''}${tail}${place}`,
    ...(beside ? [] : [`      ${value}`]),
  ].join('\n');
}

export function changeText(change: Change, style: Style): string {
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
  const tags = [why[change.origin], attributionText(change) ?? ''].filter(Boolean);
  return lineOf(style.warn('≠'), change, driftText(change), tags, style);
}
