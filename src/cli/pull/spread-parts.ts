// What a pull into several files works on: one part a target, and one layer a directory of files.
import { join } from 'node:path';
import type { Adopted } from '../../adopt/adopt.ts';
import type { Variable } from '../../adopt/variables.ts';
import type { DeepLive } from '../../apply/run/read.ts';
import type { Target } from '../../domain/target.ts';
import type { Dialect } from '../../gateway/dialect.ts';
import type { Environment } from '../../input/environment.ts';
import type { Destination } from './files.ts';
import type { PlacedLines } from './lines.ts';
import type { Pulling } from './pulling.ts';

export type Spreading = Pick<Pulling, 'session' | 'selection' | 'flags' | 'io'>;

/** One target as it was read. */
export interface Part {
  readonly target: Target;
  readonly destination: Destination;
  readonly live: DeepLive;
  readonly dialect: Dialect;
  readonly adopted: Adopted;
}

/** One directory of files, before they are split. */
export interface Layer {
  readonly destination: Destination;
  /** Whose gateway its head names, unless several share it. */
  readonly part: Part;
  readonly sharedBy?: readonly string[];
  readonly adopted: Adopted;
  readonly lines: readonly PlacedLines[];
}

/** Before runs of entries become files of lines. */
export type LayerText = Omit<Layer, 'lines'>;

export const at = (dir: string): Destination => ({
  dir,
  file: join(dir, 'gateway.yaml'),
  example: join(dir, '.env.example'),
});

export const variablesIn = (layers: readonly Layer[]): readonly Variable[] => [
  ...new Map(
    layers.flatMap(({ adopted }) => adopted.variables.map((one) => [one.name, one] as const)),
  ).values(),
];

export const valuesOf = (variables: readonly Variable[]): Environment =>
  Object.fromEntries(variables.map(({ name, secret }) => [name, secret.open()]));
