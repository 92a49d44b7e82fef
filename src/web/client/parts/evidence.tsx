// The checks after the writes; equal lines once, with their number.
import type { Evidence } from '../../../domain/outcome/outcome.ts';
import { Icon } from './icon.tsx';
import { Message } from './message.tsx';

export function EvidenceList({ evidence }: { readonly evidence: readonly Evidence[] }) {
  const equal = Map.groupBy(evidence, ({ check, passed, detail }) => JSON.stringify([check, passed, detail]));
  return (
    <ul class="evidence plain">
      {[...equal].map(([text, same]) => same[0] && <Line key={text} line={same[0]} times={same.length} />)}
    </ul>
  );
}

function Line({
  line: { check, passed, detail },
  times,
}: {
  readonly line: Evidence;
  readonly times: number;
}) {
  return (
    <li class={passed ? 'tone-ok' : 'tone-bad'}>
      <Icon name={passed ? 'check' : 'cross'} />
      <span>
        <span class="visually-hidden">{passed ? 'passed' : 'failed'}: </span>
        <Message class="ink" text={check} /> {detail && <Message class="muted" text={detail} />}
        {times > 1 && <span class="muted"> × {times}</span>}
      </span>
    </li>
  );
}
