// The memory that the desired state of an earlier commit stands for: what an apply of it would have remembered on this
// gateway. A value that can't be resolved any more is unknown; it is never taken for anything.
import type { Catalog } from '../gateway/catalog/field.ts';
import { remembered } from '../gateway/layout/layouts.ts';
import type { Dialect } from '../gateway/dialect.ts';
import type { Live } from '../domain/live.ts';
import { fingerprintsOf } from '../domain/named-key.ts';
import { type LastApplied, UNKNOWN, UNKNOWN_ENTRIES } from '../domain/state/state.ts';
import type { Target } from '../domain/target.ts';
import { listOf, textsIn, type Tree, type Value } from '../lib/value.ts';
import { hasIdentity, identityOf } from './diff/identity.ts';
import { hashOf, type Hash, stateKey } from './diff/origin.ts';
import { proposedImage } from './diff/proposed.ts';
import { withSecret } from './guards/management-secret.ts';
import { type OwnedNode, ownedNodes } from './last-applied.ts';
import { baseImages } from './localise/base-image.ts';
import type { Localised } from './localise/localise-desired.ts';
import type { ManagementSecret } from './types/management-secret.ts';

export interface BaseMemoryInput {
  /** The desired state of the earlier commit, localised to this gateway. */
  readonly localised: Pick<Localised, 'desired' | 'built' | 'target'>;
  /** Whether lists are shared now: then it matters which entries the commit declared. */
  readonly isShared: boolean;
  readonly live: Live;
  readonly dialect: Dialect;
  /** Of the earlier desired state. */
  readonly managementSecret: ManagementSecret | undefined;
  /** Whether references stand in its tree for values that can't be resolved. */
  readonly hasUnresolved: boolean;
  /** ms since the epoch. */
  readonly now: number;
  readonly hash: Hash;
}

export function baseMemory(input: BaseMemoryInput): LastApplied {
  const { localised, dialect, live, managementSecret, hash } = input;
  const { catalog } = dialect;
  const isUnknown = input.hasUnresolved ? holdsReference : () => false;
  const declared = withSecret((localised.built ?? localised.desired).tree.open(), (text) =>
    managementSecret && !isUnknown(text) ? managementSecret.stored.open() : String(text),
  );
  const { under } = baseImages(live, dialect, undefined);
  const nodes = [...ownedNodes(catalog, localised.desired.tree.open(), imageOf(input, declared, under))];
  const own = input.isShared || isShared(localised.target) ? declaredKeys(input, catalog) : undefined;
  const hashes: Record<string, string> = {};
  for (const node of nodes) {
    const key = stateKey(node.location, hash);
    if (own && !own.has(withoutGroup(key))) continue;
    const applied = appliedAt(node, isUnknown, hash);
    if (applied !== undefined) hashes[key] = applied;
  }
  return {
    at: input.now,
    revision: localised.desired.revision,
    hashes,
    placed: own ? Object.keys(hashes).filter((key) => isOwnEntry(key)) : [],
    ...remembered(catalog.layout),
  };
}

function imageOf({ localised, dialect, hash }: BaseMemoryInput, declared: Tree, live: Tree): Tree {
  const { policy } = localised.target;
  return proposedImage({
    catalog: dialect.catalog,
    live,
    declared,
    policy,
    prune: [],
    placed: () => false,
    fingerprints: fingerprintsOf(localised.target),
    hash,
  }).image;
}

// ── what is ours of a list that is shared ────────────────────────────────────────────────────────────────────────

/** Whether some list is owned by entries or members. */
export function isShared({ policy }: Pick<Target, 'policy'>): boolean {
  return policy.ownership.some(({ ownership }) => ownership !== 'whole');
}

/** What the commit itself declares: of the rest that stands in a shared list nobody knows since when. */
function declaredKeys(input: BaseMemoryInput, catalog: Catalog): ReadonlySet<string> {
  const { desired } = input.localised;
  const tree = desired.tree.open();
  const alone = imageOf(input, tree, {});
  return new Set(
    [...ownedNodes(catalog, tree, alone)].map(({ location }) => withoutGroup(stateKey(location, input.hash))),
  );
}

/** A group of credentials is called by what it has in common, which others' keys in it may have changed. */
const GROUP = /^(api-keys\.[^.[]+)\[[^\]]*\]/;
const withoutGroup = (key: string): string => key.replace(GROUP, '$1[]');

/** A group is nobody's own: others put their keys into it. */
const isOwnEntry = (key: string): boolean => key.endsWith(']') && key.replace(GROUP, '') !== '';

// ── what nobody knows any more ───────────────────────────────────────────────────────────────────────────────────

type IsUnknown = (value: Value | undefined) => boolean;

/** A reference, or a value that SOPS encrypted, stands for what nobody could resolve, in whatever case it is spelled. */
const holdsReference = (value: Value | undefined): boolean =>
  [...textsIn(value)].some((text) => /\$\{|^enc\[/i.test(text));

/** Undefined for an entry that nobody can name. */
function appliedAt(
  { location, field, value }: OwnedNode,
  isUnknown: IsUnknown,
  hash: Hash,
): string | undefined {
  for (let step: OwnedNode['location'] | undefined = location; step; step = step.up)
    if ('list' in step && isUnknown(identityOf(step.list, step.value))) return undefined;
  if (!isUnknown(value)) return hashOf(field, value, hash);
  const isNameless = (entry: Value): boolean => isUnknown(identityOf(field, entry));
  return hasIdentity(field) && listOf(value).some(isNameless) ? UNKNOWN_ENTRIES : UNKNOWN;
}
