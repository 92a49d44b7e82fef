// What a save leaves unchanged: nodes that equal memory are not merged again, and only those.
import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { decode } from '../../../src/gateway/model/decode.ts';
import { parseDocument } from '../../../src/yaml/document.ts';
import { load } from '../../../src/gateway/model/load.ts';
import { save } from '../../../src/gateway/model/save.ts';
import type { FileDocument, FileNode } from '../../../src/domain/yaml-node.ts';
import { isList, type Tree } from '../../../src/lib/value.ts';

const catalog = loadCatalog('legacy');

function documentOf(text: string): FileDocument {
  return parseDocument(text) as FileDocument;
}

function memoryOf(text: string): Tree {
  const loaded = load(documentOf(text), catalog);
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded.memory;
}

function nodeAt(document: FileDocument, name: string): FileNode | undefined {
  return document.root?.kind === 'map'
    ? document.root.pairs.find(({ key }) => key.text === name)?.value
    : undefined;
}

/** Without the defaults that a save writes out at the end. */
function written({ text }: FileDocument): string {
  return text.slice(0, text.indexOf('credential-concurrency:'));
}

/** The list before and after memory, as the text says it, was saved with one setting changed. */
function savedList(text: string, name: string) {
  const document = documentOf(text);
  const saved = save(document, { ...memoryOf(text), debug: true }, catalog) as FileDocument;
  return { before: nodeAt(document, name), after: nodeAt(saved, name), text: written(saved) };
}

const TWO = `debug: false
gemini-api-key:
  - api-key: sk-test-0001
    base-url: 'https://a.example'
    headers: { X-Team: blue }
    models:
      - {name: a, alias: b}
  # the second
  - api-key: sk-test-0002
    priority: 3
`;

describe('a list that equals memory', () => {
  test('is the same node after a save', () => {
    const { before, after } = savedList(TWO, 'gemini-api-key');
    expect(after).toBe(before);
  });

  test('is printed in block style all the same, quotes and comments kept', () => {
    expect(savedList(TWO, 'gemini-api-key').text).toBe(`debug: true
gemini-api-key:
  - api-key: sk-test-0001
    base-url: 'https://a.example'
    headers:
      X-Team: blue
    models:
      - name: a
        alias: b
# the second
  - api-key: sk-test-0002
    priority: 3
`);
  });
});

describe('an entry of a list is merged again', () => {
  const cases = [
    ['with a member that nobody knows: it goes', 'surprise: 1', ''],
    ['with a text that is longer than what is held', 'prefix: " a "', 'prefix: "a"'],
    ['with a plain text that reads as a number', 'prefix: 007', 'prefix: "007"'],
    ['with a number written another way', 'priority: 0x10', 'priority: 16'],
  ] as const;
  test.each(cases)('%s', (_, written, held) => {
    const text = `debug: false\ngemini-api-key:\n  - api-key: sk-test-0001\n    ${written}\n  - api-key: sk-test-0002\n`;
    const { before, after, text: saved } = savedList(text, 'gemini-api-key');
    expect(after).not.toBe(before);
    expect(saved).toBe(
      `debug: true\ngemini-api-key:\n  - api-key: sk-test-0001\n${held && `    ${held}\n`}  - api-key: sk-test-0002\n`,
    );
  });

  test('that changed, and its neighbours are not', () => {
    const document = documentOf(TWO);
    const memory = memoryOf(TWO);
    const entries = memory['gemini-api-key'];
    if (!isList(entries)) throw new Error('no entries');
    const [first, second] = entries;
    const changed = { ...memory, 'gemini-api-key': [first, { ...(second as Tree), priority: 9 }] } as Tree;
    const saved = save(document, changed, catalog) as FileDocument;
    const [was, is] = [nodeAt(document, 'gemini-api-key'), nodeAt(saved, 'gemini-api-key')];
    expect(is?.kind === 'list' && was?.kind === 'list' && is.items[0] === was.items[0]).toBe(true);
    expect(saved.text).toContain('- api-key: sk-test-0002\n    priority: 9\n');
  });
});

describe('entries that share what the saver finds them by', () => {
  test('stay apart where they stand, and are mistaken for each other when the first goes (N7)', () => {
    const text = `gemini-api-key:
  - api-key: sk-test-0001
    base-url: https://a.example
    headers:
      X-Team: blue
  - api-key: sk-test-0001
    base-url: https://b.example
    headers:
      X-Other: red
`;
    const document = documentOf(text);
    const memory = memoryOf(text);
    const entries = memory['gemini-api-key'] as readonly Tree[];
    expect(written(save(document, memory, catalog) as FileDocument)).toBe(text);
    const left = save(document, { ...memory, 'gemini-api-key': entries.slice(1) }, catalog) as FileDocument;
    expect(left.text).toContain(
      'base-url: https://b.example\n    headers:\n      X-Team: blue\n      X-Other: red\n',
    );
  });
});

describe('a document that is decoded twice', () => {
  test('keeps unknown keys in its content and holds none of them, in either order', () => {
    const text =
      'surprise: 1\ngemini-api-key:\n  - api-key: sk-test-0001\n    odd: {a: 1}\n  - api-key: sk-test-0002\n';
    const kept = [{ 'api-key': 'sk-test-0001', odd: { a: 1 } }, { 'api-key': 'sk-test-0002' }];
    const held = kept.map(({ 'api-key': name }) => ({ 'api-key': name }));
    for (const order of [
      [true, false],
      [false, true],
    ]) {
      const document = documentOf(text);
      for (const keep of order)
        expect(decode(document, catalog, keep).content).toEqual(
          keep ? { surprise: 1, 'gemini-api-key': kept } : { 'gemini-api-key': held },
        );
      expect(decode(document, catalog, true).content['surprise']).toBe(1);
    }
  });
});
