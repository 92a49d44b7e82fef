// What is found about one path of the declared tree, before it becomes a problem.
import type { Code } from '../../domain/problem/codes.ts';
import type { DropKind } from '../../gateway/model/rules.ts';
import type { Position } from '../../domain/problem/problem.ts';

export interface Finding {
  readonly steps: readonly string[];
  readonly code: Code;
  /** A clause that follows the path: `would be erased by the gateway: …`. */
  readonly message: string;
  readonly remedy?: string;
  readonly severity?: 'warning';
  /** Of what the gateway would drop. */
  readonly drop?: DropKind;
  /** If it isn't the position of the value itself. */
  readonly position?: Position;
}
