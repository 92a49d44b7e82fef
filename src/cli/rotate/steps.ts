// The steps of a rotation. Each one is an edit of the files and an ordinary apply of them, and can be repeated: what is done
// already isn't done again, so that a rotation that was stopped anywhere continues. The old value goes only where the new
// one is declared and was applied.
import { compareSync } from 'bcryptjs';
import { addedBeside, lowerRank, merged, type Rank, removed, replaced } from '../../adopt/rotation/edits.ts';
import { type Counters, judgeWait, type Wait } from '../../adopt/rotation/wait.ts';
import type { FileEdit } from '../../compose/adoption.ts';
import type { Session } from '../../compose/session.ts';
import { requestsByKey } from '../../gateway/checks/usage.ts';
import { looksHashed } from '../../gateway/model/rules.ts';
import { parsePath } from '../../domain/path.ts';
import { fail } from '../../domain/problem/problem.ts';
import { seal } from '../../domain/secret.ts';
import type { Rotation } from '../../domain/state/rotation.ts';
import type { Target } from '../../domain/target.ts';
import { treeOf, valueAt, withValue } from '../../lib/value.ts';
import { identityOf } from '../../plan/diff/identity.ts';
import { type Both, type Files, filesOf, standing, type Standing, writable } from './declared.ts';
import { type Made, madeValue, valueOfReference } from './new-value.ts';
import type { NewValue } from '../../adopt/rotation/edits.ts';
import { renamedInSettings, withManagementKey, withoutManagementKey } from './settings-edit.ts';

export interface Rotating {
  readonly session: Session;
  readonly target: Target;
  readonly rotation: Rotation;
}

/** What is to be done next. */
export type Step =
  | {
      readonly kind: 'write';
      readonly files: readonly FileEdit[];
      /** What it does, for people and for the message of a commit. */
      readonly what: string;
      /** Recorded before the files are written. */
      readonly rotation: Rotation;
    }
  | { readonly kind: 'apply'; readonly next: Rotation | 'done' | 'aborted'; readonly what: string }
  /** The counters as they are. */
  | {
      readonly kind: 'wait';
      readonly wait: Wait;
      readonly rotation: Rotation;
      readonly counters?: Counters | undefined;
    };

/** `value`: the new value, where it was just made. Rejects with HF2122 where the files don't match the record. */
export async function nextStep(at: Rotating, value?: NewValue | Made): Promise<Step> {
  const files = await filesOf(at.session, at.target);
  const both = standing(files, at.session, at.rotation);
  const { phase } = at.rotation;
  if (phase === 'adding') return adding(at, files, both, value);
  if (!both.new) throw lost(at.rotation, 'the new value');
  return phase === 'waiting' && both.old
    ? waiting(at, both.old, both.new)
    : removing(at, files, both.old, both.new);
}

const lost = ({ path, place }: Rotation, what: string): Error =>
  fail('HF2122', `the files no longer declare ${what} of \`${path}\` in \`${place}\``, { path });

// ── adding ─────────────────────────────────────────────────────────────────────────────────────────────────────────

async function adding(
  at: Rotating,
  files: Files,
  both: Both,
  value: NewValue | Made | undefined,
): Promise<Step> {
  const { rotation } = at;
  if (both.new) {
    const isAlone = rotation.kind === 'management-secret' || !both.old;
    const next: Rotation = isAlone ? { ...rotation, phase: 'removing' } : { ...rotation, phase: 'waiting' };
    return { kind: 'apply', next, what: 'the new value' };
  }
  if (!both.old) throw lost(rotation, 'either value');
  const next = value ?? (await valueAgain(at, both.old));
  const fresh = recordFor(at, both.old, next, files);
  return rotation.kind === 'management-secret'
    ? replacing(at, files, next, fresh)
    : beside(at, files, both.old, next, fresh);
}

/** After a crash, or where a command was interrupted: what a reference stands for, or another value made. */
async function valueAgain({ session, rotation }: Rotating, old: Standing): Promise<NewValue | Made> {
  const { generated, reference, kind, path } = rotation;
  if (generated) return madeValue(session, { kind, before: old.reference, path });
  return valueOfReference(session, reference);
}

/** The record for this value; another one than at the begin only if Holdfast makes it. */
function recordFor({ session, rotation }: Rotating, old: Standing, next: NewValue, files: Files): Rotation {
  const fresh = session.store.hash(identityWith(files, rotation, old, next.value));
  if (fresh === rotation.new) return rotation;
  if (rotation.generated) return { ...rotation, new: fresh, reference: next.reference };
  throw fail('HF2122', `${next.reference} has another value than at the begin of the rotation`, {
    path: rotation.path,
  });
}

function identityWith({ naming }: Files, { kind, place }: Rotation, old: Standing, value: string): string {
  if (kind === 'management-secret' || old.member.length === 0) return value;
  const list = naming.catalog.at(parsePath(place).map(({ name }) => String(name)));
  const item = treeOf(valueAt(naming.tree, [...old.steps, old.index]));
  return list ? identityOf(list, withValue(item, old.member, value)) : value;
}

async function beside(
  { session, target }: Rotating,
  { declared }: Files,
  old: Standing,
  next: NewValue | Made,
  rotation: Rotation,
): Promise<Step> {
  const rank = rotation.grace === undefined ? lowerRank(declared, old) : undefined;
  const edits = addedBeside(declared, old, next, rank);
  const isLine = edits.lines.length > 0;
  const made = 'variable' in next && !isLine ? next : undefined;
  return {
    kind: 'write',
    files: await writable(session, target, edits, made),
    what: `Add a second key beside ${rotation.path}`,
    rotation: { ...rotation, ...(rank !== undefined && { demoted: true }) },
  };
}

async function replacing(
  { session, target }: Rotating,
  { declared }: Files,
  next: NewValue | Made,
  rotation: Rotation,
): Promise<Step> {
  const steps = parsePath(rotation.place).map(({ name }) => String(name));
  const made = 'variable' in next ? next : undefined;
  const files = [
    ...(await writable(session, target, replaced(declared, steps, next), made)),
    ...(await withManagementKey(session, target, next.reference)),
  ];
  return { kind: 'write', files, what: `Replace ${rotation.path}`, rotation };
}

// ── waiting ────────────────────────────────────────────────────────────────────────────────────────────────────────

async function waiting(
  { session, target, rotation }: Rotating,
  old: Standing,
  fresh: Standing,
): Promise<Step> {
  const counters =
    rotation.kind === 'provider-key' ? await countersOf(session, target, old.value, fresh.value) : undefined;
  const { wait, seen } = judgeWait(rotation, counters, session.clock.now());
  const next = { ...rotation, ...(seen && { seen }) };
  return {
    kind: 'wait',
    wait,
    rotation: wait.kind === 'ready' ? { ...next, phase: 'removing' } : next,
    counters,
  };
}

function countersOf(session: Session, target: Target, old: string, fresh: string): Promise<Counters> {
  return session.withClient(target, 'rotate', async (client) => {
    const { of, all } = await requestsByKey(client);
    return { old: of(seal(old)) ?? { succeeded: 0, failed: 0, recent: 0 }, new: of(seal(fresh)), all };
  });
}

// ── removing ───────────────────────────────────────────────────────────────────────────────────────────────────────

async function removing(
  { session, target, rotation }: Rotating,
  { declared, naming }: Files,
  old: Standing | undefined,
  fresh: Standing,
): Promise<Step> {
  if (rotation.kind === 'management-secret') return removingSecret({ session, target, rotation }, fresh);
  if (!old) return { kind: 'apply', next: 'done', what: 'without the old value' };
  const reference = fresh.reference ?? `#${naming.fingerprints.of(fresh.value)}`;
  const isOld = (text: string): boolean =>
    text === old.value || text === `#${naming.fingerprints.of(old.value)}`;
  const files = [
    ...(await writable(session, target, mergedOrRemoved({ declared, naming }, rotation, old, fresh))),
    ...(await renamedInSettings(session, isOld, reference)),
  ];
  return {
    kind: 'write',
    files,
    what: `Remove the old key of ${rotation.path}`,
    rotation: { ...rotation, phase: 'removing' },
  };
}

/** The first entry stays, with the new key, unless they are written in different ways. */
function mergedOrRemoved(
  files: Files,
  { demoted }: Rotation,
  old: Standing,
  fresh: Standing,
): ReturnType<typeof removed> {
  const { value, reference = '', isLine } = fresh;
  // A line of a file has no reference of its own, and none is written for it.
  if (old.isLine !== isLine || (!isLine && reference === '')) return removed(files.declared, old);
  return merged(files.declared, old, fresh.index, { value, reference }, demoted && rankOf(files, fresh));
}

const rankOf = ({ naming }: Files, { steps, index }: Standing): Rank => ({
  priority: treeOf(valueAt(naming.tree, [...steps, index]))['priority'],
});

/** The gateway has the new secret only; the settings forget the old one. */
async function removingSecret({ session, target, rotation }: Rotating, fresh: Standing): Promise<Step> {
  const isOld = (key: string): boolean =>
    !isSecretOf(key, fresh.value) && session.store.hash(key) === rotation.old;
  const files = await withoutManagementKey(session, target, isOld);
  if (files.length === 0) return { kind: 'apply', next: 'done', what: 'without the old value' };
  return { kind: 'write', files, what: `Remove the old key of ${rotation.path} from the settings`, rotation };
}

const isSecretOf = (key: string, declared: string): boolean =>
  key === declared || (looksHashed(declared) && compareSync(key, declared));

// ── reverted ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Rejects with HF2122 once the old value is gone from the files. */
export async function stepBack(at: Rotating): Promise<Step> {
  const { session, target, rotation } = at;
  const files = await filesOf(session, target);
  const both = standing(files, session, rotation);
  if (rotation.kind === 'management-secret') {
    if (both.new) throw tooLate(rotation);
    return { kind: 'apply', next: 'aborted', what: 'as before' };
  }
  if (!both.old && both.new) throw tooLate(rotation);
  if (!both.new) return { kind: 'apply', next: 'aborted', what: 'as before' };
  const { index } = both.old ?? both.new;
  const other = rotation.demoted && both.old ? { index, ...rankOf(files, both.new) } : undefined;
  return {
    kind: 'write',
    files: await writable(session, target, removed(files.declared, both.new, other)),
    what: `Take the new key of ${rotation.path} back`,
    rotation,
  };
}

const tooLate = ({ path }: Rotation): Error =>
  fail('HF2122', `the old value of \`${path}\` is gone already`, {
    path,
    remedy:
      'Run the command again without --abort to finish. Or declare the old value again by hand, in place of the new one, and use --abort.',
  });
