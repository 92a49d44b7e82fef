// What the files declare and what the gateway has, side by side and without secrets.
import { useEffect, useState } from 'preact/hooks';
import type { ConfigurationView } from '../../../../api-schema/views.ts';
import { Empty, WhenLoaded } from '../../parts/loading.tsx';
import { Ago } from '../../parts/time.tsx';
import type { Resource } from '../../data/resource.ts';
import { type Line, linesOf, Scalar } from '../plan/value.tsx';
import { sideBySide, sizeText } from './sides.ts';

type Section = ConfigurationView['sections'][number];

interface Props {
  readonly resource: Resource<ConfigurationView>;
}

export function Configuration({ resource }: Props) {
  useEffect(() => void resource.load(), [resource]);
  const [declaredOnly, setDeclaredOnly] = useState(true);
  return (
    <WhenLoaded resource={resource} what="the configuration">
      {({ sections, at }) => {
        const declared = sections.filter((section) => isOwn(section));
        const shown = declaredOnly && declared.length > 0 ? declared : sections;
        return (
          <div class="configuration">
            <div class="summary">
              <p>
                <strong>{declared.length} sections in the files</strong>, {sections.length} on the gateway.
                Secrets are fingerprints: equal ones are equal secrets.
              </p>
              <p class="muted">
                read <Ago at={at} focusable />{' '}
                <button type="button" class="link" onClick={() => void resource.load()}>
                  Read again
                </button>
              </p>
            </div>
            {declared.length > 0 && (
              <label class="plain-check">
                <input
                  type="checkbox"
                  checked={!declaredOnly}
                  onChange={({ currentTarget }) => setDeclaredOnly(!currentTarget.checked)}
                />
                Show what the files don't declare
              </label>
            )}
            {shown.length === 0 && <Empty>The gateway has no settings yet.</Empty>}
            {shown.map((section) => (
              <SectionBox key={section.path} section={section} open={shown.length <= 3} />
            ))}
          </div>
        );
      }}
    </WhenLoaded>
  );
}

const isOwn = ({ declared, differences, tooLarge }: Section): boolean =>
  declared !== undefined || differences > 0 || tooLarge === true;

function SectionBox({ section, open }: { readonly section: Section; readonly open: boolean }) {
  const [chosen, setChosen] = useState<boolean>();
  const { path, declared, live, differences, tooLarge } = section;
  const isOpen = chosen ?? (open || differences > 0);
  return (
    <details class="section" open={isOpen} onToggle={({ currentTarget }) => setChosen(currentTarget.open)}>
      <summary>
        <h3>
          <bdi>{path}</bdi>
          <span class="section-size">{summaryOf(section)}</span>
          {differences > 0 ? (
            <span class="tag tone-warn">
              {differences === 1 ? '1 difference' : `${differences} differences`}
            </span>
          ) : declared === undefined && !tooLarge ? (
            <span class="tag">not in the files</span>
          ) : null}
        </h3>
      </summary>
      {isOpen &&
        (tooLarge ? (
          <p class="section-note muted">Too large to show here.</p>
        ) : (
          <Sides declared={linesOf(declared)} live={linesOf(live)} isDeclared={declared !== undefined} />
        ))}
    </details>
  );
}

/** `6 entries`, or what each side has if they differ in number. */
function summaryOf({ declared, live }: Section) {
  const [files, gateway] = [sizeText(declared), sizeText(live)];
  if (files === undefined && gateway === undefined)
    return declared === undefined ? <Scalar value={live} /> : <Scalar value={declared} />;
  if (files === undefined || gateway === undefined || files === gateway) return gateway ?? files;
  return `${files} declared, ${gateway} on the gateway`;
}

interface SidesProps {
  readonly declared: readonly Line[];
  readonly live: readonly Line[];
  readonly isDeclared: boolean;
}

function Sides({ declared, live, isDeclared }: SidesProps) {
  return (
    <div class="sides" tabIndex={0} role="group" aria-label="Files and gateway, side by side">
      <table>
        <thead>
          <tr>
            <th scope="col">Files</th>
            <th scope="col">Gateway</th>
          </tr>
        </thead>
        <tbody>
          {sideBySide(declared, live).map(({ left, right, same }, i) => (
            <tr key={i} class={same || !isDeclared ? '' : 'differs'}>
              <td>{left?.content}</td>
              <td>{right?.content}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
