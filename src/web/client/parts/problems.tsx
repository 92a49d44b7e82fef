// Coded problems: description, position and remedy.
import { useState } from 'preact/hooks';
import type { Problem } from '../../../domain/problem/problem.ts';
import { plural } from '../../../lib/text.ts';
import { distinct, remedyOnPage } from '../data/remedies.ts';
import { Icon } from './icon.tsx';
import { Message } from './message.tsx';

/** More are behind a button: readers need the first ones, not the hundredth. */
const FIRST = 5;

export function Problems({ problems: found }: { readonly problems: readonly Problem[] }) {
  const [all, setAll] = useState(false);
  const problems = distinct(found);
  const left = problems.length - FIRST;
  return (
    <>
      <ul class="problems plain">
        {(all ? problems : problems.slice(0, FIRST)).map((problem, i) => (
          <li key={i} class={problem.severity === 'error' ? 'tone-bad' : 'tone-warn'}>
            <Icon name={problem.severity === 'error' ? 'danger' : 'warning'} />
            <Body problem={problem} />
          </li>
        ))}
      </ul>
      {!all && left > 0 && (
        <button type="button" class="link" onClick={() => setAll(true)}>
          Show {plural(left, 'other problem')}
        </button>
      )}
    </>
  );
}

function Body({
  problem: { severity, code, message, remedy, position, path },
}: {
  readonly problem: Problem;
}) {
  return (
    <div>
      <p>
        <span class="visually-hidden">{severity}: </span>
        <code class="code">{code}</code> <Message text={message} />
      </p>
      {(position ?? path) !== undefined && (
        <p class="sub mono break">
          {position && `${position.file}:${position.line}:${position.column}  `}
          {path}
        </p>
      )}
      <p class="remedy">
        <Message text={remedyOnPage({ code, remedy })} />
      </p>
    </div>
  );
}
