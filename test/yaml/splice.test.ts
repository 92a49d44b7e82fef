import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { parseDocument } from '../../src/yaml/document.ts';
import type { FileDocument } from '../../src/domain/yaml-node.ts';
import { patchAt, patchValue, type Patch } from '../../src/yaml/splice/patch.ts';
import { writeString } from '../../src/yaml/splice/scalar.ts';
import { splice } from '../../src/yaml/splice/splice.ts';
import type { Tree, Value } from '../../src/lib/value.ts';
import { hand, patchFor, touches, value, write } from '../plan/route/documents.ts';

function documentOf(text: string): FileDocument {
  const parsed = parseDocument(text);
  if ('ok' in parsed) throw new Error(parsed.message);
  return parsed;
}

function spliced(text: string, patch: Patch): string {
  const result = splice(documentOf(text), patch);
  if (!result.ok) throw new Error(result.error.message);
  return result.value.text;
}

const at = (text: string, place: readonly (string | number)[], patch: Patch): string =>
  spliced(text, patchAt(place, patch, parse(text) as Value));

const set = (to: Value): Patch => ({ kind: 'replace', value: to });
const keys = (steps: Record<string, 'remove' | Patch>): Patch => ({
  kind: 'map',
  keys: new Map(
    Object.entries(steps).map(([name, step]) => [name, step === 'remove' ? { kind: 'remove' } : step]),
  ),
});
const items = (...order: (number | { readonly value: Value })[]): Patch => ({
  kind: 'list',
  items: order.map((step) => (typeof step === 'number' ? { from: step } : step)),
});

const HOME = `# gateway 1; reasons beside the values
port: 8317

# clients of the house
api-keys:
  - "sk-test-0001"   # laptop
  # the phone
  - "sk-test-0002"
debug: false # quiet
excluded: ["a", "b"]
openai-compatibility:
  # openrouter: cheap at night
  - name: "openrouter"
    base-url: "https://openrouter.example/v1"
    headers:
      X-Title: "gateway 1"
  # deepseek: ask first
  - name: "deepseek"
    base-url: "https://deepseek.example/v1"
aliases:
  - { name: "a", alias: "b" }
`;

describe('splicing', () => {
  test('a replaced scalar keeps its quotes, its comment and every other byte', () => {
    expect(at(HOME, ['debug'], set(true))).toBe(HOME.replace('debug: false', 'debug: true'));
    expect(at(HOME, ['api-keys', 0], set('sk-test-0009'))).toBe(HOME.replace('0001', '0009'));
  });

  test('an added entry is written in the manner of its neighbours', () => {
    expect(at(HOME, ['api-keys'], items(0, 1, { value: 'sk-test-0003' }))).toBe(
      HOME.replace('0002"\n', '0002"\n  - "sk-test-0003"\n'),
    );
    expect(at(HOME, ['excluded'], items(0, { value: 'c' }, 1))).toBe(HOME.replace('"a", ', '"a", "c", '));
    expect(at(HOME, ['aliases'], items(0, { value: { name: 'c', alias: 'yes' } }))).toBe(
      `${HOME}  - { name: "c", alias: "yes" }\n`,
    );
    expect(
      at(HOME, ['openai-compatibility'], items(0, 1, { value: { name: 'x', models: [{ name: 'm' }] } })),
    ).toBe(HOME.replace('aliases:', '  - name: "x"\n    models:\n      - name: "m"\naliases:'));
  });

  test('a removed entry takes its own comments with it, and not those of its neighbour', () => {
    expect(at(HOME, ['openai-compatibility'], items(0))).toBe(
      HOME.replace(/ {2}# deepseek[^]*(?=aliases)/, ''),
    );
    expect(at(HOME, ['openai-compatibility'], items(1))).toBe(
      HOME.replace(/ {2}# openrouter[^]*(?= {2}# deepseek)/, ''),
    );
    expect(at(HOME, ['api-keys'], items(0))).toBe(HOME.replace('  # the phone\n  - "sk-test-0002"\n', ''));
  });

  test('the comment above the first key of the file stays when that key is removed', () => {
    expect(spliced(HOME, keys({ port: 'remove' }))).toBe(HOME.replace('port: 8317\n', ''));
  });

  test('the last entry of a list leaves an empty list', () => {
    expect(at(HOME, ['api-keys'], items())).toBe(HOME.replace(/api-keys:[^]*?(?=debug)/, 'api-keys: []\n'));
  });

  test.each([
    [Infinity, '.inf'],
    [-Infinity, '-.inf'],
    [NaN, '.nan'],
    [1e21, '1000000000000000000000'],
  ])('the number %d is written so that it is read as a number', (number, text) => {
    expect(at('a: 1\n', ['a'], set(number))).toBe(`a: ${text}\n`);
  });

  test('an empty list, a null and an empty mapping grow into blocks and keep their comment', () => {
    expect(spliced('a: [] # none\nb: 1\n', keys({ a: items({ value: 'x' }) }))).toBe(
      'a: # none\n  - x\nb: 1\n',
    );
    expect(spliced('a:\nb: 1\n', keys({ a: set(['x']) }))).toBe('a:\n  - x\nb: 1\n');
    expect(spliced('a: {}\n', keys({ a: keys({ c: set({ d: 1 }) }) }))).toBe('a:\n  c:\n    d: 1\n');
  });

  test('moved entries take their comments along', () => {
    expect(at(HOME, ['api-keys'], items(1, 0))).toBe(
      HOME.replace(/( {2}- "sk-test-0001".*\n)( {2}# the phone\n.*\n)/, '$2$1'),
    );
  });

  test('the first key of an entry can go', () => {
    expect(
      at(HOME, ['openai-compatibility', 0], keys({ name: 'remove' })),
    ).toBe(HOME.replace('name: "openrouter"\n    ', '')); // prettier-ignore
  });

  test('a file without a final line end stays without one', () => {
    expect(spliced('a: 1\nb: 2', keys({ c: set('x') }))).toBe('a: 1\nb: 2\nc: x');
    expect(spliced('a: 1\nb: [] # z', keys({ b: set(['x']) }))).toBe('a: 1\nb: # z\n  - x');
  });

  test('line ends of another system are kept', () => {
    expect(spliced('a: 1\r\nb:\r\n- x\r\n', keys({ b: items(0, { value: 'z' }) }))).toBe(
      'a: 1\r\nb:\r\n- x\r\n- z\r\n',
    );
  });

  test.each([
    ['an anchor', 'a: 1\nb: &x [1]\nc: *x\n', keys({ b: set([2]) }), 2],
    ['an alias', 'a: &x [1]\nb: 1\nc: *x\n', keys({ c: items(0) }), 3],
    ['a merge key', 'a: &x {k: 1}\nb:\n  <<: *x\n  m: 1\n', keys({ b: keys({ m: set(2) }) }), 3],
    ['a tag', 'a: 1\nb: !!str 5\n', keys({ b: set(2) }), 2],
    ['a second document', 'a: 1\n---\nb: 1\n', keys({ a: set(2) }), 2],
    ['a comment inside a flow list', 'a: [x, # c\n  y]\n', keys({ a: items(1) }), 1],
  ])('%s is refused with its line', (_, text, patch, line) => {
    expect(splice(documentOf(text), patch)).toMatchObject({ ok: false, error: { line } });
  });

  test('a file full of anchors can be edited elsewhere', () => {
    expect(spliced('a: &x [1]\nb: *x\nc: 1\n', keys({ c: set(2) }))).toBe('a: &x [1]\nb: *x\nc: 2\n');
  });
});

describe('for any document and any patch', () => {
  const cases = fc
    .tuple(value.tree, hand, fc.array(fc.nat(99), { minLength: 30, maxLength: 60 }), fc.array(value.value, { minLength: 3, maxLength: 6 }))
    .filter(([tree]) => Object.keys(tree).length > 0); // prettier-ignore

  /** If the first key of an entry is removed, the next one follows its dash. */
  const behindTheDash = (line: string): string => line.replace(/^( *) {2}(?=\S)/, '$1- ');

  function attempt(tree: Tree, by: Parameters<typeof write>[1], numbers: readonly number[], pool: Value[]) {
    const written = write(tree, by);
    let draws = 0;
    const draw = (): number => numbers[draws++ % numbers.length] ?? 0;
    const patch = patchFor(tree, draw, () => pool[draw() % pool.length] ?? 'x');
    const proposed = patchValue(tree, patch);
    const result = splice(documentOf(written.text), patch);
    return { written, patch, proposed, document: result.ok ? result.value : undefined };
  }

  test('the text means what the patch means, and untouched lines are the same bytes', () => {
    let refusals = 0;
    let runs = 0;
    fc.assert(
      fc.property(cases, ([tree, by, numbers, pool]) => {
        const result = attempt(tree, by, numbers, pool);
        runs += 1;
        if (!result.document) {
          refusals += 1;
          return;
        }
        const { text } = result.document;
        expect(parse(text, { strict: false })).toEqual(result.proposed);
        const after = new Set(text.split(/\r?\n/));
        for (const line of result.written.lines)
          if (!touches(result.patch, line.place))
            expect([line.text, behindTheDash(line.text)].some((kept) => after.has(kept))).toBe(true);
        expect(text.endsWith('\n')).toBe(by.lastEol);
      }),
      { numRuns: 400 },
    );
    expect(refusals).toBeLessThan(runs / 5);
  });

  test('the edited nodes say the same as the spliced text', () => {
    fc.assert(
      fc.property(cases, ([tree, by, numbers, pool]) => {
        const result = attempt(tree, by, numbers, pool);
        if (result.document) expect(bare(result.document.root)).toEqual(bare(documentOf(result.document.text).root));
      }),
      { numRuns: 200 },
    ); // prettier-ignore
  });
});

/** Nodes by meaning: kinds, texts, and whether a scalar is more than a text. */
function bare(node: FileDocument['root']): unknown {
  if (!node || node.kind === 'alias') return node;
  if (node.kind === 'scalar')
    return node.style === 'plain' && writeString(node.text, 'plain').style !== 'plain'
      ? { value: node.text }
      : node.text;
  if (node.kind === 'list') return node.items.map(bare);
  return node.pairs.map((pair) => [pair.key.text, bare(pair.value)]);
}
