// What the steps of a transaction hand to each other. Types only: the steps know these, and not one another.
import type { BackupRecord } from '../nouns/backup.ts';
import type { Journal } from '../nouns/state.ts';
import type { Baseline, Expectation } from './behaviour.ts';
import type { DeepLive } from './read.ts';
import type { Prospect } from './survey.ts';

/** A transaction under way: what it set out from. The journal is the one on disk. */
export interface Transaction {
  readonly prospect: Prospect<DeepLive>;
  readonly baseline: Baseline;
  readonly expectation: Expectation;
  readonly backup: BackupRecord;
  journal: Journal;
  /** Whether a `PUT /config.yaml` was sent: only the file watcher carries it to the runtime. */
  wroteFile: boolean;
}
