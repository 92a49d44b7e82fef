// The input and the result of a route, whatever the generation of the gateway. Types only.
import type { Field } from '../../gateway/catalog/field.ts';
import type { Dialect } from '../../gateway/dialect.ts';
import type { Verdict } from '../../domain/plan/guard.ts';
import type { Live } from '../../domain/live.ts';
import type { Redacted } from '../../domain/redacted.ts';
import type { Tree, Value } from '../../lib/value.ts';
import type { Prediction, PreparedWrite } from '../../domain/plan/write.ts';
import type { Policy } from '../../domain/target.ts';
import type { Difference } from './difference.ts';
import type { LostComment } from './lost-comment.ts';
import type { Area } from './area.ts';

export interface RouteInput {
  /** A deep reading: `file` is there. */
  readonly live: Live;
  /** Of the reading. */
  readonly dialect: Dialect;
  /** All differences of the plan; only those with disposition `apply` are written. */
  readonly differences: readonly Difference[];
  /**
   * The complete live image that `livePlace` points into: canonical memory, and from the file what the JSON hides
   * (`imageOf`).
   */
  readonly before: Tree;
  /**
   * The complete image after the differences with disposition `apply`, and after nothing else; `proposedPlace` points
   * into it. Undeclared, ignored and merely reported things stand in it as they do in `before`.
   */
  readonly proposed: Tree;
  /** `let-go`: a route that loses comments is as good as another. */
  readonly comments: Policy['comments'];
  /** A value without secrets: those below `field` become fingerprints. */
  show(field: Field, value: Value): Redacted;
}

export interface Routed {
  /** In sending order; empty if nothing is to be written or a verdict forbids every route. */
  readonly writes: readonly PreparedWrite[];
  /**
   * `brick`, `no-way-back`, `unsafe-edit` and `unsupported` findings, all with `allowed: false`: the caller applies
   * the allowances.
   */
  readonly verdicts: readonly Verdict[];
  /** The complete image after each write, as `proposed`; for guards, which judge every intermediate state. */
  readonly states: readonly Tree[];
  /** Comments of the file that no route keeps. */
  readonly lostComments: readonly LostComment[];
  /** After the last write; the current state if there are no writes. */
  readonly prediction: Prediction;
}

/** The differences of one endpoint. */
export interface Unit {
  readonly field: Field;
  readonly area: Area;
  readonly differences: readonly Difference[];
}
