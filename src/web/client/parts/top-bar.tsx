// The bar above every page: the link home, whether the page is live, and the user's settings.
import { exactTimes, theme, THEMES } from '../data/remembered.ts';
import { remove } from '../data/api.ts';
import { fleet } from '../data/fleet.ts';
import { link } from '../data/live.ts';
import { OVERVIEW } from '../data/route.ts';
import { authState } from '../data/session.ts';
import { Icon, Mark } from './icon.tsx';

export function TopBar() {
  return (
    <header class="top-bar">
      <a class="brand" href={OVERVIEW}>
        <Mark />
        Holdfast
      </a>
      <Version />
      <Liveness />
      <div class="top-bar-tools">
        <button
          type="button"
          class="icon-button"
          aria-pressed={exactTimes.value}
          title="Exact times"
          aria-label="Exact times"
          onClick={() => (exactTimes.value = !exactTimes.value)}
        >
          <Icon name="clock" />
        </button>
        <ThemeButton />
        <Who />
      </div>
    </header>
  );
}

function Version() {
  const version = fleet.state.value.value?.version;
  return version === undefined ? null : <span class="version">{version}</span>;
}

const LIVENESS = { connecting: 'Connecting…', live: 'Live', lost: 'Not live' } as const;

function Liveness() {
  const { kind } = link.value;
  return (
    <span class={`liveness liveness-${kind}`}>
      <i aria-hidden="true" />
      {LIVENESS[kind]}
    </span>
  );
}

function ThemeButton() {
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system';
  const label = `Theme: ${theme.value}; change to ${next}`;
  return (
    <button
      type="button"
      class="icon-button"
      title={label}
      aria-label={label}
      onClick={() => (theme.value = next)}
    >
      <Icon name={theme.value} />
    </button>
  );
}

function Who() {
  if (authState.value.kind !== 'in' || authState.value.session.auth === 'none') return null;
  const { name, role } = authState.value.session;
  return (
    <>
      <span class="who">
        <bdi>{name}</bdi>
        <span class="tag">{role}</span>
      </span>
      <button
        type="button"
        class="icon-button"
        title="Log out"
        aria-label="Log out"
        onClick={() => void leave()}
      >
        <Icon name="leave" />
      </button>
    </>
  );
}

async function leave(): Promise<void> {
  const answer = await remove('session');
  if (answer.ok) authState.value = { kind: 'none', ended: false };
}
