// The begin of a rotation: what is asked for is checked as a whole, and recorded before anything is written.
import { compareSync } from 'bcryptjs';
import { linesFileOf, lowerRank, removed } from '../../adopt/rotation/edits.ts';
import { entryAt, type Subject, subjectAt } from '../../adopt/rotation/subject.ts';
import type { Session } from '../../compose/session.ts';
import { formatPath, parsePath, type Path } from '../../domain/path.ts';
import { fingerprintsOf } from '../../domain/named-key.ts';
import { fail, refuseErrors } from '../../domain/problem/problem.ts';
import type { Rotation } from '../../domain/state/rotation.ts';
import type { Target } from '../../domain/target.ts';
import { momentText } from '../../lib/text.ts';
import { nodeAt } from '../../yaml/located.ts';
import { looksHashed } from '../../gateway/model/rules.ts';
import { type Files, filesOf } from './declared.ts';
import { type Made, madeValue, valueOfReference } from './new-value.ts';
import type { NewValue } from '../../adopt/rotation/edits.ts';
import { withManagementKey } from './settings-edit.ts';

export interface Asked {
  readonly to?: string | undefined;
  readonly generate?: boolean | undefined;
  /** ms */
  readonly grace?: number | undefined;
}

export interface Started {
  readonly rotation: Rotation;
  readonly value: NewValue | Made;
}

/** Rejects with a HoldfastError where it can't be carried through to its end. Writes nothing. */
export async function started(session: Session, target: Target, path: Path, asked: Asked): Promise<Started> {
  const files = await filesOf(session, target);
  const text = formatPath(path);
  const subject = subjectAt(path, files.naming);
  if (typeof subject === 'string')
    throw fail('HF2120', `\`${text}\` can't be rotated: ${subject}`, { path: text, target: target.name });
  refuseExpired(subject, target, session.clock.now());
  if (asked.grace === undefined) refuseUncounted(subject, files, text);
  const value = await newValue(session, files, { subject, text }, asked);
  refuseValue(subject, value.value, files, text);
  refuseUnstored(subject, value, files);
  await refuseDeadEnd(session, target, files, subject);
  const { hash } = session.store;
  return {
    value,
    rotation: {
      path: text,
      kind: subject.kind,
      phase: 'adding',
      startedAt: session.clock.now(),
      place: subject.place,
      old: hash(subject.identityWith(subject.value)),
      new: hash(subject.identityWith(value.value)),
      reference: value.reference,
      ...('variable' in value && { generated: true as const }),
      ...(asked.grace !== undefined && { grace: asked.grace }),
    },
  };
}

/** The new key would have the same end. */
function refuseExpired({ value }: Subject, target: Target, now: number): void {
  const name = fingerprintsOf(target).nameOf(value);
  const expires = target.named?.find((one) => one.name === name)?.expires;
  if (expires === undefined || expires > now) return;
  throw fail('HF2120', `client key "${name}" expired at ${momentText(expires)}`, {
    target: target.name,
    remedy: 'Change `expires` in `client-keys` of the settings first.',
  });
}

function refuseUncounted({ kind, steps, index, member }: Subject, { declared }: Files, path: string): void {
  if (kind === 'client-key') throw fail('HF2123', 'the gateway counts no requests by client key', { path });
  if (index === undefined || lowerRank(declared, { steps, index, member }) !== undefined) return;
  throw fail(
    'HF2123',
    'the gateway uses both keys in turn, because these keys have no priority of their own',
    { path },
  );
}

async function newValue(
  session: Session,
  { declared }: Files,
  { subject, text }: { readonly subject: Subject; readonly text: string },
  { to, generate }: Asked,
): Promise<NewValue | Made> {
  if (to !== undefined) return valueOfReference(session, to);
  if (!generate)
    throw fail('HF1001', 'the new value is missing', {
      remedy: "Name it with --to '${env:NAME}', or add --generate for a client key.",
    });
  if (subject.kind === 'provider-key')
    throw fail('HF2121', 'only the provider makes keys of a provider, so --generate is for client keys', {
      path: text,
    });
  const { steps, index, member } = subject;
  const node = nodeAt(
    declared.root,
    [...steps, ...(index === undefined ? [] : [index]), ...member].map(String),
  );
  const before = node?.kind === 'scalar' ? node.reference : undefined;
  return madeValue(session, { kind: subject.kind, before, path: text });
}

function refuseValue(
  { kind, value, identityWith, place }: Subject,
  next: string,
  { naming }: Files,
  path: string,
): void {
  const refuse = (why: string): Error => fail('HF2121', why, { path });
  if (next.trim() === '') throw refuse('the new value is blank');
  if (next !== next.trim())
    throw refuse('the new value begins or ends with a blank, which the gateway removes');
  const isOld =
    next === value || (looksHashed(value) && kind === 'management-secret' && compareSync(next, value));
  if (isOld) throw refuse('the new value is the old one');
  const identity = identityWith(next);
  if (kind !== 'management-secret' && entryAt(parsePath(place), naming, (each) => each === identity))
    throw refuse(`the files declare the new value already, as another entry of \`${place}\``);
}

/** A value that nobody could find again. */
function refuseUnstored(
  { index, steps, member }: Subject,
  value: NewValue | Made,
  { declared }: Files,
): void {
  if (!('variable' in value) || value.stores.values || value.stores.files) return;
  if (index !== undefined && linesFileOf(declared, { steps, index, member }) !== undefined) return;
  throw fail('HF2096', `no file is named for the value of ${value.variable.name}`, {
    remedy: 'Name one with `env-file` or `secrets-dir` in holdfast.yaml, or with `--variables FILE`.',
  });
}

/** A rotation that couldn't remove the old value at its end doesn't begin. */
async function refuseDeadEnd(
  session: Session,
  target: Target,
  { declared }: Files,
  { index, steps }: Subject,
): Promise<void> {
  if (index === undefined) await withManagementKey(session, target, '');
  else refuseErrors(removed(declared, { steps, index }).problems);
}
