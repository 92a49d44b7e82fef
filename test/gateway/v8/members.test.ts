// Every member of groups and keys on v8, changed one by one: what the gateway shows in the end is what is declared.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Tree, Value } from '../../../src/lib/value.ts';
import { teardown } from '../../apply/setup.ts';
import {
  declaringAll,
  FAMILIES,
  gatewayOn,
  type Groups,
  keyNamed,
  meaning,
  ownNames,
  type SharedFamily,
  told,
  valuesOf,
  viewOf,
} from './families.ts';

afterEach(teardown);

/** `-`: the member is not there. `0`: the explicit zero or empty value. `v`, `w`: two other values. */
type Word = '-' | '0' | 'v' | 'w' | 'null';

/** Of the group, its first key, its second key; or of the two keys as they take effect. */
const SHARED: readonly (readonly [what: string, live: string, declared: string, effective: string])[] = [
  ['the group gains it', '- - -', 'v - -', 'v v'],
  ['the group changes it', 'v - -', 'w - -', 'w w'],
  ['the group says zero', 'v - -', '0 - -', '0 0'],
  ['the group loses it', 'v - -', '- - -', '- -'],
  ['the group loses it while a key has its own', 'v - w', '- - w', '- w'],
  ['the group says zero while a key has its own', 'v - w', '0 - w', '0 w'],
  ['the group loses it while a key says zero', 'v - 0', '- - -', '- -'],
  ['the group changes it while a key says zero', 'v - 0', 'w - 0', 'w 0'],
  ['a key gains it', '- - -', '- - v', '- v'],
  ['a key says zero where the group says nothing', '- - v', '- - 0', '- 0'],
  ['a key loses it', '- - v', '- - -', '- -'],
  ['a key overrides the group', 'v - -', 'v - w', 'v w'],
  ['a key overrides the group by zero', 'v - -', 'v - 0', 'v 0'],
  ['a key that overrode the group says null', 'v - w', 'v - null', 'v v'],
  ['a key that overrode the group says nothing', 'v - w', 'v - -', 'v v'],
  ['a key that overrode the group by zero says nothing', 'v - 0', 'v - -', 'v v'],
  ['it moves from the group to one key', 'v - -', '- - v', '- v'],
  ['it moves from both keys to the group', '- v w', 'w - -', 'w w'],
];

const OWN: readonly (readonly [what: string, live: string, declared: string, effective: string])[] = [
  ['a key gains it', '- - -', '- - v', '- v'],
  ['a key says zero', '- - -', '- - 0', '- 0'],
  ['a key changes it to zero', '- - v', '- - 0', '- 0'],
  ['a key loses it', '- v v', '- v -', 'v -'],
];

const wordsIn = (text: string): readonly Word[] => text.split(' ') as Word[]; // The tables above.

function said(name: string, word: Word | undefined): Tree {
  const [zero, v, w = v] = valuesOf(name);
  const values: Readonly<Record<string, Value | undefined>> = { '0': zero, v, w, null: null };
  const value = word && values[word];
  return value === undefined ? {} : { [name]: value };
}

function groupsOf(name: string, text: string): Groups {
  const [group, ...keys] = wordsIn(text);
  return [
    {
      name: 'g',
      'base-url': 'https://c.example/v1',
      ...said(name, group),
      keys: keys.map((word, i) => ({ 'api-key': keyNamed(String(i)), ...said(name, word) })),
    },
  ];
}

const effective = (family: SharedFamily, name: string, text: string): readonly string[] =>
  meaning(
    family,
    wordsIn(text).map((word, i) => ({
      'api-key': keyNamed(String(i)),
      'base-url': 'https://c.example/v1',
      ...said(name, word),
    })),
  );

/** The change in every family that has the member, by one apply. */
async function changes(
  families: readonly SharedFamily[],
  name: string,
  row: (typeof SHARED)[number],
): Promise<void> {
  const [, live, declared, wanted] = row;
  const fixture = await gatewayOn(declaringAll(families.map((family) => [family, groupsOf(name, live)])));
  await fixture.declare(declaringAll(families.map((family) => [family, groupsOf(name, declared)])));
  const applied = await fixture.reconcile();
  expect(told(applied)).toMatch(/^\{"kind":"(applied|in-sync)"/);
  for (const family of families)
    expect([family.v8, meaning(family, await viewOf(fixture, family))]).toEqual([
      family.v8,
      effective(family, name, wanted),
    ]);
  expect(told(await fixture.check())).toMatch(/^\{"kind":"in-sync"/);
}

const sharedNames = [...new Set(FAMILIES.flatMap(({ shared }) => [...shared]))];

describe.each(sharedNames)('%s of group and key', (name) => {
  const families = FAMILIES.filter(({ shared }) => shared.has(name));
  test.each(SHARED)('%s: %s becomes %s, which is %s', (...row) => changes(families, name, row));
});

describe.each([...new Set(FAMILIES.flatMap(ownNames))])('%s of a key', (name) => {
  const families = FAMILIES.filter((family) => ownNames(family).includes(name));
  test.each(OWN)('%s: %s becomes %s, which is %s', (...row) => changes(families, name, row));
});
