// Notices on their way to one channel, and how many of them become one. Pure.
import type { Notice } from '../../nouns/notice.ts';
import type { Severity } from '../../nouns/standing.ts';
import type { Mark } from '../../nouns/state.ts';
import type { Digest } from './message.ts';

export interface Letter {
  readonly notice: Notice;
  /** What it is about: a target, or what all of them share. */
  readonly about: string;
  /** What the channel knows once it has this; absent where another letter of the same moment follows. */
  readonly mark?: Mark;
}

/** Letters that wait. Of more than `MOST_WAITING` the oldest are only counted, and the last about each thing kept. */
export interface Waiting {
  readonly letters: readonly Letter[];
  readonly counted: readonly Letter[];
  readonly counts: Digest['counts'];
}

export const NOBODY: Waiting = { letters: [], counted: [], counts: {} };

const MOST_WAITING = 200;
const MOST_SHOWN = 20;

export function withLetter({ letters, counted, counts }: Waiting, letter: Letter): Waiting {
  const all = [...letters, letter];
  const oldest = all.length > MOST_WAITING ? all.shift() : undefined;
  const { kind } = letter.notice;
  return {
    letters: all,
    counted: oldest ? [...counted.filter(({ about }) => about !== oldest.about), oldest] : counted,
    counts: { ...counts, [kind]: (counts[kind] ?? 0) + 1 },
  };
}

export const totalOf = ({ counts }: Waiting): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

export function digestOf(waiting: Waiting, id: string, at: number): Digest {
  const { letters, counted, counts } = waiting;
  return {
    id,
    at,
    severity: worst([...counted, ...letters].map(({ notice }) => notice.severity)),
    total: totalOf(waiting),
    counts,
    notices: letters.slice(-MOST_SHOWN).map(({ notice }) => notice),
  };
}

const worst = (severities: readonly Severity[]): Severity =>
  (['critical', 'warning'] as const).find((one) => severities.includes(one)) ?? 'info';
