// What the steps of a transaction hand to each other. Types only: the steps know these, and not one another.
import type { BackupRecord } from '../../domain/state/backup.ts';
import type { Journal } from '../../domain/state/state.ts';
import type { Sealed } from '../../domain/secret.ts';
import type { Tree } from '../../lib/value.ts';
import type { Foreign } from '../../plan/route/rollback/three-way.ts';
import type { DeepLive } from '../run/read.ts';
import type { PlannedTarget } from './planned-target.ts';
import type { Baseline, Expectation } from './behaviour.ts';

/** A transaction under way: what it set out from. The journal is the one on disk. */
export interface Transaction {
  readonly planned: PlannedTarget<DeepLive>;
  readonly baseline: Baseline;
  expectation: Expectation;
  readonly backup: BackupRecord;
  journal: Journal;
  /** Whether a `PUT /config.yaml` was sent: only the file watcher carries it to the runtime. */
  wroteFile: boolean;
  /** Only exactly the plan that somebody approved may be sent. */
  readonly approved: boolean;
  /** The plan being sent: the first one, or one made again after somebody else's change. */
  current: PlannedTarget<DeepLive>;
  /** Content of the file without our writes: as at the fence, and what others changed since. */
  base: Tree;
  /** Content of the file as the writes that were sent should leave it. */
  ours: Tree;
  /** The same of memory. */
  oursInMemory: Sealed<Tree>;
  /** The last reading on which all was as it should be. */
  good: DeepLive;
  /** What others changed since the fence. */
  foreign: readonly Foreign[];
  /** How often the rest of the plan was made again. */
  remakes: number;
}
