// The identity of a plan: what it changes, which guards it overrides, and what it was computed from. Keyed, because
// it covers values that can be secrets. Equal digests mean that the same decision would be made again.
import { createHmac } from 'node:crypto';
import type { Change } from '../domain/plan/change.ts';
import type { Layout } from '../domain/desired.ts';
import type { Digest } from '../domain/plan/plan.ts';
import { formatPath } from '../domain/path.ts';
import type { Sealed } from '../domain/secret.ts';
import type { Allowance } from '../domain/target.ts';
import { isTree, type Tree, type Value } from '../lib/value.ts';
import { canonicalJson, substanceOf } from '../lib/stable-json.ts';

export interface DigestInput {
  readonly key: Sealed<string>;
  readonly target: string;
  readonly changes: readonly Change[];
  /** Values after the change, in the order of `changes`: a fingerprint is enough for people, but not for equality. */
  readonly after: readonly (Value | undefined)[];
  readonly allowances: readonly Allowance[];
  /** Declared at the base, undeclared now, and left in effect. */
  readonly released: readonly string[];
  readonly layout: Layout;
  readonly live: Tree;
  readonly declared: Tree;
}

export function digestOf(input: DigestInput): Digest {
  const { key, target, layout } = input;
  const hmac = createHmac('sha256', key.open());
  for (const part of [
    'holdfast plan',
    target,
    layout,
    changesText(input),
    allowancesText(input.allowances),
    canonicalJson(input.released.toSorted()),
    substanceOf(declaredPart(input.declared, input.live)) ?? '',
  ])
    hmac.update(part).update('\0');
  return { keyId: keyIdOf(key), value: hmac.digest('hex') };
}

/** Names a key without revealing it, so that "another key" isn't mistaken for "stale". */
export function keyIdOf(key: Sealed<string>): string {
  return createHmac('sha256', key.open()).update('holdfast digest key id').digest('hex').slice(0, 8);
}

function changesText({ changes, after }: DigestInput): string {
  // What was last applied decides by origins and releases; two commits that lead to the same ones are the same base.
  const decisive = changes.map(({ kind, path, from, origin, disposition }, i) =>
    canonicalJson([kind, path, origin, disposition, (from ?? null) as Value, after[i] ?? null]),
  );
  return decisive.join('\n');
}

function allowancesText(allowances: readonly Allowance[]): string {
  const texts = allowances.map(
    ({ guard, path, choice }) => `${guard}:${path ? formatPath(path) : ''}=${choice ?? ''}`,
  );
  return [...new Set(texts)].toSorted().join('\n');
}

/** The live values of everything that the files declare; lists and free-form maps as a whole. */
function declaredPart(declared: Tree, live: Tree): Tree {
  const part: Record<string, Value> = {};
  for (const [name, value] of Object.entries(declared)) {
    const now = live[name];
    if (now === undefined) continue;
    part[name] =
      isTree(value) && isTree(now) && Object.keys(value).length > 0 ? declaredPart(value, now) : now;
  }
  return part;
}
