// Strict YAML: one mapping per file, every value with its position. What YAML allows but a configuration in git
// should not contain (duplicate keys, several documents, keys that aren't text) is a problem with its position.
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Document, Node as YamlNode, Pair, YAMLError, YAMLMap } from 'yaml';
import type { Code } from '../domain/problem/codes.ts';
import { type Position, type Problem, problem } from '../domain/problem/problem.ts';
import { isInexact } from '../lib/value.ts';
import { type Excess, MAX_YAML_DEPTH as MAX_DEPTH, yamlExcess } from '../lib/yaml-bounds.ts';
import type { Located, LocatedMap, LocatedScalar, Member } from './located.ts';
import { type Mistake, mistakeIn, mistakeInText } from './mistakes/mistakes.ts';

/** How many values aliases can add to a file: more is an attack, not a shorthand. */
const MAX_ALIASED_VALUES = 100_000;

/** Characters; YAML's own limit for keys on one line. */
const MAX_KEY = 1024;

export interface ReadYaml {
  /** Undefined: only blanks and comments, or problems. */
  readonly root?: LocatedMap;
  readonly problems: readonly Problem[];
}

/** Total characters of all cached texts; the least recently used ones are dropped first. */
const REMEMBERED_CHARACTERS = 2 * 1024 * 1024;
const remembered = new Map<string, { readonly text: string; readonly read: ReadYaml }>();

/**
 * `file` is the name of the file in positions. Messages never quote values. The result is cached by text, because a
 * daemon reads the same files all day.
 */
export function readYaml(text: string, file: string): ReadYaml {
  const known = remembered.get(file);
  remembered.delete(file);
  const read = known?.text === text ? known.read : new Reader(text, file).read();
  remembered.set(file, { text, read });
  forgetOldest();
  return read;
}

function forgetOldest(): void {
  let size = [...remembered.values()].reduce((sum, { text }) => sum + text.length, 0);
  for (const [file, { text }] of remembered) {
    if (size <= REMEMBERED_CHARACTERS) return;
    remembered.delete(file);
    size -= text.length;
  }
}

interface Anchor {
  readonly node: Located;
  readonly size: number;
  /** Levels from the node to its deepest value. */
  readonly height: number;
}

class Reader {
  readonly #text: string;
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #problems: Problem[] = [];
  /** `null` while the anchored node is being read: an alias to it would contain itself. */
  readonly #anchors = new Map<string, Anchor | null>();
  #values = 0;
  /** Of the values that were read, including aliases. */
  #deepest = 0;
  #aliased = 0;
  #bomb = false;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  read(): ReadYaml {
    const excess = yamlExcess(this.#text);
    if (excess) return { problems: [this.#tooLarge(excess)] };
    const documents = this.#parse();
    const [first] = documents;
    if (!first || this.#problems.length > 0) return { problems: this.#problems };
    if (isEmpty(first.contents)) return { problems: [] };
    const root = isMap(first.contents) ? this.#map(first.contents, 0) : this.#notAMapping(first.contents);
    return this.#problems.length > 0 || !root ? { problems: this.#problems } : { root, problems: [] };
  }

  /** Lines are counted by the parser, which has not run. */
  #tooLarge({ at, what }: Excess): Problem {
    const before = this.#text.slice(0, at);
    const position = {
      file: this.#file,
      line: before.split('\n').length,
      column: at - before.lastIndexOf('\n'),
    };
    return problem('HF2004', `The file contains ${what}`, { position });
  }

  #parse(): Document[] {
    try {
      const parsed = parseAllDocuments(this.#text, {
        lineCounter: this.#lines,
        prettyErrors: false,
        uniqueKeys: false,
        strict: true,
        version: '1.2',
        logLevel: 'silent',
      });
      const documents: Document[] = Array.isArray(parsed) ? (parsed as Document[]) : [];
      this.#reportSyntax(documents);
      return documents;
    } catch {
      // The parser recurses; only nesting can exhaust it.
      this.#problems.push(problem('HF2010', TOO_DEEP, { position: this.#at(0) }));
      return [];
    }
  }

  /** One problem per file, because most problems after a syntax error are its consequences. */
  #reportSyntax(documents: readonly Document[]): void {
    const errors = documents.flatMap((document) => [...document.errors, ...document.warnings]);
    const found = errors.find((error) => error.code === 'TAB_AS_INDENT') ?? errors[0];
    const second = documents[1];
    if (found) this.#addMistake(this.#explained(found));
    else if (second) {
      const start = second.range?.[0] ?? 0;
      const separator = this.#text.lastIndexOf('---', start + 3);
      this.#add('HF2013', 'A second YAML document begins here', separator < 0 ? start : separator);
    }
  }

  /** A lone `*`, as in `- *`, is meant as text. */
  #explained(error: YAMLError): Mistake {
    if (error.message.startsWith('Maximum call stack')) return { code: 'HF2010', message: TOO_DEEP, at: 0 };
    const mistake = mistakeIn(this.#text, error);
    const [start] = error.pos;
    const star = this.#text.slice(start - 1, start + 1).includes('*');
    const alone =
      star && /(?:^|[\s[,:-])\*(?=[\s,\]]|$)/.test(this.#text.slice(Math.max(0, start - 2), start + 2));
    if (!alone) return mistake;
    return { ...mistake, message: `${mistake.message}. To use * as text, put quotes around it: "*"` };
  }

  #notAMapping(contents: unknown): undefined {
    const offset = (contents as YamlNode).range?.[0] ?? 0;
    const mistake = isScalar(contents) ? mistakeInText(this.#text, offset) : undefined;
    if (mistake) return void this.#addMistake(mistake);
    this.#add(
      'HF2017',
      `The file contains ${isSeq(contents) ? 'a list' : 'a single value'}, not a mapping`,
      offset,
    );
  }

  #node(node: unknown, depth: number, at: number): Located | undefined {
    if (this.#bomb) return undefined;
    this.#values += 1;
    this.#deepest = Math.max(this.#deepest, depth);
    if (depth > MAX_DEPTH) return void this.#add('HF2010', `Nested deeper than ${MAX_DEPTH} levels`, at);
    if (isAlias(node)) return this.#alias(node.source, depth, node.range?.[0] ?? at);
    const anchor = (node as { anchor?: string } | null)?.anchor;
    if (anchor === undefined) return this.#plainNode(node, depth, at);
    const [before, outer] = [this.#values + this.#aliased, this.#deepest];
    this.#anchors.set(anchor, null);
    this.#deepest = depth;
    const located = this.#plainNode(node, depth, at);
    if (located) {
      const size = this.#values + this.#aliased - before + 1;
      this.#anchors.set(anchor, { node: located, size, height: this.#deepest - depth });
    }
    this.#deepest = Math.max(this.#deepest, outer);
    return located;
  }

  #plainNode(node: unknown, depth: number, at: number): Located | undefined {
    if (isMap(node)) return this.#map(node, depth);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.#node(item, depth + 1, node.range?.[0] ?? at));
      return {
        kind: 'list',
        items: items.filter((item) => item !== undefined),
        position: this.#at(node.range?.[0] ?? at),
      };
    }
    return this.#scalar(node, at);
  }

  #map(map: YAMLMap, depth: number): LocatedMap {
    const start = map.range?.[0] ?? 0;
    const members = new Map<string, Member>();
    const merged: LocatedMap[] = [];
    for (const pair of map.items) {
      const name = this.#keyOf(pair, start);
      if (name === undefined) continue;
      if (name.merge) merged.push(...this.#mergeSources(pair, depth, name.at));
      else this.#member(members, pair, name, depth);
    }
    for (const source of merged)
      for (const [name, member] of source.members) if (!members.has(name)) members.set(name, member);
    return { kind: 'map', members, position: this.#at(start) };
  }

  #member(members: Map<string, Member>, pair: Pair, name: KeyName, depth: number): void {
    const position = this.#at(name.at);
    const earlier = members.get(name.text);
    if (earlier)
      this.#add('HF2011', `Duplicate key "${name.text}"; first in line ${earlier.position.line}`, name.at);
    const node = this.#node(pair.value, depth + 1, name.at);
    if (node && !earlier) members.set(name.text, { position, node });
  }

  #keyOf(pair: Pair, fallback: number): KeyName | undefined {
    const node = pair.key;
    const at = (node as YamlNode | null)?.range?.[0] ?? fallback;
    if (isScalar(node) && typeof node.value === 'string') {
      const text = node.value;
      if (text === '__proto__') return void this.#add('HF2015', "A key can't be `__proto__`", at);
      if (text.length > MAX_KEY)
        return void this.#add('HF2015', `A key is longer than ${MAX_KEY} characters`, at);
      return { text, at, merge: text === '<<' && node.type === 'PLAIN' };
    }
    const what = isScalar(node)
      ? `${node.source ?? 'null'} isn't text, so it can't be a key`
      : "A key isn't text";
    this.#add('HF2015', `${what}. If you mean this key, put quotes around it`, at);
    return undefined;
  }

  /** `<<: *base` and `<<: [*a, *b]`: earlier ones take precedence, explicit keys override all. */
  #mergeSources(pair: Pair, depth: number, at: number): readonly LocatedMap[] {
    const source = this.#node(pair.value, depth + 1, at);
    const sources = source?.kind === 'list' ? source.items : source ? [source] : [];
    if (sources.every((node) => node.kind === 'map')) return sources;
    this.#add('HF2016', 'A merge key "<<" accepts a mapping or a list of mappings', at);
    return [];
  }

  #alias(name: string, depth: number, at: number): Located | undefined {
    const anchor = this.#anchors.get(name);
    if (!anchor) return void this.#add('HF2010', 'An alias is inside its own anchor, or has no anchor', at);
    this.#deepest = Math.max(this.#deepest, depth + anchor.height);
    if (this.#deepest > MAX_DEPTH) {
      this.#bomb = true;
      return void this.#add('HF2010', `Aliases nest deeper than ${MAX_DEPTH} levels`, at);
    }
    this.#aliased += anchor.size;
    if (this.#aliased > MAX_ALIASED_VALUES) {
      this.#bomb = true;
      return void this.#add('HF2014', `Aliases expand to more than ${MAX_ALIASED_VALUES} values`, at);
    }
    return { ...anchor.node, position: this.#at(at) };
  }

  #scalar(node: unknown, at: number): LocatedScalar | undefined {
    const start = (node as YamlNode | null)?.range?.[0] ?? at;
    const value: unknown = isScalar(node) ? node.value : null;
    const plain = isScalar(node) && node.type === 'PLAIN';
    const dash = plain && typeof value === 'string' ? dashInside(this.#text, node) : undefined;
    if (dash !== undefined)
      return void this.#addMistake({ code: 'HF2010', message: DASH_INSIDE, at: dash, remedy: ALIGN_DASHES });
    if (typeof value === 'string' || typeof value === 'boolean' || value === null)
      return { kind: 'scalar', value, plain, position: this.#at(start) };
    if (typeof value === 'number' && !isInexact(value))
      return { kind: 'scalar', value, plain, position: this.#at(start) };
    return void this.#addMistake({ code: 'HF2018', message: NO_NUMBER, at: start, remedy: QUOTE_OR_SHORTEN });
  }

  #at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #addMistake({ code, message, at, remedy }: Mistake): void {
    this.#problems.push(problem(code, message, { position: this.#at(at), remedy }));
  }

  #add(code: Code, message: string, offset: number): void {
    this.#problems.push(problem(code, message, { position: this.#at(offset) }));
  }
}

interface KeyName {
  readonly text: string;
  readonly at: number;
  readonly merge: boolean;
}

function isEmpty(contents: unknown): boolean {
  return (
    contents === null || (isScalar(contents) && contents.value === null && (contents.source ?? '') === '')
  );
}

const DASH_INSIDE = 'This line begins with "- ", but belongs to the text of the line above';
const ALIGN_DASHES =
  'Indent the dashes of a list by the same number of spaces. For a text of several lines, put quotes around it.';

/** Where a line of a plain text begins like an entry of a list: the dash is indented further than the others. */
function dashInside(text: string, { range }: YamlNode): number | undefined {
  if (!range) return undefined;
  const found = /\n[ \t]*-[ \t]/.exec(text.slice(range[0], range[1]));
  return found ? range[0] + found.index + found[0].length - 2 : undefined;
}

const NO_NUMBER = "This number can't be represented exactly";
const QUOTE_OR_SHORTEN =
  'For a key or another text of digits, put quotes around it. For a number, use one that a 64-bit float holds exactly.';
const TOO_DEEP = 'The file is nested too deeply';
