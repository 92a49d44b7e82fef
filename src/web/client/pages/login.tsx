// The login page: exchanges a token of the settings for a session of this browser.
import { useState } from 'preact/hooks';
import type { ProblemView, Session } from '../../../api-schema/views.ts';
import { type Answer, get, post } from '../data/api.ts';
import { Mark } from '../parts/icon.tsx';
import { authState } from '../data/session.ts';

export function Login({ ended }: { readonly ended: boolean }) {
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState(ended ? 'Your session has ended. Log in again to continue.' : '');
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setRefusal(await enter(token));
    setBusy(false);
  };
  return (
    <main class="login">
      <form class="login-card" onSubmit={(event) => void submit(event)}>
        <h1>
          <Mark />
          Holdfast
        </h1>
        <p class="muted">
          Keeps gateways in sync with git. Log in with a token from the settings of Holdfast.
        </p>
        <label for="token">Token</label>
        <input
          id="token"
          type="password"
          autocomplete="current-password"
          spellcheck={false}
          required
          autofocus
          value={token}
          aria-describedby="refusal"
          aria-invalid={refusal !== '' && !ended}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
        <p id="refusal" class="refusal" role="alert">
          {refusal}
        </p>
        <button type="submit" class="button button-primary" disabled={busy}>
          {busy ? 'Logging in…' : 'Log in'}
        </button>
      </form>
    </main>
  );
}

/** Why it failed; empty if it succeeded. */
async function enter(token: string): Promise<string> {
  const answer = await post<unknown>('session', { token });
  if (!answer.ok) return words(answer);
  const session = await get<Session>('session');
  if (!session.ok) return words(session);
  authState.value = { kind: 'in', session: session.value };
  return '';
}

function words({ problem, retryAfter }: Extract<Answer<unknown>, { ok: false }>): string {
  if (problem.status === 429)
    return `Too many wrong tokens. Try again ${retryAfter ? `in ${retryAfter} s` : 'later'}.`;
  return problem.status === 401
    ? "This token isn't in the settings. Check that you entered the whole token."
    : reason(problem);
}

const reason = ({ title, detail }: ProblemView): string => (detail ? `${title}: ${detail}` : title);
