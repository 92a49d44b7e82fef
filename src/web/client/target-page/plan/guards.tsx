// The findings of the guards, each with its remedy. Overriding them is an action of the page.
import type { Verdict } from '../../../../domain/plan/guard.ts';
import { Icon } from '../../parts/icon.tsx';
import { Message } from '../../parts/message.tsx';

interface Props {
  readonly verdicts: readonly Verdict[];
}

export function Guards({ verdicts }: Props) {
  const refused = verdicts.some(({ allowed }) => !allowed);
  const sorted = verdicts.toSorted((a, b) => Number(a.allowed) - Number(b.allowed));
  return (
    <section class="guards">
      <h2>Guards</h2>
      <p class="muted">
        {refused
          ? 'Holdfast writes nothing while a guard refuses.'
          : 'All findings are allowed, so the plan can be applied.'}
      </p>
      <ul class="plain">
        {sorted.map((verdict, i) => (
          <Finding key={i} verdict={verdict} />
        ))}
      </ul>
    </section>
  );
}

function Finding({ verdict }: { readonly verdict: Verdict }) {
  const { guard, path, message, remedy, override, allowed } = verdict;
  return (
    <li class={`verdict ${allowed ? 'tone-quiet' : 'tone-bad'}`}>
      <p class="verdict-head">
        <Icon name={allowed ? 'check' : 'danger'} />
        <strong>{guard}</strong>
        {path !== undefined && <bdi class="path">{path}</bdi>}
        <span class="tag">{allowed ? 'allowed' : 'refused'}</span>
      </p>
      <p>
        <Message text={message} />
      </p>
      {!allowed && (
        <>
          <p class="remedy">
            <Message text={remedy} />
          </p>
          {override === undefined && <p class="muted">This guard can't be overridden.</p>}
        </>
      )}
    </li>
  );
}
