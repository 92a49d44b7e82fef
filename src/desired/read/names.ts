// `# name: laptop` beside a client key, or in the line above it: what output calls the key, as `client-keys` in the settings
// does. The settings win. Pure.
import { factsOf } from '../../gateway/layout/layouts.ts';
import type { Layout } from '../../domain/desired.ts';
import { fingerprintsOf, isKeyName, type NamedKey } from '../../domain/named-key.ts';
import { type Position, type Problem, problem } from '../../domain/problem/problem.ts';
import { seal } from '../../domain/secret.ts';
import type { Target } from '../../domain/target.ts';
import { type Located, type LocatedMap, type LocatedScalar, nodeAt } from '../../yaml/located.ts';

interface TextFile {
  readonly shown: string;
  readonly text: string;
}

export interface NamesInFiles {
  readonly named: readonly NamedKey[];
  /** Warnings: a name that can't be used is left out. */
  readonly problems: readonly Problem[];
}

const BESIDE = /\s#\s*name:\s*(.*?)\s*$/;
const ABOVE = /^\s*#\s*name:\s*(.*?)\s*$/;

/** `files`: as they were read. An encrypted file has no readable comments. */
export function namesInFiles(
  root: LocatedMap,
  layout: Layout,
  target: Pick<Target, 'digestKey' | 'named'>,
  files: readonly TextFile[],
): NamesInFiles {
  const commented = files.filter(({ text }) => /#\s*name:/.test(text));
  const list = nodeAt(root, factsOf(layout).clientKeys.split('.'));
  if (commented.length === 0 || list?.kind !== 'list') return { named: [], problems: [] };
  const linesOf = new Map(commented.map(({ shown, text }) => [shown, text.split('\n')]));
  const scalars = list.items.filter((item) => item.kind === 'scalar' && !item.unresolved) as LocatedScalar[];
  const found = [...Map.groupBy(scalars, placeOf).values()].flatMap((items): NamedKey[] => {
    const [item] = items;
    // A line with several keys, or one that stands for several, names none of them.
    const name = item && items.length === 1 ? nameBeside(item, linesOf.get(item.position.file)) : undefined;
    if (!item || name === undefined) return [];
    const { value, position } = item;
    return [{ kind: 'client', name, key: { secret: seal(String(value).trim()) }, position }];
  });
  return accepted(found, target);
}

const placeOf = ({ position: { file, line } }: Located): string => `${line} ${file}`;

function nameBeside(
  { value, position: { line } }: LocatedScalar,
  lines: readonly string[] = [],
): string | undefined {
  const [, beside] = BESIDE.exec(lines[line - 1] ?? '') ?? [];
  const name = beside ?? ABOVE.exec(lines[line - 2] ?? '')?.[1];
  // In a quoted key, it is a part of the key.
  return name !== undefined && !String(value).includes(`name:`) ? name : undefined;
}

/** One name for each key, and one key for each name. */
function accepted(
  found: readonly NamedKey[],
  { digestKey, named = [] }: Pick<Target, 'digestKey' | 'named'>,
): NamesInFiles {
  const { nameOf } = fingerprintsOf({ digestKey, named });
  const taken = new Map<string, Position>(named.map(({ name, position }) => [name, position]));
  const good: NamedKey[] = [];
  const problems: Problem[] = [];
  for (const one of found) {
    if ('secret' in one.key && nameOf(one.key.secret.open()) !== undefined) continue;
    const why = whyNot(one.name, taken);
    if (why === undefined) {
      taken.set(one.name, one.position);
      good.push(one);
    } else problems.push(problem('HF2112', why, { severity: 'warning', position: one.position }));
  }
  return { named: good, problems };
}

/** The text of a name that isn't one is not shown: it can be anything, a key too. */
function whyNot(name: string, taken: ReadonlyMap<string, Position>): string | undefined {
  if (!isKeyName(name)) return "the comment `# name:` beside this key isn't followed by a name";
  const other = taken.get(name);
  return other && `"${name}" is the name of another key (${other.file}:${other.line})`;
}
