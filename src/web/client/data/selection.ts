// Which targets the overview shows, in what order and groups, and which are selected. Kept while other pages are shown.
import { computed, signal } from '@preact/signals';
import { SYNC_STATUSES, type SyncStatus, WORST_FIRST } from '../../../domain/outcome/sync-status.ts';
import type { TargetView } from '../../../api-schema/views.ts';
import { targets } from './fleet.ts';
import { standingOf, type Tone, toneOf } from './standing.ts';

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
/** The label whose values are the groups; undefined: the status is. */
export const groupBy = signal<string | undefined>(undefined);

const NAMES = new Intl.Collator('en', { numeric: true });

const byName = (a: TargetView, b: TargetView): number => NAMES.compare(a.name, b.name);

const rankOf = (target: TargetView): number => WORST_FIRST.indexOf(standingOf(target));

const COMPARE: Record<Order, (a: TargetView, b: TargetView) => number> = {
  worst: (a, b) => rankOf(a) - rankOf(b) || byName(a, b),
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
  const { name, url, mode, why, applied, suspension, quarantine, lastOutcome, labels } = target;
  const commit = applied?.revision.commit;
  const { title } = SYNC_STATUSES[standingOf(target)];
  return [name, url, mode, title, why, commit?.sha, commit?.author, commit?.subject]
    .concat([suspension?.reason, quarantine?.reason, lastOutcome?.summary])
    .concat(Object.entries(labels ?? {}).map((label) => label.join('=')))
    .join(' ')
    .toLowerCase();
}

/** Labels that any target has. */
export const labelNames = computed(() =>
  [...new Set(targets.value.flatMap(({ labels }) => Object.keys(labels ?? {})))].toSorted(NAMES.compare),
);

export type Group = { readonly members: readonly TargetView[] } & (
  | { readonly kind: 'status'; readonly standing: SyncStatus }
  /** `value`: absent for targets without the label. */
  | { readonly kind: 'label'; readonly name: string; readonly value?: string }
);

export const keyOf = (group: Group): string =>
  group.kind === 'status' ? group.standing : `${group.name}=${group.value ?? ''}`;

/** In the order of what needs a person: the worst status, or the label with the worst target. */
export const grouped = computed((): readonly Group[] => {
  const name = groupBy.value;
  if (name === undefined || !labelNames.value.includes(name))
    return [...Map.groupBy(chosen.value, standingOf)].map(([standing, members]) => ({
      kind: 'status',
      standing,
      members,
    }));
  return [...Map.groupBy(chosen.value, ({ labels }) => labels?.[name])].map(([value, members]) => ({
    kind: 'label',
    name,
    members,
    ...(value !== undefined && { value }),
  }));
});

export function countsOf(members: readonly TargetView[]): Record<Tone, number> {
  const found: Record<Tone, number> = { bad: 0, warn: 0, quiet: 0, ok: 0 };
  for (const target of members) found[toneOf(standingOf(target))] += 1;
  return found;
}

export const counts = computed(() => countsOf(targets.value));

/** Names of the targets that an action on several is for. */
export const picked = signal<ReadonlySet<string>>(new Set());

/** Those that still exist, in the order of the page. */
export const pickedTargets = computed(() =>
  targets.value.filter(({ name }) => picked.value.has(name)).toSorted(COMPARE[order.value]),
);

export function pick(names: readonly string[], on: boolean): void {
  const asked = new Set(names);
  const rest = [...picked.peek()].filter((name) => !asked.has(name));
  picked.value = new Set(on ? [...rest, ...names] : rest);
}

/** Groups whose targets in sync were unfolded. */
export const unfolded = signal<ReadonlySet<string>>(new Set());

export const unfold = (key: string): void => void (unfolded.value = new Set([...unfolded.peek(), key]));

/** From this number on, targets in sync are one line. */
const FOLDED_FROM = 9;

/** The rows of a group, and the targets in sync behind its last line. */
export function foldedIn(group: Group): {
  readonly rows: readonly TargetView[];
  readonly folded: readonly TargetView[];
} {
  const healthy = group.members.filter((target) => standingOf(target) === 'in-sync' && !target.step);
  const isAsked = query.value !== '' || show.value === 'ok' || unfolded.value.has(keyOf(group));
  if (isAsked || healthy.length < FOLDED_FROM) return { rows: group.members, folded: [] };
  const behind = new Set(healthy);
  return { rows: group.members.filter((target) => !behind.has(target)), folded: healthy };
}
