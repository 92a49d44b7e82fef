// Secrets of earlier runs, known only as keyed hashes, of any number of targets: a token is hashed once, however many
// targets there are.
import type { HashedSecrets } from '../../desired/read/origins.ts';
import type { Recogniser } from '../../lib/redact.ts';
import { sameItems } from '../../lib/value.ts';

export interface EarlierSecrets extends Recogniser {
  /** In place of what was known under this name. */
  readonly learn: (name: string, secrets: HashedSecrets) => void;
}

/** What was hashed under one key. */
interface UnderOneKey {
  readonly hashOf: HashedSecrets['hashOf'];
  /** How many targets have each hash. */
  readonly counts: Map<string, number>;
  /** Output repeats itself. */
  readonly answers: Map<string, boolean>;
}

/** Size of the cache. */
const TOKENS = 50_000;

export function earlierSecrets(): EarlierSecrets {
  const known = new Map<string, { readonly from: UnderOneKey; readonly hashes: readonly string[] }>();
  const byKey = new Map<string, UnderOneKey>();

  const groupOf = ({ hashOf }: HashedSecrets): UnderOneKey => {
    const key = hashOf('');
    const group = byKey.get(key) ?? { hashOf, counts: new Map(), answers: new Map() };
    byKey.set(key, group);
    return group;
  };
  return {
    learn(name, secrets) {
      const from = groupOf(secrets);
      const before = known.get(name);
      if (before?.from === from && sameItems(before.hashes, secrets.hashes)) return;
      count(from, secrets.hashes, 1);
      if (before) count(before.from, before.hashes, -1);
      known.set(name, { from, hashes: secrets.hashes });
    },
    isEmpty: () => [...byKey.values()].every(({ counts }) => counts.size === 0),
    knows: (token) => [...byKey.values()].some((group) => isIn(group, token)),
  };
}

function count({ counts, answers }: UnderOneKey, hashes: readonly string[], by: 1 | -1): void {
  const before = counts.size;
  for (const hash of hashes) {
    const left = (counts.get(hash) ?? 0) + by;
    if (left > 0) counts.set(hash, left);
    else counts.delete(hash);
  }
  if (counts.size !== before) answers.clear();
}

function isIn({ hashOf, counts, answers }: UnderOneKey, token: string): boolean {
  if (counts.size === 0) return false;
  const known = answers.get(token);
  if (known !== undefined) return known;
  if (answers.size >= TOKENS) answers.clear();
  const found = counts.has(hashOf(token));
  answers.set(token, found);
  return found;
}
