// The input and the findings of a guard. A guard judges the images before and after the whole plan, never single
// operations, and knows nothing of allowances: judge.ts applies these to its findings.
import type { Catalog } from '../../gateway/catalog/field.ts';
import type { GuardId } from '../../domain/plan/guard.ts';
import type { Live } from '../../domain/live.ts';
import type { Path } from '../../domain/path.ts';
import type { Fingerprints } from '../../domain/secret.ts';
import type { Mode, Target } from '../../domain/target.ts';
import type { Tree } from '../../lib/value.ts';
import type { Difference } from '../types/difference.ts';
import type { KnownState, WayBack } from '../types/input.ts';
import type { ManagementSecret } from '../types/management-secret.ts';

export interface Case {
  readonly target: Target;
  readonly mode: Mode;
  readonly catalog: Catalog;
  readonly live: Live;
  readonly state: KnownState;
  readonly now: number;
  /** The live image. */
  readonly before: Tree;
  /** The image after the plan. */
  readonly after: Tree;
  /** The images after each write except the last, as the routes predict them. */
  readonly between: readonly Tree[];
  /** The changes that the plan makes. */
  readonly differences: readonly Difference[];
  /** Whether the plan sends anything. */
  readonly writes: boolean;
  /** Paths that this desired state releases and no earlier one did. */
  readonly newlyReleased: readonly Path[];
  readonly literalSecrets: readonly { readonly path: Path; readonly place: string }[];
  readonly managementSecret: ManagementSecret | undefined;
  readonly rollbackProbe: WayBack;
  readonly fingerprints: Fingerprints;
}

export interface Finding {
  readonly guard: GuardId;
  readonly path?: Path;
  /** With numbers and thresholds. */
  readonly message: string;
  readonly remedy: string;
  /** IDs of the changes it judges. */
  readonly changes: readonly string[];
  /** The choices that an allowance can name; an allowance without one doesn't cover the finding. */
  readonly choices?: readonly string[];
}

export type Guard = (subject: Case) => readonly Finding[];

/** IDs of the changes at a path or below it. */
export function changesBelow(subject: Case, path: Path): string[] {
  return subject.differences
    .filter((one) => path.every((step, i) => step.name === null || step.name === one.path[i]?.name))
    .map((one) => one.id);
}
