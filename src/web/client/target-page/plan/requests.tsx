// The requests that an apply would send, in their order, with the reason for each route.
import type { Change } from '../../../../domain/plan/change.ts';
import type { Redacted } from '../../../../domain/redacted.ts';
import type { Write } from '../../../../domain/plan/write.ts';
import { linesOf } from './value.tsx';
import { Message } from '../../parts/message.tsx';

/** More than these are behind their number. */
const FOLDED_FROM = 5;

interface Props {
  readonly writes: readonly Write[];
  readonly changes: readonly Change[];
}

export function Requests({ writes, changes }: Props) {
  const pathOf = new Map(changes.map(({ id, path }) => [id, path]));
  return (
    <section class="requests">
      <details open={writes.length <= FOLDED_FROM}>
        <summary>
          <h2>Requests</h2>
          <span class="count">{writes.length}</span>
        </summary>
        <ol class="plain">
          {writes.map((write) => (
            <Request key={write.id} write={write} made={write.makes.map((id) => pathOf.get(id) ?? id)} />
          ))}
        </ol>
      </details>
    </section>
  );
}

function Request({ write, made }: { readonly write: Write; readonly made: readonly string[] }) {
  const { method, path, query, body, reason, footprint } = write;
  const besides = [...footprint.paths.filter((path) => !made.includes(path)), ...footprint.defaults];
  return (
    <li class="request">
      <p class="request-head">
        <span class={`method method-${method.toLowerCase()}`}>{method}</span>
        <code class="break">
          {path}
          {query && `?${new URLSearchParams(query)}`}
        </code>
      </p>
      <p class="muted">
        <Message text={reason} />
      </p>
      {body !== undefined && <Body body={body} />}
      <p class="sub break">
        makes <span class="mono">{made.join(', ')}</span>
      </p>
      {besides.length > 0 && (
        <p class="sub break">
          may also touch <span class="mono">{besides.join(', ')}</span>
        </p>
      )}
    </li>
  );
}

function Body({ body }: { readonly body: Redacted }) {
  return (
    <div class="block" tabIndex={0} role="group" aria-label="Body">
      {typeof body === 'string'
        ? body
        : linesOf(body).map(({ content }, i) => (
            <div key={i} class="block-line">
              {content}
            </div>
          ))}
    </div>
  );
}
