// The one grammar for places in a configuration: `openai-compatibility[openrouter].models[kimi].alias`,
// `oauth-model-alias.claude[sonnet]`, `plugins.configs["a.b"]`, `*` for any. Used by output, `ignore`, `allow`,
// `ownership` and `explain`. A bracket names an entry of a list, or any name that a dot could not separate.
//
//   path    = segment *( "." key / bracket )
//   bracket = "[" ( bare / quoted / "*" ) "]"
//   key     = bare / "*"                     ; bare: no . [ ] / quote, blank or control character, and not empty
//   quoted  = '"' JSON string '"'

/** One step: the name of a key, or the name of a list entry by its identity; `null` means `*`. */
export interface Segment {
  readonly kind: 'key' | 'entry';
  readonly name: string | null;
}

export type Path = readonly Segment[];

export const key = (name: string): Segment => ({ kind: 'key', name });
export const entry = (name: string): Segment => ({ kind: 'entry', name });
export const ANY_KEY: Segment = { kind: 'key', name: null };
export const ANY_ENTRY: Segment = { kind: 'entry', name: null };
export const ROOT: Path = [];

const BARE = /^[^\s.[\]/"'*\p{Cc}]+$/u;

export function formatPath(path: Path): string {
  let text = '';
  for (const { kind, name } of path) {
    if (kind === 'key' && (name === null || BARE.test(name)))
      text += `${text === '' ? '' : '.'}${name ?? '*'}`;
    else text += `[${name === null ? '*' : bracketed(name)}]`;
  }
  return text;
}

function bracketed(name: string): string {
  return BARE.test(name) ? name : JSON.stringify(name);
}

/** Why a text isn't a path, and at which character (0-based). */
export class PathSyntaxError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Parses the grammar above. `formatPath(parsePath(text))` is the canonical spelling of `text`. Throws PathSyntaxError. */
export function parsePath(text: string): Path {
  const path: Segment[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '[') {
      const { name, next } = readBracket(text, at);
      path.push({ kind: 'entry', name });
      at = next;
      continue;
    }
    if (path.length > 0) {
      if (text[at] !== '.') throw new PathSyntaxError(`expected "." or "[" before "${text.slice(at)}"`, at);
      at += 1;
    }
    const word = /^[^.[]*/.exec(text.slice(at))?.[0] ?? '';
    if (word !== '*' && !BARE.test(word)) {
      throw new PathSyntaxError(
        word === '' ? 'a name is missing' : `"${word}" needs brackets and quotes: [${JSON.stringify(word)}]`,
        at,
      );
    }
    path.push({ kind: 'key', name: word === '*' ? null : word });
    at += word.length;
  }
  if (path.length === 0) throw new PathSyntaxError("a path can't be empty", 0);
  return path;
}

function readBracket(text: string, open: number): { name: string | null; next: number } {
  if (text[open + 1] === '"') {
    const quoted = /^"(?:[^"\\]|\\.)*"/.exec(text.slice(open + 1))?.[0];
    const next = open + 1 + (quoted?.length ?? 0);
    if (quoted === undefined || text[next] !== ']')
      throw new PathSyntaxError('a quoted name isn\'t closed with "]', open);
    try {
      return { name: String(JSON.parse(quoted)), next: next + 1 };
    } catch {
      throw new PathSyntaxError(`${quoted} isn't a JSON string`, open + 1);
    }
  }
  const close = text.indexOf(']', open);
  const word = close < 0 ? '' : text.slice(open + 1, close);
  if (close < 0) throw new PathSyntaxError('"[" isn\'t closed', open);
  if (word !== '*' && !BARE.test(word)) {
    throw new PathSyntaxError(
      word === '' ? 'an empty name needs quotes: [""]' : `"${word}" needs quotes: [${JSON.stringify(word)}]`,
      open + 1,
    );
  }
  return { name: word === '*' ? null : word, next: close + 1 };
}

function stepMatches(pattern: Segment, step: Segment): boolean {
  return pattern.name === null || pattern.name === step.name;
}

/**
 * Whether `pattern` names exactly `path`. Key and entry brackets are interchangeable: the value at the path decides
 * which is meant.
 */
export function matchesPath(pattern: Path, path: Path): boolean {
  return pattern.length === path.length && coversPath(pattern, path);
}

/** Whether `pattern` names `path` or something above it. */
export function coversPath(pattern: Path, path: Path): boolean {
  return pattern.length <= path.length && pattern.every((step, i) => stepMatches(step, path[i] as Segment));
}

/** RFC 6901 pointer with entries by name. `pathOfPointer` needs no document, so every step comes back as a key. */
export function pointerOf(path: Path): string {
  return pointerTo(path.map(({ name }) => name ?? '*'));
}

export function pathOfPointer(pointer: string): Path {
  return stepsOfPointer(pointer).map(key);
}

/** The pointer of plain steps: names of keys, indexes of lists. */
export function pointerTo(steps: readonly (string | number)[]): string {
  return steps.map((step) => `/${escapeToken(String(step))}`).join('');
}

export function stepsOfPointer(pointer: string): string[] {
  if (pointer === '') return [];
  const tokens = pointer.slice(1).split('/');
  if (!pointer.includes('~')) return tokens;
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** One step of an RFC 6901 pointer. */
export function escapeToken(name: string): string {
  return name.includes('~') || name.includes('/') ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;
}
