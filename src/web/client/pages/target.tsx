// One target: its status and the reason, the actions, and four tabs with its plan, checks, history and backups.
import { useEffect, useMemo } from 'preact/hooks';
import type { BackupsView, HistoryView, LooksView, PlanView, TargetView } from '../../../api-schema/views.ts';
import { get, targetPath } from '../data/api.ts';
import { now } from '../data/clock.ts';
import { fleet, standingOf, targetNamed, toneOf } from '../data/fleet.ts';
import { listen } from '../data/live.ts';
import { Icon, StandingIcon } from '../parts/icon.tsx';
import { Empty, Skeleton } from '../parts/loading.tsx';
import { Ago } from '../parts/time.tsx';
import { statusShown } from '../data/target-status.ts';
import { StepLine } from '../parts/step.tsx';
import { createResource, type Resource } from '../data/resource.ts';
import { signal, type Signal } from '@preact/signals';
import { OVERVIEW, type Tab, TABS, targetHref } from '../data/route.ts';
import { Actions } from '../target-page/actions.tsx';
import { Backups } from '../target-page/backups.tsx';
import { Facts } from '../target-page/facts.tsx';
import { History } from '../target-page/history/history.tsx';
import { Attention } from '../target-page/attention.tsx';
import { PlanTab } from '../target-page/plan/plan.tsx';
import { Timeline } from '../target-page/history/timeline.tsx';
import { Message } from '../parts/message.tsx';

interface Props {
  readonly name: string;
  readonly tab: Tab;
}

export function TargetPage({ name, tab }: Props) {
  const target = targetNamed(name);
  useEffect(() => {
    document.title = `${name} · Holdfast`;
  }, [name]);
  if (target) return <Known target={target} tab={tab} />;
  return (
    <div class="page">
      <h1 tabIndex={-1}>{name}</h1>
      {fleet.state.value.value ? (
        <Empty>
          The settings don't define this target. <a href={OVERVIEW}>All targets</a>
        </Empty>
      ) : (
        <Skeleton what={name} />
      )}
    </div>
  );
}

/** What is requested for a target in addition to the overview. */
export interface Dossier {
  readonly plan: Resource<PlanView>;
  readonly looks: Resource<LooksView>;
  /** ms: the time range of `looks`; Infinity: as long as they are kept. */
  readonly window: Signal<number>;
  readonly history: Resource<HistoryView>;
  /** How many entries of `history` are loaded. */
  readonly entries: Signal<number>;
  readonly backups: Resource<BackupsView>;
}

/** More than the daemon keeps. */
const ALL_LOOKS = 10_000;
const DAY = 24 * 3_600_000;
const FIRST_ENTRIES = 50;

function dossierOf(name: string): Dossier {
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
  };
}

function loadAll({ plan, looks, history, backups }: Dossier): void {
  for (const resource of [plan, looks, history, backups]) void resource.load();
}

function useDossier(name: string): Dossier {
  const dossier = useMemo(() => dossierOf(name), [name]);
  useEffect(() => {
    loadAll(dossier);
    return listen(
      (event) => {
        if (!('target' in event) || event.target !== name) return;
        if (event.kind === 'look')
          dossier.looks.change(({ looks, more }) => ({ looks: [event.look, ...looks], more }));
        if (event.kind !== 'history') void dossier.plan.load();
        else for (const resource of [dossier.history, dossier.backups]) void resource.load();
      },
      () => loadAll(dossier),
    );
  }, [dossier]);
  return dossier;
}

function Known({ target, tab }: { readonly target: TargetView; readonly tab: Tab }) {
  const dossier = useDossier(target.name);
  return (
    <div class="page target-page">
      <Head target={target} dossier={dossier} />
      <Attention resource={dossier.plan} target={target} />
      <div class="columns">
        <section class="column-main" aria-label={TITLES[tab]}>
          <Tabs name={target.name} tab={tab} dossier={dossier} />
          <h2 class="visually-hidden">{TITLES[tab]}</h2>
          {tab === 'plan' && <PlanTab resource={dossier.plan} target={target} />}
          {tab === 'timeline' && <Timeline resource={dossier.looks} window={dossier.window} />}
          {tab === 'history' && (
            <History resource={dossier.history} entries={dossier.entries} name={target.name} />
          )}
          {tab === 'backups' && <Backups resource={dossier.backups} name={target.name} />}
        </section>
        <Facts target={target} />
      </div>
    </div>
  );
}

function Head({ target, dossier }: { readonly target: TargetView; readonly dossier: Dossier }) {
  const standing = standingOf(target);
  const { title, icon, meaning } = statusShown(target);
  return (
    <header class="target-head">
      <a class="up" href={OVERVIEW}>
        <Icon name="back" />
        All targets
      </a>
      <div class="target-title">
        <h1 tabIndex={-1}>{target.name}</h1>
        <span class={`standing standing-large tone-${toneOf(standing)}`}>
          <StandingIcon standing={icon} />
          {title}
          {target.quarantine && standing === 'quarantined' && <Ago at={target.quarantine.since} />}
        </span>
        {target.step && <StepLine step={target.step} />}
      </div>
      <p class="meaning">
        <Message text={meaning} />
      </p>
      <Actions target={target} plan={dossier.plan} />
    </header>
  );
}

const TITLES: Record<Tab, string> = {
  plan: 'Plan',
  timeline: 'Timeline',
  history: 'History',
  backups: 'Backups',
};

/** `50+` if there are more than were loaded. */
const countOf = (count = 0, more = false): string | undefined =>
  count === 0 ? undefined : `${count}${more ? '+' : ''}`;

function Tabs({ name, tab, dossier }: Props & { readonly dossier: Dossier }) {
  const history = dossier.history.state.value.value;
  const counts: Record<Tab, string | undefined> = {
    plan: countOf(dossier.plan.state.value.value?.plan?.changes.length),
    timeline: undefined,
    history: countOf(history?.entries.length, history?.more),
    backups: countOf(dossier.backups.state.value.value?.backups.length),
  };
  return (
    <nav class="tabs" aria-label={`About ${name}`}>
      {TABS.map((one) => (
        <a key={one} href={targetHref(name, one)} aria-current={one === tab ? 'page' : undefined}>
          {TITLES[one]}
          {counts[one] !== undefined && <span class="count">{counts[one]}</span>}
        </a>
      ))}
    </nav>
  );
}
