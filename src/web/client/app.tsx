// The frame around every page, and which page is in it.
import { useEffect } from 'preact/hooks';
import type { ProblemView, Session } from '../../api-schema/views.ts';
import { get } from './data/api.ts';
import { announcement, fleet, followFleet, targets } from './data/fleet.ts';
import { follow, link } from './data/live.ts';
import { Login } from './pages/login.tsx';
import { Overview } from './pages/overview.tsx';
import { TargetPage } from './pages/target.tsx';
import { Trouble } from './parts/trouble.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { route } from './data/route.ts';
import { authState } from './data/session.ts';
import { clockTime } from './data/labels.ts';

export function App() {
  useEffect(() => void enter(), []);
  switch (authState.value.kind) {
    case 'asking':
      return <Doorway problem={authState.value.problem} />;
    case 'none':
      return <Login ended={authState.value.ended} />;
    case 'in':
      return <Inside />;
  }
}

const KNOCK_AGAIN_AFTER = 3000;

async function enter(): Promise<void> {
  const answer = await get<Session>('session');
  if (answer.ok) authState.value = { kind: 'in', session: answer.value };
  else if (answer.problem.status !== 401) {
    authState.value = { kind: 'asking', problem: answer.problem };
    setTimeout(() => void enter(), KNOCK_AGAIN_AFTER);
  }
}

function Doorway({ problem }: { readonly problem: ProblemView | undefined }) {
  if (!problem) return <p class="boot">Holdfast…</p>;
  return (
    <main class="boot">
      <h1>{problem.title}</h1>
      <p>Trying again every few seconds. Is the daemon running?</p>
    </main>
  );
}

function Inside() {
  useEffect(() => {
    const ends = [follow(), followFleet()];
    return () => ends.forEach((end) => end());
  }, []);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to content
      </a>
      <TopBar />
      <LostLink />
      <main id="main" tabIndex={-1}>
        <Page />
      </main>
      <p class="visually-hidden" role="status">
        {announcement}
      </p>
    </>
  );
}

/** The fragment of the address is the route, so the scroll position is set by hand. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Page() {
  const { value, problem } = fleet.state.value;
  if (value === undefined && problem) return <Trouble problem={problem} retry={() => void fleet.load()} />;
  if (route.value.page === 'overview') return <Overview />;
  const { name, tab, run } = route.value;
  return <TargetPage key={name} name={name} tab={tab} run={run} />;
}

function LostLink() {
  if (link.value.kind !== 'lost') return null;
  const shown = targets.value.length > 0;
  return (
    <div class="banner banner-lost" role="alert">
      <strong>Connection to live updates lost. Reconnecting.</strong>
      {shown && <span> Data from {clockTime(link.value.heardAt)}.</span>}
    </div>
  );
}
