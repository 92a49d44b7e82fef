// `${env:NAME}`, `${file:path}`, `${lines:path}`, `${list:NAME}`, `${exec:NAME}` in values, `$${` for a literal. Each reference is
// resolved or is a problem with its position; never an empty text.
import { isAbsolute, resolve } from 'node:path';
import type { Code } from '../domain/problem/codes.ts';
import { type Facts, type Position, type Problem, problem } from '../domain/problem/problem.ts';
import type { Commands } from './commands.ts';
import type { Environment } from './environment.ts';
import type { Located, LocatedList, LocatedMap, LocatedScalar } from '../yaml/located.ts';
import {
  DEFAULT_RULES,
  isPublic,
  mayUseVariable,
  reachable,
  type ReferenceRules,
} from './reference-rules.ts';
import { isReference, type Part, partsOf, type Reference, type ReferenceKind } from './reference-text.ts';
import { readTextFile, type TextFile } from './text-file.ts';

export interface ReferenceOptions {
  readonly env: Environment;
  /** Relative paths start here and must stay here; absolute. */
  readonly dir: string;
  /** What they can use. Absent: any variable, any absolute path (settings are trusted). */
  readonly rules?: ReferenceRules | undefined;
  /** What `exec` can run where there are no rules, in settings. */
  readonly commands?: Commands | undefined;
  /** Where files are looked for before the disk, by absolute path; undefined for one that isn't there. */
  readonly readText?: ((path: string, shown: string) => Promise<TextFile | undefined>) | undefined;
  readonly allowUnresolved: Unresolved;
  /** Default: unless unresolved references are allowed. */
  readonly runsCommands?: boolean | undefined;
}

/** Whether the text of an unresolved reference is its value, instead of being a problem. `all`: none is resolved. */
export type Unresolved = boolean | 'all';

export interface Resolved<T extends Located> {
  readonly root: T;
  readonly problems: readonly Problem[];
  /** Absolute paths of the referenced files, readable or not. */
  readonly files: readonly string[];
}

/** The texts of a reference, or what is wrong with it. One text for `env`, `file` and `exec`. */
type Lookup = { readonly texts: readonly string[] } | Failed;

interface Failed {
  readonly code: Code;
  readonly message: string;
  /** It isn't allowed, so its text isn't used as its value either. */
  readonly refused?: true;
  readonly remedy?: string | undefined;
  readonly facts?: Facts;
}

/** `root` with every reference replaced. List entries that contain `${lines:}` or `${list:}` repeat. */
export async function resolveReferences<T extends Located>(
  root: T,
  options: ReferenceOptions,
): Promise<Resolved<T>> {
  const files = await readReferenced(root, options);
  const resolver = new Resolver({ files, commands: await runReferenced(root, options) }, options);
  const resolved = resolver.resolve(root, undefined) as T;
  return {
    root: resolved,
    problems: resolver.problems,
    files: [...files.keys()].map((path) => resolve(options.dir, path)),
  };
}

/** What is wrong with each of these references, written as in YAML, for itself. */
export async function checkReferences(
  texts: readonly string[],
  options: ReferenceOptions,
): Promise<ReadonlyMap<string, Problem>> {
  const position = (line: number): Position => ({ file: '', line, column: 1 });
  const items = texts.map((value, i): LocatedScalar => ({
    kind: 'scalar',
    value,
    position: position(i),
    plain: true,
  }));
  const { problems } = await resolveReferences(
    { kind: 'list', items, position: position(0) },
    { ...options, allowUnresolved: false },
  );
  return new Map(problems.map((one) => [texts[one.position?.line ?? 0] ?? '', one]));
}

async function readReferenced(
  root: Located,
  options: ReferenceOptions,
): Promise<ReadonlyMap<string, Lookup>> {
  const paths = argumentsIn(root, ['file', 'lines']);
  const looked = await Promise.all([...paths].map((path) => readOne(path, options)));
  return new Map([...paths].map((path, i) => [path, looked[i] as Lookup]));
}

function argumentsIn(root: Located, kinds: readonly ReferenceKind[]): ReadonlySet<string> {
  const found = new Set<string>();
  eachScalar(root, ({ value, reference }) => {
    if (typeof value !== 'string' || !value.includes('${') || reference !== undefined) return;
    for (const part of partsOf(value))
      if (typeof part === 'object' && 'kind' in part && kinds.includes(part.kind)) found.add(part.argument);
  });
  return found;
}

async function runReferenced(
  root: Located,
  { rules, commands = rules?.commands, allowUnresolved, runsCommands = !allowUnresolved }: ReferenceOptions,
): Promise<ReadonlyMap<string, Lookup>> {
  const refusals = new Map<string, Lookup>();
  const args = [...argumentsIn(root, ['exec'])];
  for (const argument of args) {
    const refusal = commands?.refusal(argument) ?? (commands ? undefined : NO_COMMANDS);
    if (refusal && 'code' in refusal) refusals.set(argument, { ...refusal, refused: true });
    else if (allowUnresolved === 'all') refusals.set(argument, NOT_RESOLVED);
    else if (!runsCommands) refusals.set(argument, NOT_RUN);
  }
  const ran = await commands?.run(args.filter((argument) => !refusals.has(argument)));
  const results = [...(ran ?? [])].map(([argument, result]): [string, Lookup] => [
    argument,
    'value' in result ? { texts: [result.value] } : result,
  ]);
  return new Map([...refusals, ...results]);
}

const NO_COMMANDS: Lookup = { code: 'HF2028', message: 'names a command, and the settings allow none' };
const NOT_RUN: Lookup = { code: 'HF2029', message: "wasn't run" };

async function readOne(path: string, options: ReferenceOptions): Promise<Lookup> {
  const { dir, rules = ruleFor(path), allowUnresolved } = options;
  const found = await reachable(path, dir, rules);
  if (found === 'outside')
    return {
      code: 'HF2022',
      message: 'leads outside the directories that references can use',
      refused: true,
    };
  if (found === 'closed')
    return { code: 'HF2022', message: 'names a file of Holdfast or git itself', refused: true };
  if (allowUnresolved === 'all') return NOT_RESOLVED;
  const read = await textAt(path, found.file, options);
  if ('problem' in read) {
    const { code, message } = read.problem;
    return { code: code === 'HF2002' ? 'HF2020' : code, message: `can't be resolved: ${message}` };
  }
  return { texts: [read.text] };
}

const NOT_RESOLVED: Lookup = { code: 'HF2020', message: "isn't resolved for a pull request from a fork" };
async function textAt(path: string, file: string, { dir, readText }: ReferenceOptions): Promise<TextFile> {
  return (await readText?.(resolve(dir, path), path)) ?? readTextFile(file, path);
}

/** In settings, which are trusted: relative paths stay below, absolute ones can lead anywhere. */
function ruleFor(path: string): ReferenceRules {
  return { ...DEFAULT_RULES, files: [isAbsolute(path) ? '/' : '.'] };
}

function eachScalar(node: Located, visit: (scalar: LocatedScalar) => void): void {
  if (node.kind === 'scalar') visit(node);
  else if (node.kind === 'list') for (const item of node.items) eachScalar(item, visit);
  else for (const member of node.members.values()) eachScalar(member.node, visit);
}

/** The reference for whose items an entry repeats, with the item of this repetition. */
interface Turn {
  readonly text: string;
  readonly item: string;
}

/** By argument. */
interface Looked {
  readonly files: ReadonlyMap<string, Lookup>;
  readonly commands: ReadonlyMap<string, Lookup>;
}

class Resolver {
  readonly problems: Problem[] = [];
  readonly #looked: Looked;
  readonly #options: ReferenceOptions;

  constructor(looked: Looked, options: ReferenceOptions) {
    this.#looked = looked;
    this.#options = options;
  }

  resolve(node: Located, turn: Turn | undefined): Located {
    if (node.kind === 'scalar') return this.#scalar(node, turn);
    if (node.kind === 'list') return this.#list(node);
    return this.#map(node, turn);
  }

  #map(node: LocatedMap, turn: Turn | undefined): LocatedMap {
    const members = [...node.members].map(([name, member]) => {
      if (isReference(name)) this.#add('HF2021', "A key can't contain a reference", member.position);
      return [name, { ...member, node: this.resolve(member.node, turn) }] as const;
    });
    return { ...node, members: new Map(members) };
  }

  #list(node: LocatedList): LocatedList {
    return { ...node, items: node.items.flatMap((item) => this.#entry(item)) };
  }

  /** An entry once, or once for each item of its `lines` or `list` reference. */
  #entry(item: Located): Located[] {
    const repeating = repeatingIn(item);
    const [first] = repeating;
    if (!first) return [this.resolve(item, undefined)];
    const texts = new Set(repeating.map(({ reference }) => reference.text));
    if (texts.size > 1) {
      this.#add(
        'HF2023',
        `Two references repeat the same entry: ${[...texts].join(' and ')}`,
        first.position,
      );
      return [];
    }
    const found = this.#lookup(first.reference);
    if ('texts' in found)
      return found.texts.map((text) => this.resolve(item, { text: first.reference.text, item: text }));
    const isOpen = this.#options.allowUnresolved !== false;
    if (!isOpen || found.refused)
      this.#add(found.code, `${first.reference.text} ${found.message}`, first.position, found);
    return isOpen ? [this.resolve(item, { text: first.reference.text, item: first.reference.text })] : [];
  }

  #scalar(node: LocatedScalar, turn: Turn | undefined): LocatedScalar {
    const { value } = node;
    if (typeof value !== 'string' || !value.includes('${') || node.reference !== undefined) return node;
    const parts = partsOf(value);
    if (parts.every((part) => typeof part === 'string')) return { ...node, value: parts.join('') };
    const texts = parts.map((part) => this.#part(part, parts.length === 1, node, turn));
    const known = texts
      .filter((text) => text !== undefined && !text.unresolved)
      .map((text) => text?.text ?? '');
    if (known.length === parts.length) {
      const brought = known.filter((_, i) => this.#isHidden(parts[i]));
      const apart = parts.length > 1 ? { brought } : {};
      const open = parts.some((part) => this.#isHidden(part)) ? {} : { public: true as const };
      return { ...node, value: known.join(''), plain: false, reference: value, ...apart, ...open };
    }
    return { ...node, plain: false, reference: value, unresolved: true };
  }

  #part(
    part: Part,
    whole: boolean,
    { position }: LocatedScalar,
    turn: Turn | undefined,
  ): { text: string; unresolved?: boolean } | undefined {
    if (typeof part === 'string') return { text: part };
    if ('broken' in part) return void this.#add('HF2021', part.broken, position);
    if (part.kind === 'lines' || part.kind === 'list') {
      if (whole && turn?.text === part.text) return { text: turn.item, unresolved: turn.item === part.text };
      const where = whole ? "isn't inside a list entry that can repeat" : 'must be a whole value';
      return void this.#add('HF2023', `${part.text} ${where}`, position);
    }
    const found = this.#lookup(part);
    if ('texts' in found) return { text: found.texts[0] ?? '' };
    if (this.#options.allowUnresolved && !found.refused) return { text: part.text, unresolved: true };
    return void this.#add(found.code, `${part.text} ${found.message}`, position, found);
  }

  #lookup({ kind, argument }: Reference): Lookup {
    const source = this.#source(kind, argument);
    if (!('texts' in source)) return source;
    const text = source.texts[0] ?? '';
    const texts = kind === 'lines' ? linesOf(text) : kind === 'list' ? itemsOf(text) : [withoutNewline(text)];
    if (texts.some((item) => item.trim() !== '')) return { texts };
    return { code: 'HF2020', message: kind === 'lines' ? 'names a file without any lines' : 'is empty' };
  }

  #isHidden(part: Part | undefined): boolean {
    if (typeof part !== 'object' || 'broken' in part) return false;
    const { rules } = this.#options;
    return !rules || part.kind === 'exec' || !isPublic(rules, part.argument);
  }

  #variable(name: string): Lookup {
    const { env, rules } = this.#options;
    if (rules && !mayUseVariable(rules, name))
      return { code: 'HF2025', message: 'names a variable that desired state may not use', refused: true };
    if (this.#options.allowUnresolved === 'all') return NOT_RESOLVED;
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    return value === undefined
      ? { code: 'HF2020', message: "isn't set", facts: { variable: name } }
      : { texts: [value] };
  }

  #source(kind: ReferenceKind, argument: string): Lookup {
    if (kind === 'env' || kind === 'list') return this.#variable(argument);
    const looked = kind === 'exec' ? this.#looked.commands : this.#looked.files;
    return looked.get(argument) ?? { code: 'HF2020', message: "wasn't read" };
  }

  #add(code: Code, message: string, position: Position, found?: Failed): void {
    this.problems.push(problem(code, message, { position, facts: found?.facts, remedy: found?.remedy }));
  }
}

/** The repeating references of an entry itself, not those of lists inside it. */
function repeatingIn(item: Located): { reference: Reference; position: Position }[] {
  if (item.kind === 'list') return [];
  if (item.kind === 'map') return [...item.members.values()].flatMap(({ node }) => repeatingIn(node));
  if (typeof item.value !== 'string' || !item.value.includes('${') || item.reference !== undefined) return [];
  const parts = partsOf(item.value);
  const [only] = parts;
  if (parts.length !== 1 || typeof only !== 'object' || 'broken' in only) return [];
  return only.kind === 'lines' || only.kind === 'list' ? [{ reference: only, position: item.position }] : [];
}

/** Omits blank lines and lines that begin with `#`, and trims items. */
function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function itemsOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function withoutNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}
