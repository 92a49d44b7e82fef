// Notices that wait for one channel, and how several of them become one message. Pure.
import type { Notice } from '../../domain/outcome/notice.ts';
import type { Severity } from '../../domain/outcome/sync-status.ts';
import type { NotifiedStatus } from '../../domain/state/state.ts';
import type { Digest } from './channels/message.ts';

export interface QueuedNotice {
  readonly notice: Notice;
  /** Its subject: a target, or what all targets share. */
  readonly about: string;
  /** What the channel knows once it has this notice; absent if another notice of the same moment follows. */
  readonly status?: NotifiedStatus;
  /** With replicas: the report that is told completely once the channel has this notice. */
  readonly report?: number;
}

/** Waiting notices. Beyond `MOST_WAITING`, the oldest are only counted, and the last one of each subject is kept. */
export interface Waiting {
  readonly notices: readonly QueuedNotice[];
  readonly counted: readonly QueuedNotice[];
  readonly counts: Digest['counts'];
}

export const NOBODY: Waiting = { notices: [], counted: [], counts: {} };

const MOST_WAITING = 200;
const MOST_SHOWN = 20;

export function withNotice({ notices, counted, counts }: Waiting, notice: QueuedNotice): Waiting {
  const all = [...notices, notice];
  const oldest = all.length > MOST_WAITING ? all.shift() : undefined;
  const { kind } = notice.notice;
  return {
    notices: all,
    counted: oldest ? [...counted.filter(({ about }) => about !== oldest.about), oldest] : counted,
    counts: { ...counts, [kind]: (counts[kind] ?? 0) + 1 },
  };
}

export const totalOf = ({ counts }: Waiting): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

export function digestOf(waiting: Waiting, id: string, at: number): Digest {
  const { notices, counted, counts } = waiting;
  return {
    id,
    at,
    severity: worst([...counted, ...notices].map(({ notice }) => notice.severity)),
    total: totalOf(waiting),
    counts,
    notices: notices.slice(-MOST_SHOWN).map(({ notice }) => notice),
  };
}

const worst = (severities: readonly Severity[]): Severity =>
  (['critical', 'warning'] as const).find((one) => severities.includes(one)) ?? 'info';
