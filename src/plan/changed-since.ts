// What the gateway changed since the last apply, by the recorded hashes alone: for when there are no valid files to compare
// it with. Lists of which the files own only some entries are left out, as the record doesn't say which.
import { dialectOf } from '../gateway/dialect.ts';
import { coversPath, parsePath } from '../domain/path.ts';
import type { Live } from '../domain/live.ts';
import type { LastApplied } from '../domain/state/state.ts';
import type { Policy } from '../domain/target.ts';
import { isFlat } from '../gateway/layout/layouts.ts';
import { valueAt } from '../lib/value.ts';
import { type Hash, hashOf, isManagementSecret } from './diff/origin.ts';
import { unitsOf } from './last-applied.ts';
import { baseImages } from './localise/base-image.ts';

export interface AppliedBefore {
  readonly lastApplied: LastApplied;
  readonly policy: Pick<Policy, 'ignore' | 'ownership'>;
  readonly hash: Hash;
}

/** Paths as the record has them, in its order. Empty where the record is of another layout. */
export function changedSince(live: Live, { lastApplied, policy, hash }: AppliedBefore): readonly string[] {
  const dialect = dialectOf(live);
  const { catalog } = dialect;
  if (isFlat(lastApplied.layout ?? 'legacy') !== isFlat(catalog.layout)) return [];
  const { before } = baseImages(live, dialect, undefined);
  const apart = [...policy.ignore, ...policy.ownership.map(({ path }) => path)];
  return unitsOf(lastApplied.hashes).filter((unit) => {
    const path = parsePath(unit);
    const names = path.map(({ name }) => name ?? '');
    const field = catalog.at(names);
    if (!field || isManagementSecret(field) || apart.some((one) => coversPath(one, path))) return false;
    return hashOf(field, valueAt(before, names), hash) !== lastApplied.hashes[unit];
  });
}
