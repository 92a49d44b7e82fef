// Comments are the work of people: which of them a write would lose, or move to another entry. What belongs to a
// removed entry may be removed with it. Decides nothing.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import {
  type CommentPlaces,
  commentPlaces,
  type Naming,
  pathText,
  type PlacedComment,
} from '../../yaml/comment-places.ts';
import { parseDocument } from '../../yaml/document.ts';
import type { FileDocument, FileNode } from '../../domain/yaml-node.ts';
import { isTree, type Value } from '../../lib/value.ts';
import type { Difference } from '../types/difference.ts';
import { isFailure } from '../../yaml/failure.ts';
import { type LostComment } from '../types/lost-comment.ts';

/** Comments of the first text that the second doesn't have, or has elsewhere. Follows entries through renames. */
export function lostComments(
  catalog: Catalog,
  before: Pick<FileDocument, 'text'>,
  after: Pick<FileDocument, 'text'>,
  differences: readonly Pick<Difference, 'kind' | 'livePlace' | 'before' | 'after' | 'field'>[],
): readonly LostComment[] {
  if (!before.text.includes('#') || before.text === after.text) return [];
  const was = placesIn(before.text, catalog, entriesGone(differences));
  const is = placesIn(after.text, catalog);
  if (!was || !is || was.comments.length === 0) return [];
  return new Comparison(was, is, renamesIn(differences)).lost();
}

/** Comments of the second text that the first has nowhere. None if one of them can't be parsed. */
export function addedComments(
  catalog: Catalog,
  before: Pick<FileDocument, 'text'>,
  now: Pick<FileDocument, 'text'>,
): readonly LostComment[] {
  if (!now.text.includes('#') || before.text === now.text) return [];
  const was = placesIn(before.text, catalog);
  const is = placesIn(now.text, catalog);
  if (!was || !is) return [];
  const known = was.comments.map(({ text }) => text);
  return is.comments.flatMap(({ text, line }) => {
    const at = known.indexOf(text);
    if (at >= 0) known.splice(at, 1);
    return at >= 0 ? [] : [{ text, line }];
  });
}

/** Paths of removed entries, so that they aren't mistaken for others of the same name. */
const entriesGone = (differences: readonly Pick<Difference, 'kind' | 'livePlace'>[]): ReadonlySet<string> =>
  new Set(
    differences.flatMap(({ kind, livePlace }) => (kind === 'remove' ? [JSON.stringify(livePlace)] : [])),
  );

function placesIn(
  text: string,
  catalog: Catalog,
  gone: ReadonlySet<string> = new Set(),
): CommentPlaces | undefined {
  const parsed = parseDocument(text);
  return isFailure(parsed) ? undefined : commentPlaces(parsed as FileDocument, namingBy(catalog, gone));
}

/** By its identity; by position if it has none. */
function namingBy(catalog: Catalog, gone: ReadonlySet<string>): Naming {
  const nameOf = nameAmongStaying(catalog);
  return (node, index, place) => {
    const name = nameOf(node, index, place);
    return gone.has(JSON.stringify([...place, index])) ? `${name} (gone)` : name;
  };
}

function nameAmongStaying(catalog: Catalog): Naming {
  return (node, index, place) => {
    const list = place.reduce<Field | undefined>(
      (field, step) => field && catalog.child(field, typeof step === 'number' ? '[]' : step),
      catalog.root,
    );
    if (node.kind === 'scalar') return node.text.trim();
    if (node.kind !== 'map') return String(index);
    const members = new Map(node.pairs.map(({ key, value }) => [key.text, textOf(value)]));
    return nameBy(list?.identity ?? [], (name) => members.get(name)) ?? String(index);
  };
}

const textOf = (node: FileNode): string => (node.kind === 'scalar' ? node.text.trim() : '');

function nameBy(
  identity: readonly string[],
  member: (name: string) => string | undefined,
): string | undefined {
  const texts = identity.map((name) => member(name) ?? '');
  return texts.some((text) => text !== '') ? texts.join('\n') : undefined;
}

/** Old names of entries to new ones, in any list: a credential that was rotated is still the same. */
function renamesIn(
  differences: readonly Pick<Difference, 'kind' | 'before' | 'after' | 'field'>[],
): ReadonlyMap<string, string> {
  const renames = new Map<string, string>();
  for (const { kind, before, after, field } of differences) {
    if (kind !== 'rename') continue;
    const identity = field.parent?.identity ?? [];
    const [old, fresh] = [before, after].map((value) => nameBy(identity, (name) => memberOf(value, name)));
    if (old !== undefined && fresh !== undefined) renames.set(`[${old}]`, `[${fresh}]`);
  }
  return renames;
}

function memberOf(value: Value | undefined, name: string): string {
  const member = isTree(value) ? value[name] : undefined;
  return typeof member === 'string' ? member.trim() : '';
}

class Comparison {
  readonly #was: CommentPlaces;
  readonly #is: CommentPlaces;
  /** Paths of the first text in the second; undefined: the second doesn't have them. */
  readonly #now: readonly (string | undefined)[];
  readonly #renames: ReadonlyMap<string, string>;
  readonly #there: ReadonlySet<string>;
  readonly #waiting = new Map<string, PlacedComment[]>();

  constructor(was: CommentPlaces, is: CommentPlaces, renames: ReadonlyMap<string, string>) {
    this.#was = was;
    this.#is = is;
    this.#renames = renames;
    this.#there = new Set(is.entries.map(({ path }) => path));
    this.#now = was.entries.map(({ path }) => this.#pathNow(path));
    for (const comment of is.comments) {
      const same = this.#waiting.get(comment.text);
      if (same) same.push(comment);
      else this.#waiting.set(comment.text, [comment]);
    }
  }

  lost(): LostComment[] {
    return this.#was.comments
      .filter((comment) => !this.#goesWithEntry(comment) && !this.#found(comment))
      .map(({ text, line }) => ({ text, line }));
  }

  #pathNow(path: string): string | undefined {
    const steps = JSON.parse(path) as string[]; // pathText made it
    const now = pathText(steps.map((step) => this.#renames.get(step) ?? step));
    return this.#there.has(now) ? now : undefined;
  }

  /** It follows a removed value, or is directly above it, or below it and indented more. */
  #goesWithEntry({ on, above, column, touchesNext }: PlacedComment): boolean {
    if (on !== undefined) return this.#pathNow(on) === undefined;
    const previous = this.#was.entries[above - 1];
    const isHead = touchesNext && above > 0 && column <= (this.#was.entries[above]?.column ?? 0);
    if (isHead && this.#now[above] === undefined) return true;
    return (
      previous !== undefined && this.#now[above - 1] === undefined && column > this.#columnOfGone(above - 1)
    );
  }

  /** Of the outermost removed entry around this one. */
  #columnOfGone(index: number): number {
    let column = this.#was.entries[index]?.column ?? 0;
    for (let i = index; i >= 0 && this.#now[i] === undefined; i -= 1)
      column = Math.min(column, this.#was.entries[i]?.column ?? 0);
    return column;
  }

  #found(comment: PlacedComment): boolean {
    const candidates = this.#waiting.get(comment.text) ?? [];
    const at = candidates.findIndex((candidate) => this.#isSamePlace(comment, candidate));
    if (at < 0) return false;
    candidates.splice(at, 1);
    return true;
  }

  #isSamePlace(was: PlacedComment, is: PlacedComment): boolean {
    if (was.on !== undefined) {
      const on = this.#pathNow(was.on);
      return is.on === on || (is.on === undefined && this.#is.entries[is.above]?.path === on);
    }
    if (is.on !== undefined) return false;
    return (
      this.#nextOf(was) === this.#is.entries[is.above]?.path ||
      this.#previousOf(was) === this.#is.entries[is.above - 1]?.path
    );
  }

  /** The nearest entry below that stays; undefined at the end of the file. */
  #nextOf({ above }: PlacedComment): string | undefined {
    return this.#now.slice(above).find((path) => path !== undefined);
  }

  #previousOf({ above }: PlacedComment): string | undefined {
    return this.#now.slice(0, above).findLast((path) => path !== undefined);
  }
}

/** The lines, and their prose: what was commented out can be a key. */
export function commentsInWords(lost: readonly LostComment[]): string {
  const shown = lost.slice(0, MOST_SHOWN).map(({ text, line }) => {
    const prose = proseIn(text);
    return prose === '' ? String(line) : `${line} (${prose})`;
  });
  const rest = lost.length > shown.length ? ` and ${lost.length - shown.length} more` : '';
  return `${lost.length === 1 ? 'the comment in line' : 'the comments in lines'} ${shown.join(', ')}${rest}`;
}

const MOST_SHOWN = 20;

function proseIn(text: string): string {
  const bare = text.replace(/^#+\s*/, '');
  if (/^(?:-(?:\s|$)|["']?[\w.-]+["']?\s*[:=])/.test(bare)) return '';
  const masked = bare.replace(/\S{10,}/g, (word) => (/\d|[-_/]/.test(word) ? '•••' : word));
  return masked.length > 60 ? `${masked.slice(0, 59)}…` : masked;
}
