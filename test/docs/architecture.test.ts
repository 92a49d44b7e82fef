import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { architecturePicture, picturedRooms, upwardArrows } from '../support/architecture-picture.ts';
import { INNER, MAY_IMPORT } from '../support/rooms.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const page = read('docs/architecture.md');

/** Rows of the tables whose first cell is one folder: the folder, and what it may import. */
const table = [...page.matchAll(/^\| `([a-z0-9/-]+)\/` \| [^|]+ \| ([^|]+) \|$/gm)].map(
  ([, room = '', imports = '']) => [room, imports === 'nothing' ? [] : imports.split(', ')] as const,
);

const paths = [...page.matchAll(/`((?:src|test|scripts|docs|schemas)\/[\w./-]*)`/g)].map(
  ([, path = '']) => path,
);

/** Rows that name files, and functions in them. */
const steps = [...page.matchAll(/^\| ([^|]+) \| ((?:`src\/[^`|]+`(?:, )?)+) \| ([^|]*)\|$/gm)].map(
  ([, what = '', files = '', names = '']) => ({
    what,
    files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
    names: [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  }),
);

const declares = (file: string, name: string): boolean =>
  new RegExp(`\\b(?:function\\*?|const|class) ${name}\\b`).test(read(file));

describe('docs/architecture.md', () => {
  test('has the tables of rooms that the structure test checks', () => {
    const inner = Object.entries(INNER).flatMap(([folder, rooms]) =>
      Object.entries(rooms).map(([room, imports]) => [`${folder}/${room}`, imports] as const),
    );
    expect(table).toEqual([...Object.entries(MAY_IMPORT), ...inner]);
  });

  test('names paths that exist', () => {
    expect(paths.length).toBeGreaterThan(80);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('names functions that are in the files next to them', () => {
    expect(steps.length).toBeGreaterThan(60);
    const lost = steps.flatMap(({ what, files, names }) =>
      names.filter((name) => !files.some((file) => declares(file, name))).map((name) => `${name}: ${what}`),
    );
    expect(lost).toEqual([]);
  });

  test('explains each word of the glossary once, in order', () => {
    const glossary = page.split('## Glossary')[1] ?? '';
    const words = [...glossary.matchAll(/^\| ([\w ]+) \| /gm)].map(([, word = '']) => word.toLowerCase());
    const listed = words.filter((word) => word !== 'word');
    expect(listed.length).toBeGreaterThan(40);
    expect(listed).toEqual([...new Set(listed)].toSorted((a, b) => a.localeCompare(b)));
  });
});

describe('docs/architecture.svg', () => {
  test('is what `npm run docs` draws', () => {
    expect(read('docs/architecture.svg')).toBe(architecturePicture());
  });

  test('shows every room once, and no import points up', () => {
    expect(picturedRooms().toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted());
    expect(upwardArrows()).toEqual([]);
  });
});
