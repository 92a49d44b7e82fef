// A change with everything that the router and the guards need: real values and paths. Exists only in memory, inside
// plan/.
import type { Field } from '../../gateway/catalog/field.ts';
import type { ChangeKind, Origin } from '../../domain/plan/change.ts';
import type { Path } from '../../domain/path.ts';
import type { Value } from '../../lib/value.ts';

/** Steps into a tree: keys of mappings, indexes of lists. */
export type Place = readonly (string | number)[];

export interface Difference {
  /** The ID of the Change that shows it. */
  readonly id: string;
  readonly kind: ChangeKind;
  /** For people: entries by identity, secrets as `#fingerprint`. */
  readonly path: Path;
  readonly field: Field;
  /** Its path in the live image; absent for an addition. */
  readonly livePlace?: Place;
  /** Its path in the proposed image; absent for a removal. */
  readonly proposedPlace?: Place;
  /** Its path in the declared tree, for its source position. */
  readonly declaredPlace?: Place;
  /** Normalised. */
  readonly before?: Value;
  /** Normalised, as the gateway would store it. */
  readonly after?: Value;
  readonly origin: Origin;
  readonly disposition: 'apply' | 'report' | 'held';
}
