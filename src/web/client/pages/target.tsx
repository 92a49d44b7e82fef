// One target: its status and the reason, the actions, and four tabs with its plan, checks, history and backups.
import { useEffect } from 'preact/hooks';
import type { TargetView } from '../../../api-schema/views.ts';
import { fleet, targetNamed } from '../data/fleet.ts';
import { standingOf, toneOf } from '../data/standing.ts';
import { Icon, StandingIcon } from '../parts/icon.tsx';
import { Empty, Skeleton } from '../parts/loading.tsx';
import { Ago, Until } from '../parts/time.tsx';
import { sinceShown, statusShown, whyShown } from '../data/target-status.ts';
import { StepLine } from '../parts/step.tsx';
import { useComputed } from '@preact/signals';
import { OVERVIEW, type Tab, TABS, targetHref } from '../data/route.ts';
import { Actions } from '../target-page/actions.tsx';
import { Backups } from '../target-page/backups.tsx';
import { Managed } from '../target-page/configuration/managed.tsx';
import { Configuration } from '../target-page/configuration/configuration.tsx';
import { Facts } from '../target-page/facts.tsx';
import { History } from '../target-page/history/history.tsx';
import { RunPage } from '../target-page/history/run.tsx';
import { Attention } from '../target-page/attention.tsx';
import { PlanTab } from '../target-page/plan/plan.tsx';
import { Timeline } from '../target-page/history/timeline.tsx';
import { Message } from '../parts/message.tsx';
import { type TargetData, useTargetData } from '../target-page/target-data.ts';

interface Props {
  readonly name: string;
  readonly tab: Tab;
  /** An entry of the history. */
  readonly run?: string | undefined;
}

export function TargetPage({ name, tab, run }: Props) {
  // Other targets change often; this page renders again only for its own.
  const target = useComputed(() => targetNamed(name)).value;
  useEffect(() => {
    document.title = `${name} · Holdfast`;
  }, [name]);
  if (target) return <Known target={target} tab={tab} run={run} />;
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

interface KnownProps extends Pick<Props, 'tab' | 'run'> {
  readonly target: TargetView;
}

function Known({ target, tab, run }: KnownProps) {
  const data = useTargetData(target.name);
  return (
    <div class="page target-page">
      <Head target={target} />
      <Actions target={target} plan={data.plan} />
      <Attention resource={data.plan} target={target} />
      <div class="columns">
        <section class="column-main" aria-label={TITLES[tab]}>
          <Tabs name={target.name} tab={tab} data={data} />
          <h2 class="visually-hidden">{TITLES[tab]}</h2>
          {tab === 'plan' && (
            <PlanTab
              resource={data.plan}
              target={target}
              managed={<Managed resource={data.configuration} name={target.name} />}
            />
          )}
          {tab === 'configuration' && <Configuration resource={data.configuration} />}
          {tab === 'timeline' && <Timeline resource={data.looks} window={data.window} />}
          {tab === 'history' &&
            (run === undefined ? (
              <History resource={data.history} entries={data.entries} name={target.name} />
            ) : (
              <RunPage key={run} name={target.name} id={run} />
            ))}
          {tab === 'backups' && <Backups resource={data.backups} name={target.name} />}
        </section>
        <Facts target={target} />
      </div>
    </div>
  );
}

function Head({ target }: Pick<KnownProps, 'target'>) {
  const { title, icon, meaning, next } = statusShown(target);
  const [why, since] = [whyShown(target), sinceShown(target)];
  return (
    <header class="target-head">
      <a class="up" href={OVERVIEW}>
        <Icon name="back" />
        All targets
      </a>
      <div class="target-title">
        <h1 tabIndex={-1}>{target.name}</h1>
        <span class={`standing standing-large tone-${toneOf(standingOf(target))}`}>
          <StandingIcon standing={icon} />
          {title}
        </span>
        {since !== undefined && (
          <span class="muted">
            changed <Ago at={since} focusable />
          </span>
        )}
        {target.step && <StepLine step={target.step} />}
      </div>
      {why !== undefined && (
        <p class="why">
          <Message text={why} />
          {target.suspension && (
            <span class="muted">
              , ends <Until at={target.suspension.until} focusable />
            </span>
          )}
        </p>
      )}
      <p class="meaning">
        <Message text={meaning} />
        {next !== undefined && (
          <>
            {' '}
            <Message class="next" text={next} />
          </>
        )}
      </p>
    </header>
  );
}

const TITLES: Record<Tab, string> = {
  plan: 'Plan',
  configuration: 'Configuration',
  timeline: 'Timeline',
  history: 'History',
  backups: 'Backups',
};

/** `50+` if there are more than were loaded. */
const countOf = (count = 0, more = false): string | undefined =>
  count === 0 ? undefined : `${count}${more ? '+' : ''}`;

function Tabs({ name, tab, data }: Props & { readonly data: TargetData }) {
  const history = data.history.state.value.value;
  const counts: Record<Tab, string | undefined> = {
    plan: countOf(data.plan.state.value.value?.plan?.changes.length),
    configuration: undefined,
    timeline: undefined,
    history: countOf(history?.entries.length, history?.more),
    backups: countOf(data.backups.state.value.value?.backups.length),
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
