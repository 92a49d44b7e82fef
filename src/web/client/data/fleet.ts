// All targets as the daemon reports them, updated by its events.
import { computed, signal } from '@preact/signals';
import { SYNC_STATUSES } from '../../../domain/outcome/sync-status.ts';
import type { LiveEvent, TargetsView, TargetView } from '../../../api-schema/views.ts';
import { get } from './api.ts';
import { daemonSays } from './clock.ts';
import { listen } from './live.ts';
import { createResource } from './resource.ts';
import { standingOf } from './standing.ts';

export const fleet = createResource(() => get<TargetsView>('targets'));

/** The last change of a status, for screen readers. */
export const announcement = signal('');

export const targets = computed(() => fleet.state.value.value?.targets ?? []);

export const targetNamed = (name: string): TargetView | undefined =>
  targets.value.find((target) => target.name === name);

/** Until the returned function is called. */
export function followFleet(): () => void {
  void load();
  const deaf = listen(hear, () => void load());
  return () => {
    deaf();
    fleet.state.value = {};
  };
}

async function load(): Promise<void> {
  await fleet.load();
  const { value, problem } = fleet.state.peek();
  if (value && !problem) daemonSays(value.now);
}

function hear(events: readonly LiveEvent[]): void {
  const changed = new Map<string, TargetView>();
  let isNewFleet = false;
  for (const event of events) {
    if (event.kind === 'settings') isNewFleet = true;
    if (event.kind === 'source') fleet.change((view) => ({ ...view, source: event.source }));
    if (event.kind === 'target') changed.set(event.target.name, event.target);
  }
  if (changed.size > 0) replace(changed);
  const known = new Set(targets.peek().map(({ name }) => name));
  if (isNewFleet || [...changed.keys()].some((name) => !known.has(name))) void load();
}

function replace(changed: ReadonlyMap<string, TargetView>): void {
  for (const before of targets.peek()) announce(before, changed.get(before.name));
  fleet.change((view) => ({
    ...view,
    targets: view.targets.map((target) => changed.get(target.name) ?? target),
  }));
}

function announce(before: TargetView, now: TargetView | undefined): void {
  if (!now || before.standing === now.standing) return;
  const [was, is] = [before, now].map((target) => SYNC_STATUSES[standingOf(target)].title);
  announcement.value = `${now.name}: ${was}, now ${is}`;
}
