// Which targets the overview shows, and in what order. Kept while other pages are shown.
import { computed, signal } from '@preact/signals';
import { SYNC_STATUSES, type SyncStatus } from '../../../domain/outcome/sync-status.ts';
import type { TargetView } from '../../../api-schema/views.ts';
import { standingOf, targets, type Tone, toneOf } from './fleet.ts';

export const ORDERS = {
  worst: 'Worst first',
  name: 'Name',
  drift: 'Most drift',
  outcome: 'Newest outcome',
  next: 'Next check',
};
export type Order = keyof typeof ORDERS;

export const query = signal('');
export const show = signal<Tone | 'all'>('all');
export const order = signal<Order>('worst');

const RANK: Record<Tone, number> = { bad: 1, warn: 2, quiet: 3, ok: 4 };

/** A gateway that may be broken now precedes one that was rolled back. */
const rankOf = (standing: SyncStatus): number => (standing === 'needs-a-person' ? 0 : RANK[toneOf(standing)]);

/** The statuses from worst to best; those of the same severity in the order of `domain/outcome/sync-status.ts`. */
const BY_RANK = (Object.keys(SYNC_STATUSES) as SyncStatus[]).toSorted((a, b) => rankOf(a) - rankOf(b));

const NAMES = new Intl.Collator('en', { numeric: true });

const byName = (a: TargetView, b: TargetView): number => NAMES.compare(a.name, b.name);

const COMPARE: Record<Order, (a: TargetView, b: TargetView) => number> = {
  worst: byName,
  name: byName,
  drift: (a, b) => (b.differences ?? -1) - (a.differences ?? -1) || byName(a, b),
  outcome: (a, b) => (b.lastOutcome?.at ?? 0) - (a.lastOutcome?.at ?? 0) || byName(a, b),
  next: (a, b) => (a.nextLookAt ?? Infinity) - (b.nextLookAt ?? Infinity) || byName(a, b),
};

export const chosen = computed(() => {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  return targets.value
    .filter((target) => show.value === 'all' || toneOf(standingOf(target)) === show.value)
    .filter((target) => words.every((word) => textOf(target).includes(word)))
    .toSorted(COMPARE[order.value]);
});

function textOf(target: TargetView): string {
  const { name, url, mode, why, applied, suspension, quarantine, lastOutcome } = target;
  const commit = applied?.revision.commit;
  const { title } = SYNC_STATUSES[standingOf(target)];
  return [name, url, mode, title, why, commit?.sha, commit?.author, commit?.subject]
    .concat([suspension?.reason, quarantine?.reason, lastOutcome?.summary])
    .join(' ')
    .toLowerCase();
}

/** In the order of `BY_RANK`, without empty ones. */
export const grouped = computed((): readonly (readonly [SyncStatus, readonly TargetView[]])[] => {
  const groups = Map.groupBy(chosen.value, standingOf);
  return BY_RANK.flatMap((standing) => {
    const members = groups.get(standing);
    return members ? [[standing, members] as const] : [];
  });
});

export const counts = computed(() => {
  const found: Record<Tone, number> = { bad: 0, warn: 0, quiet: 0, ok: 0 };
  for (const target of targets.value) found[toneOf(standingOf(target))] += 1;
  return found;
});
