// The findings of the guards, each with the command that overrides it.
import type { Verdict } from '../../../../domain/plan/guard.ts';
import { Command } from '../../parts/copy.tsx';
import { Icon } from '../../parts/icon.tsx';
import { shellWord } from '../../../../lib/shell.ts';
import { Message } from '../../parts/message.tsx';

interface Props {
  readonly verdicts: readonly Verdict[];
  readonly name: string;
}

export function Guards({ verdicts, name }: Props) {
  const refused = verdicts.some(({ allowed }) => !allowed);
  const sorted = verdicts.toSorted((a, b) => Number(a.allowed) - Number(b.allowed));
  return (
    <section class="guards">
      <h2>Guards</h2>
      <p class="muted">
        {refused
          ? 'Holdfast writes nothing while a guard refuses. Change the files, or override the guard.'
          : 'All findings are allowed, so the plan can be applied.'}
      </p>
      <ul class="plain">
        {sorted.map((verdict, i) => (
          <Finding key={i} verdict={verdict} name={name} />
        ))}
      </ul>
    </section>
  );
}

function Finding({ verdict, name }: { readonly verdict: Verdict; readonly name: string }) {
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
          {override === undefined ? (
            <p class="muted">No flag overrides this guard.</p>
          ) : (
            <Command text={`holdfast apply --target ${shellWord(name)} ${override}`} />
          )}
        </>
      )}
    </li>
  );
}
