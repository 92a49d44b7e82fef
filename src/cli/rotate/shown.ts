// What a rotation says: each step as it is made, and where it stands.
import { requestCount } from '../../domain/requests.ts';
import type { Rotation } from '../../domain/state/rotation.ts';
import type { Counters, Wait } from '../../adopt/rotation/wait.ts';
import { momentText, plural } from '../../lib/text.ts';
import type { Style } from '../../report/text/style.ts';

const PHASES: Readonly<Record<Rotation['phase'], string>> = {
  adding: 'the new value is being added',
  waiting: 'both values are valid',
  removing: 'the old value is being removed',
};

export function rotationsText(
  targets: readonly { readonly target: string; readonly rotations: readonly Rotation[] }[],
  style: Style,
): string {
  const lines = targets.flatMap(({ target, rotations }) =>
    rotations.map(
      (one) =>
        `${style.accent(style.bold(target))}  ${one.path}: ${PHASES[one.phase]}, begun ${momentText(one.startedAt)}${graceText(one)}\n`,
    ),
  );
  return lines.length === 0 ? 'no rotation is in progress\n' : lines.join('');
}

const graceText = ({ phase, since, grace }: Rotation): string =>
  phase === 'waiting' && since !== undefined && grace !== undefined
    ? `, the old one until ${momentText(since + grace)}`
    : '';

/** Without hashes. */
export function rotationView({
  path,
  kind,
  phase,
  startedAt,
  reference,
  grace,
  since,
  seen,
}: Rotation): object {
  return {
    path,
    kind,
    phase,
    startedAt,
    reference,
    ...(grace !== undefined && { grace }),
    ...(since !== undefined && { since }),
    ...(seen && { seen }),
  };
}

export function waitText(wait: Exclude<Wait, { kind: 'ready' }>, counters: Counters | undefined): string {
  const used = counters && `${usedText('old', counters.old)}, ${usedText('new', counters.new)}`;
  const facts = used === undefined ? '' : ` (since the gateway started: ${used})`;
  if (wait.kind === 'failing') return `${plural(wait.failed, 'request')} with the new key failed${facts}`;
  switch (wait.why) {
    case 'grace':
      return `both keys stay valid until ${momentText(wait.until)}${facts}`;
    case 'used':
      return `the old key isn't removed before ${momentText(wait.until)}, and only if nobody uses it${facts}`;
    case 'restarted':
      return `the gateway restarted, so its counters start again: not before ${momentText(wait.until)}${facts}`;
    case 'unlisted':
      return `the gateway doesn't list the new key among its credentials yet${facts}`;
  }
}

function usedText(which: string, count: Counters['new']): string {
  if (!count) return `the ${which} key isn't listed`;
  const failed = count.failed > 0 ? `, ${count.failed} failed` : '';
  return `${which} key ${plural(requestCount(count), 'request')}${failed}`;
}
