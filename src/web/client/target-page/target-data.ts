// What a target page requests in addition to the overview, kept up to date by events.
import { signal, type Signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type {
  BackupsView,
  ConfigurationView,
  HistoryView,
  LiveEvent,
  LooksView,
  PlanView,
} from '../../../api-schema/views.ts';
import { get, targetPath } from '../data/api.ts';
import { now } from '../data/clock.ts';
import { listen } from '../data/live.ts';
import { createResource, type Resource } from '../data/resource.ts';

export interface TargetData {
  readonly plan: Resource<PlanView>;
  readonly looks: Resource<LooksView>;
  /** ms: the time range of `looks`; Infinity: as long as they are kept. */
  readonly window: Signal<number>;
  readonly history: Resource<HistoryView>;
  /** How many entries of `history` are loaded. */
  readonly entries: Signal<number>;
  readonly backups: Resource<BackupsView>;
  /** Loaded by what shows it: it costs the gateway several requests. */
  readonly configuration: Resource<ConfigurationView>;
}

/** More than the daemon keeps. */
const ALL_LOOKS = 10_000;
const DAY = 24 * 3_600_000;
const FIRST_ENTRIES = 50;

function targetData(name: string): TargetData {
  const [window, entries] = [signal(DAY), signal(FIRST_ENTRIES)];
  const looksPath = (): string => {
    const since = Number.isFinite(window.peek()) ? `&since=${Math.floor(now.peek() - window.peek())}` : '';
    return targetPath(name, `/looks?limit=${ALL_LOOKS}${since}`);
  };
  return {
    window,
    entries,
    plan: createResource(() => get(targetPath(name, '/plan'))),
    looks: createResource(() => get(looksPath())),
    history: createResource(() => get(targetPath(name, `/history?limit=${entries.peek()}`))),
    backups: createResource(() => get(targetPath(name, '/backups'))),
    configuration: createResource(() => get(targetPath(name, '/configuration'))),
  };
}

function loadAll({ plan, looks, history, backups }: TargetData): void {
  for (const resource of [plan, looks, history, backups]) void resource.load();
}

function hear({ plan, looks, history, backups }: TargetData, name: string, event: LiveEvent): void {
  if (!('target' in event) || event.target !== name) return;
  if (event.kind === 'look') looks.change((view) => ({ ...view, looks: [event.look, ...view.looks] }));
  if (event.kind !== 'history') void plan.load();
  else for (const resource of [history, backups]) void resource.load();
}

export function useTargetData(name: string): TargetData {
  const data = useMemo(() => targetData(name), [name]);
  useEffect(() => {
    loadAll(data);
    return listen(
      (events) => events.forEach((event) => hear(data, name, event)),
      () => loadAll(data),
    );
  }, [data]);
  return data;
}
