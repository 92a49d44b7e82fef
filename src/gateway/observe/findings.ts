// Facts in a reading that a person must know, whatever is declared. Pure; guards decide what they forbid.
import type { FileDocument } from '../../domain/yaml-node.ts';
import { problem, type Problem } from '../../domain/problem/problem.ts';
import { isList, isTree, type Tree, type Value } from '../../lib/value.ts';
import { SAMPLE_KEYS, usableKeys } from './client-keys.ts';
import { bricks } from '../model/stored.ts';
import { NON_STRING_KEY } from '../../yaml/failure.ts';

/**
 * `place`: the path of client keys in the file of this gateway. Memory has them at `api-keys` in every generation.
 */
export function findingsIn(memory: Tree, target: string, place = 'api-keys'): readonly Problem[] {
  const keys = [...usableKeys(memory['api-keys'])];
  const warning = { target, path: place, severity: 'warning' } as const;
  if (keys.length === 0)
    return [problem('HF3030', `${target} has no usable client key, so it's open to everyone`, warning)];
  const samples = keys.filter((key) => SAMPLE_KEYS.has(key));
  if (samples.length === 0) return [];
  return [
    problem(
      'HF3032',
      `${target} has ${samples.length === 1 ? 'a published sample key' : `${samples.length} published sample keys`} among its client keys`,
      warning,
    ),
  ];
}

/**
 * A block scalar contains a line that begins with `#`: the next write turns the file into one that no gateway can
 * read.
 */
export function brickIn({ text }: FileDocument, target: string): readonly Problem[] {
  const line = bricks(text);
  if (line === undefined) return [];
  const message = `line ${line} of the config.yaml of ${target} begins with # inside a block scalar`;
  return [problem('HF3033', message, { target, severity: 'warning' })];
}

/** The first path whose value JSON can't express, as text; C v0 §2.1.3. */
export function notJson(value: Value, path = ''): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} isn't a JSON number`;
  const members: readonly (readonly [string, Value])[] = isList(value)
    ? value.map((item, i) => [String(i), item] as const)
    : isTree(value)
      ? Object.entries(value)
      : [];
  for (const [name, member] of members) {
    if (name.startsWith(NON_STRING_KEY)) return `${path} has the key ${name.slice(1)}, which isn't text`;
    const found = notJson(member, path === '' ? name : `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
