// One change of a plan: path, before and after, its position in the files, and its consequences.
import { attributionText, causeLines } from '../../../../domain/plan/attribution.ts';
import type { Change, ChangeKind, Consequence, Origin } from '../../../../domain/plan/change.ts';
import type { Position } from '../../../../domain/problem/problem.ts';
import type { Redacted } from '../../../../domain/redacted.ts';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { compareLines } from './lines.ts';
import { isScalar, linesOf, Scalar } from './value.tsx';
import { Message } from '../../parts/message.tsx';

const SIGNS: Record<ChangeKind, readonly [string, string]> = {
  add: ['+', 'add'],
  update: ['~', 'update'],
  remove: ['−', 'remove'],
  rename: ['»', 'rename'],
  move: ['↕', 'move'],
};

interface Props {
  readonly change: Change;
  /** The path doesn't repeat what its section already shows. */
  readonly section: string;
}

export function ChangeRow({ change, section }: Props) {
  const [sign, word] = SIGNS[change.kind];
  const rest = change.path.startsWith(section)
    ? change.path.slice(section.length).replace(/^\./, '')
    : change.path;
  return (
    <li class={`change change-${change.kind}`}>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      <div class="change-body">
        <p class="change-head">
          <span class="visually-hidden">{word} </span>
          <bdi class="path" title={change.path}>
            {rest === '' ? change.path : rest}
          </bdi>
          {isInline(change) && <Inline change={change} />}
          <Tags change={change} />
          {change.position && <Place position={change.position} />}
        </p>
        {!isInline(change) && <Block change={change} />}
        {change.consequences.map((consequence) => (
          <Follows key={consequence.text} consequence={consequence} />
        ))}
      </div>
    </li>
  );
}

/** What an addition replaces and what a removal leaves is empty. */
const sidesOf = ({ kind, before, after }: Change): readonly [Redacted | undefined, Redacted | undefined] => [
  kind === 'add' ? undefined : before,
  kind === 'remove' ? undefined : after,
];

const isInline = (change: Change): boolean => sidesOf(change).every(isScalar);

function Inline({ change: { kind, before, after, from, origin } }: Pick<Props, 'change'>) {
  if (kind === 'add')
    return (
      <ins>
        <Scalar value={after} />
      </ins>
    );
  if (kind === 'remove')
    return (
      <del>
        <Scalar value={before} />
      </del>
    );
  if (kind === 'update' && origin === 'drift')
    return (
      <span class="declared-and-live">
        <span class="muted">declared</span> <Scalar value={after} />
        <span class="muted">, the gateway has</span> <Scalar value={before} />
      </span>
    );
  return (
    <span class="from-to">
      {kind === 'move' && <span class="muted">position</span>}
      <del>
        <Scalar value={kind === 'update' ? before : (before ?? from)} />
      </del>
      <span class="arrow">
        <Icon name="becomes" />
      </span>
      <span class="visually-hidden"> becomes </span>
      <ins>
        <Scalar value={after} />
      </ins>
    </span>
  );
}

const MARKS = { ' ': '', '-': 'removed: ', '+': 'added: ' } as const;

function Block({ change }: Pick<Props, 'change'>) {
  const [before, after] = sidesOf(change);
  return (
    <div class="block" tabIndex={0} role="group" aria-label="Before and after">
      {compareLines(linesOf(before), linesOf(after)).map(({ mark, line }, i) => (
        <div key={i} class={`block-line ${mark === '-' ? 'gone' : mark === '+' ? 'come' : ''}`}>
          <span class="mark-sign" aria-hidden="true">
            {mark}
          </span>
          <span class="visually-hidden">{MARKS[mark]}</span>
          {line.content}
        </div>
      ))}
    </div>
  );
}

/** `git` is the usual case and isn't shown. */
const ORIGINS: Record<Origin, readonly [string, string] | undefined> = {
  git: undefined,
  first: ['first apply', 'Holdfast has never applied this path'],
  drift: ['drift', "The gateway changed since the last apply, but the files didn't"],
  both: ['changed on both sides', 'The files and the gateway changed since the last apply'],
};

const HELD = {
  quarantined: "It failed, so it isn't tried again until the files change or you retry it",
  contested: 'Contested or corrected recently: not tried again automatically',
} as const;

function Tags({ change }: Pick<Props, 'change'>) {
  const { origin, disposition, quarantined, restart } = change;
  const said = ORIGINS[origin];
  const about = attributionText(change);
  return (
    <>
      {said && (
        <span class={`tag ${origin === 'first' ? '' : 'tone-warn'}`} title={said[1]}>
          {said[0]}
        </span>
      )}
      {about !== undefined && (
        <span class="tag" title={causeLines([change])[0]}>
          {about}
        </span>
      )}
      {disposition === 'report' && (
        <span class="tag tone-quiet" title="The mode of this target reports drift and doesn't overwrite it">
          not changed
        </span>
      )}
      {disposition === 'held' && (
        <span class="tag tone-warn" title={HELD[quarantined ? 'quarantined' : 'contested']}>
          {quarantined ? 'quarantined' : 'held back'}
        </span>
      )}
      {restart && <span class="tag tone-warn">needs a restart</span>}
    </>
  );
}

const Place = ({ position: { file, line, column } }: { readonly position: Position }) => (
  <bdi class="place">
    {file}:{line}:{column}
  </bdi>
);

const FOLLOWS: Record<Consequence['severity'], readonly [string, IconName]> = {
  note: ['tone-quiet', 'note'],
  warning: ['tone-warn', 'warning'],
  danger: ['tone-bad', 'danger'],
};

function Follows({ consequence: { severity, text } }: { readonly consequence: Consequence }) {
  const [tone, icon] = FOLLOWS[severity];
  return (
    <p class={`follows ${tone}`}>
      <Icon name={icon} />
      <span>
        <span class="visually-hidden">{severity}: </span>
        <Message text={text} />
      </span>
    </p>
  );
}
