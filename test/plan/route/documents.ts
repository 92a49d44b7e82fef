// Random YAML documents in many hands' styles, and random patches for them.
import * as fc from 'fast-check';
import { isOld, type ItemStep, type KeyStep, type Patch } from '../../../src/yaml/splice/patch.ts';
import { isList, isTree, type Tree, type Value } from '../../../src/lib/value.ts';

const NAMES = ['alpha', 'beta', 'gamma', 'delta', 'x-y', 'on', '2nd', 'with space', 'a.b', '#tag', 'Über'];
const TEXTS = [
  'plain', 'yes', 'No', '0123', '1e3', '2024-01-01', '', ' padded ', 'a: b', 'a #b', '# c', '- x', '*x', '&x', '!x',
  '{a}', '[b', 'it\'s', 'say "hi"', 'tab\there', 'two\nlines', 'two\n# lines', 'del\u007f', 'c1\u0085x', '\u2028',
  'null', '~', '.5', '0x1F', '12:30', '%d', '@at', '`tick`', '|', '>', '?', ': ', 'end:', 'é日本', '😀', '<<', '=',
]; // prettier-ignore

const scalar: fc.Arbitrary<Value> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.integer({ min: -1000, max: 1_000_000 }) },
  { weight: 1, arbitrary: fc.boolean() },
);

export const value = fc.letrec<{ value: Value; tree: Tree; list: readonly Value[] }>((tie) => ({
  value: fc.oneof({ maxDepth: 3, depthSize: 'small' }, scalar, tie('tree'), tie('list')),
  tree: fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  list: fc.array(tie('value'), { maxLength: 4 }),
}));

export interface Hand {
  readonly step: number;
  readonly listStep: number;
  readonly eol: '\n' | '\r\n';
  readonly lastEol: boolean;
  /** Chances, drawn one after another: comments, blank lines, flow, quotes. */
  readonly dice: readonly number[];
}

export const hand: fc.Arbitrary<Hand> = fc.record({
  step: fc.constantFrom(2, 3, 4),
  listStep: fc.constantFrom(0, 2),
  eol: fc.constantFrom('\n', '\r\n'),
  lastEol: fc.boolean(),
  dice: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 20, maxLength: 40 }),
});

/** One written line and the leaf or key it shows, as a JSON pointer of keys and indexes. */
export interface Line {
  readonly text: string;
  readonly place: readonly (string | number)[];
}

/** Writes a tree as this hand would. */
export function write(tree: Tree, by: Hand): { text: string; lines: Line[] } {
  const writer = new Writer(by);
  writer.map(tree, 0, []);
  const text = writer.lines.map((line) => line.text).join(by.eol) + (by.lastEol ? by.eol : '');
  return { text, lines: writer.lines };
}

class Writer {
  readonly lines: Line[] = [];
  readonly #by: Hand;
  #draws = 0;

  constructor(by: Hand) {
    this.#by = by;
  }

  #roll(): number {
    this.#draws += 1;
    return this.#by.dice[this.#draws % this.#by.dice.length] ?? 0;
  }

  #decorate(column: number, place: Line['place']): void {
    const roll = this.#roll();
    if (roll === 0) this.lines.push({ text: '', place });
    if (roll <= 1) this.lines.push({ text: `${' '.repeat(column)}# about ${this.#draws}`, place });
  }

  #tail(): string {
    return this.#roll() === 2 ? ` # tail ${this.#draws}` : '';
  }

  scalar(value: Value): string {
    if (typeof value !== 'string') return JSON.stringify(value);
    const isSimple = /^[a-zé日本]{3,}$/.test(value) && value !== 'null' && value !== 'yes';
    if (isSimple && this.#roll() > 4) return value;
    if (!/[\n\t\p{Cc}\u2028]/u.test(value) && this.#roll() > 6) return `'${value.replaceAll("'", "''")}'`;
    return JSON.stringify(value)
      .replace(/\u007f/g, '\\x7F').replace(/\u0085/g, '\\x85').replace(/\u2028/g, '\\u2028'); // prettier-ignore
  }

  key(name: string): string {
    return /^[a-z][a-z-]+$/.test(name) ? name : JSON.stringify(name);
  }

  flow(value: Value): string {
    const pad = this.#roll() > 5 ? ' ' : '';
    if (isList(value)) return `[${value.map((item) => this.flow(item)).join(', ')}]`;
    if (!isTree(value)) return typeof value === 'string' ? JSON.stringify(value).replace(/\u007f/g, '\\x7F').replace(/\u0085/g, '\\x85').replace(/\u2028/g, '\\u2028') : String(value); // prettier-ignore
    const pairs = Object.entries(value).map(([name, inner]) => `${this.key(name)}: ${this.flow(inner)}`);
    return pairs.length === 0 ? '{}' : `{${pad}${pairs.join(', ')}${pad}}`;
  }

  #inline(value: Value): string | undefined {
    if (!isList(value) && !isTree(value)) return this.scalar(value);
    const isEmpty = isList(value) ? value.length === 0 : Object.keys(value).length === 0;
    return isEmpty || this.#roll() === 9 ? this.flow(value) : undefined;
  }

  map(tree: Tree, column: number, place: Line['place'], firstPrefix?: string): void {
    let prefix = firstPrefix;
    for (const [name, value] of Object.entries(tree)) {
      const here = [...place, name];
      if (prefix === undefined) this.#decorate(column, here);
      const head = `${prefix ?? ' '.repeat(column)}${this.key(name)}:`;
      prefix = undefined;
      const inline = this.#inline(value);
      this.lines.push({
        text: `${head}${inline === undefined ? '' : ` ${inline}`}${this.#tail()}`,
        place: here,
      });
      if (inline === undefined) this.#below(value, column, here);
    }
  }

  #below(value: Value, column: number, place: Line['place']): void {
    if (isList(value)) this.list(value, column + this.#by.listStep, place);
    else if (isTree(value)) this.map(value, column + this.#by.step, place);
  }

  list(items: readonly Value[], column: number, place: Line['place'], firstPrefix?: string): void {
    let prefix = firstPrefix;
    items.forEach((item, i) => {
      const here = [...place, i];
      if (prefix === undefined) this.#decorate(column, here);
      const dash = `${prefix ?? ' '.repeat(column)}- `;
      prefix = undefined;
      const inline = this.#inline(item);
      if (inline !== undefined) this.lines.push({ text: `${dash}${inline}${this.#tail()}`, place: here });
      else if (isList(item)) this.list(item, column + 2, here, dash);
      else if (isTree(item)) this.map(item, column + 2, here, dash);
    });
  }
}

// ── patches ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** A patch that fits a value, from a stream of numbers; the same stream gives the same patch. */
export function patchFor(target: Value, draw: () => number, fresh: () => Value, depth = 0): Patch {
  if (isTree(target)) return mapPatch(target, draw, fresh, depth);
  if (isList(target)) return listPatch(target, draw, fresh, depth);
  return { kind: 'replace', value: fresh() };
}

function mapPatch(target: Tree, draw: () => number, fresh: () => Value, depth: number): Patch {
  const keys = new Map<string, KeyStep>();
  for (const [name, inner] of Object.entries(target)) {
    const roll = draw() % 10;
    if (roll === 0) keys.set(name, { kind: 'remove' });
    else if (roll === 1) keys.set(name, { kind: 'replace', value: fresh() });
    else if (roll === 2) keys.set(name, { kind: 'rename', to: `${name} renamed` });
    else if (roll <= 5) keys.set(name, patchFor(inner, draw, fresh, depth + 1));
  }
  if (depth === 0 || draw() % 3 === 0) keys.set(`new ${depth}`, { kind: 'replace', value: fresh() });
  return { kind: 'map', keys };
}

function listPatch(target: readonly Value[], draw: () => number, fresh: () => Value, depth: number): Patch {
  const items: ItemStep[] = [];
  target.forEach((inner, from) => {
    const roll = draw() % 8;
    if (roll === 0) return;
    if (roll === 1) items.push({ value: fresh() });
    items.push(roll === 2 ? { from, patch: patchFor(inner, draw, fresh, depth + 1) } : { from });
    if (roll === 3 && items.length > 1) items.reverse();
  });
  return { kind: 'list', items };
}

/** Whether a patch changes anything at or below, or moves, a place. */
export function touches(patch: Patch, place: Line['place']): boolean {
  const [step, ...rest] = place;
  if (patch.kind === 'replace') return true;
  if (step === undefined) return patch.kind === 'list';
  if (patch.kind === 'map') {
    const inner = patch.keys.get(String(step));
    if (!inner) return false;
    return inner.kind === 'remove' || inner.kind === 'rename' || rest.length === 0 || touches(inner, rest);
  }
  const item = patch.items.find((candidate) => isOld(candidate) && candidate.from === step);
  if (!item || !isOld(item)) return true;
  return item.patch !== undefined && (rest.length === 0 || touches(item.patch, rest));
}
