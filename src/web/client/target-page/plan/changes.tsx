// The changes of a plan by section. Many of them are folded, with their numbers, and can be filtered.
import { useState } from 'preact/hooks';
import type { Change, ChangeKind } from '../../../../domain/plan/change.ts';
import { plural } from '../../../../lib/text.ts';
import { ChangeRow } from './change.tsx';
import { type Cause, CAUSES, chosenOf, sectionsOf, tallyOf } from './sections.ts';

/** From this number on, sections start folded, and there is a filter. */
const MANY = 25;

export function Changes({ changes }: { readonly changes: readonly Change[] }) {
  const [text, setText] = useState('');
  const [cause, setCause] = useState<Cause>('all');
  const many = changes.length >= MANY;
  const chosen = chosenOf(changes, text, cause);
  const sections = sectionsOf(chosen);
  return (
    <>
      {many && (
        <div class="change-filter">
          <input
            type="search"
            aria-label="Filter the changes by path"
            placeholder="Filter by path"
            value={text}
            spellcheck={false}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
          <select
            aria-label="Which changes"
            value={cause}
            onChange={({ currentTarget }) => setCause(currentTarget.value as Cause)}
          >
            {Object.entries(CAUSES).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
          <span class="muted" role="status">
            {chosen.length < changes.length && `${chosen.length} of ${changes.length}`}
          </span>
        </div>
      )}
      {sections.map(([section, members]) => (
        <Section
          key={section}
          section={section}
          changes={members}
          open={!many || text !== '' || sections.length === 1}
        />
      ))}
      {chosen.length === 0 && <p class="muted">No change fits the filter.</p>}
    </>
  );
}

interface SectionProps {
  readonly section: string;
  readonly changes: readonly Change[];
  /** At first; the user can change it. */
  readonly open: boolean;
}

/** Rows at first: a section of thousands would make the page slow. */
const FIRST = 100;

function Section({ section, changes, open }: SectionProps) {
  const [chosen, setChosen] = useState<boolean>();
  const [count, setCount] = useState(FIRST);
  const isOpen = chosen ?? open;
  return (
    <details class="section" open={isOpen} onToggle={({ currentTarget }) => setChosen(currentTarget.open)}>
      <summary>
        <h3>
          <bdi>{section === '' ? 'top level' : section}</bdi>
          <span class="count">{changes.length}</span>
          <Tally changes={changes} />
        </h3>
      </summary>
      {isOpen && (
        <ul class="plain">
          {changes.slice(0, count).map((change) => (
            <ChangeRow key={change.id} change={change} section={section} />
          ))}
        </ul>
      )}
      {isOpen && count < changes.length && (
        <button type="button" class="link section-more" onClick={() => setCount(Infinity)}>
          Show {plural(changes.length - count, 'other change')}
        </button>
      )}
    </details>
  );
}

const SIGNS: readonly (readonly [ChangeKind, string, string])[] = [
  ['add', '+', 'added'],
  ['update', '~', 'updated'],
  ['remove', '−', 'removed'],
  ['rename', '»', 'renamed'],
  ['move', '↕', 'moved'],
];

/** `+12 ~3 −40` */
function Tally({ changes }: { readonly changes: readonly Change[] }) {
  const tally = tallyOf(changes);
  return (
    <span class="change-tally">
      {SIGNS.map(
        ([kind, sign, word]) =>
          tally[kind] > 0 && (
            <span key={kind} class={`change-${kind}`}>
              <span aria-hidden="true">
                {sign}
                {tally[kind]}
              </span>
              <span class="visually-hidden">
                {tally[kind]} {word}{' '}
              </span>
            </span>
          ),
      )}
    </span>
  );
}
