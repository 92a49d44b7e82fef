// Which targets read a file of desired state.
import { resolve, sep } from 'node:path';
import type { Settings } from './shape.ts';

/** The names of the others, in the order of the settings. `path`: absolute. */
export function otherReaders(
  path: string,
  target: string,
  { targets, dir }: Pick<Settings, 'targets' | 'dir'>,
): readonly string[] {
  const isIn = (layer: string): boolean => path === layer || path.startsWith(`${layer}${sep}`);
  return targets
    .filter(({ name, desired }) => name !== target && desired.some((layer) => isIn(resolve(dir, layer))))
    .map(({ name }) => name);
}
