// Reads what a gateway holds: shallow (memory) or deep (memory and file, compared through the model). Judges nothing
// against a desired state.
import type { Live } from '../nouns/live.ts';
import type { DetectionMemory, KnownValues } from '../nouns/memory.ts';
import type { Target } from '../nouns/target.ts';
import type { Catalog } from './catalog/field.ts';
import type { Client, Purpose } from './client.ts';
import type { Clock } from '../nouns/clock.ts';

export interface ObserveOptions {
  readonly depth: 'shallow' | 'deep';
  /** Something declared is blind in the JSON view: a shallow check reads the file too. */
  readonly blind?: boolean;
  readonly api: Target['api'];
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly known?: KnownValues;
  readonly detection?: DetectionMemory;
  /** What the requests are counted as. `observe` */
  readonly purpose?: Purpose;
}

/** One or two requests, one more where the build is new. Rejects with HF3xxx where the gateway cannot be read. */
export async function observe(_client: Client, _options: ObserveOptions): Promise<Live> {
  throw new Error('not built yet');
}
