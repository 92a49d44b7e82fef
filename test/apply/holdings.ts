// What a gateway holds, so that two states of it can be compared leaf by leaf.
import { nativeDialect } from '../../src/gateway/dialect.ts';
import { effectiveEntries, familyAt } from '../../src/gateway/layout/effective.ts';
import { isList, isTree, type Tree, treeOf, type Value } from '../../src/lib/value.ts';
import { parseDocument } from '../../src/yaml/document.ts';
import type { Fixture } from './setup.ts';

/** What the gateway holds, leaf by leaf: `memory.debug`, `file.api-keys[sk-test-0001]`, and the comments of the file. */
export interface Holdings {
  readonly leaves: ReadonlyMap<string, string>;
  readonly comments: readonly string[];
}

/** At rest. */
export async function holdings(fixture: Fixture): Promise<Holdings> {
  await fixture.sandbox.settled();
  return holdingsNow(fixture);
}

/** Whatever the gateway is about to load. */
export async function holdingsNow(fixture: Fixture): Promise<Holdings> {
  const file = await fixture.file();
  const document = parseDocument(file);
  if ('ok' in document) throw new Error(document.message);
  const { content } = nativeDialect(/^config-version:/m.test(file) ? 'v8' : 'legacy');
  const leaves = [
    ...leavesOf(fixture.sandbox.states().memory, 'memory'),
    ...leavesOf(inKeys(content(document)), 'file'),
  ];
  const comments = (file.match(/(?<=^|\s)#.*/gm) ?? []).filter((text) => !text.startsWith('# holdfast:'));
  return { leaves: new Map(leaves), comments };
}

/** How keys of a v8 file are grouped makes no difference: each with what it inherits. */
function inKeys(content: Tree): Tree {
  const families = Object.entries(treeOf(content['api-keys'])).map(([provider, groups]) => {
    const family = familyAt(`api-keys.${provider}`);
    return [provider, family ? effectiveEntries(groups, family).map(({ entry }) => entry) : groups] as const;
  });
  return families.length === 0 ? content : { ...content, 'api-keys': Object.fromEntries(families) };
}

/** Entries of a list go by what tells them apart, whatever their order. Zero and empty values are as absent ones. */
function leavesOf(value: Value, path: string): [string, string][] {
  if (isTree(value))
    return Object.entries(value)
      .filter(([name]) => name !== 'auth-dir' && name !== 'secret-key')
      .flatMap(([name, member]) => leavesOf(member, `${path}.${name}`));
  if (!isList(value)) return value ? [[path, String(value)]] : [];
  const seen: string[] = [];
  return value.flatMap((item): [string, string][] => {
    const name = nameOf(item);
    seen.push(name);
    const place = `${path}[${name}${'+'.repeat(seen.filter((other) => other === name).length - 1)}]`;
    return [[place, ''], ...(isTree(item) ? leavesOf(item, place) : [])];
  });
}

function nameOf(item: Value): string {
  if (!isTree(item)) return String(item);
  const names = ['name', 'alias', 'api-key', 'base-url'].filter((name) => item[name]);
  return names.length > 0 ? names.map((name) => String(item[name])).join() : JSON.stringify(item);
}

/** The leaves that one has and the other has not, or holds otherwise. */
export const changedBetween = (a: Holdings, b: Holdings): readonly string[] =>
  [...new Set([...a.leaves.keys(), ...b.leaves.keys()])].filter(
    (path) => a.leaves.get(path) !== b.leaves.get(path),
  );
