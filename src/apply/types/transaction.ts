// The data that the steps of a transaction pass to each other. Types only: the steps import these, and not each
// other.
import type { BackupRecord } from '../../domain/state/backup.ts';
import type { Journal } from '../../domain/state/state.ts';
import type { Sealed } from '../../domain/secret.ts';
import type { Tree } from '../../lib/value.ts';
import type { Foreign } from '../../plan/route/rollback/three-way.ts';
import type { DeepLive } from '../run/read.ts';
import type { PlannedTarget } from './planned-target.ts';
import type { Baseline, Expectation } from './behaviour.ts';

/** A running transaction: its starting point. The journal is the one on disk. */
export interface Transaction {
  readonly planned: PlannedTarget<DeepLive>;
  readonly baseline: Baseline;
  expectation: Expectation;
  readonly backup: BackupRecord;
  journal: Journal;
  /** Whether a `PUT /config.yaml` was sent: it reaches the runtime only through the file watcher. */
  wroteFile: boolean;
  /** Send only the plan that someone approved. */
  readonly approved: boolean;
  /** The current plan: the first one, or one computed again after a change by others. */
  current: PlannedTarget<DeepLive>;
  /** Content of the file without our writes: as at the quiet period, plus what others changed since. */
  base: Tree;
  /** Content of the file as the sent writes should leave it. */
  ours: Tree;
  /** The same of memory. */
  oursInMemory: Sealed<Tree>;
  /** The last reading that was as expected. */
  good: DeepLive;
  /** What others changed since the quiet period. */
  foreign: readonly Foreign[];
  /** How often the rest of the plan was computed again. */
  remakes: number;
}
