// Redaction by value: removes every known secret from everything that leaves the process. Redaction by path is in
// the catalog (gateway/catalog/secrets.ts). Knows nothing of configurations.

/** Shorter texts aren't searched for: that would damage ordinary words without hiding anything. */
export const SHORTEST_SECRET = 4;
/** Shorter secrets are removed only as separate words, not inside a word. */
const SHORTEST_INSIDE_WORDS = 8;

export const REDACTED = '[secret]';

export interface Redactor {
  /** The text without the secrets. */
  text(text: string): string;
  /** The same for every text inside a plain value, including names of members; everything else unchanged. */
  value<T>(value: T): T;
  /** More secrets, from now on. */
  learn(secrets: Iterable<string>): void;
}

/** Secrets of which only hashes are known. */
export interface Recogniser {
  /** Asked for whole tokens and parts of them, because a hash doesn't show what a longer text contains. */
  readonly knows: (token: string) => boolean;
  readonly isEmpty: () => boolean;
}

/**
 * Finds the secrets as they are, and as JSON and URLs escape them; if several match at one position, the longest.
 * Lines of a multi-line secret are secrets too. The cost grows with the text, not with the number of secrets.
 */
export function redactor(secrets: Iterable<string>, hashed?: Recogniser): Redactor {
  const known = new Set<string>();
  const byStart: ByStart = new Map();
  const learn = (more: Iterable<string>): void => {
    for (const secret of more) {
      if (!known.has(secret)) for (const spelling of spellings(secret)) add(byStart, spelling);
      known.add(secret);
    }
  };
  learn(secrets);
  const text = (given: string): string => {
    const clean = byStart.size === 0 ? given : redact(given, byStart);
    return !hashed || hashed.isEmpty() ? clean : withoutTokens(clean, hashed.knows);
  };
  const isEmpty = (): boolean => byStart.size === 0 && (hashed?.isEmpty() ?? true);
  const value = (given: unknown): unknown => {
    if (typeof given === 'string') return text(given);
    if (Array.isArray(given)) return given.map(value);
    if (!isPlain(given)) return given;
    return Object.fromEntries(Object.entries(given).map(([name, member]) => [text(name), value(member)]));
  };
  return { text, value: <T>(given: T) => (isEmpty() ? given : (value(given) as T)), learn }; // same shape, only texts differ
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function spellings(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const goJson = json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
  const lines = secret.includes('\n') ? secret.split(/\r?\n/).map((line) => line.trim()) : [];
  const all = [secret, secret.trim(), json, goJson, uriEncoded(secret)];
  return [...all, ...lines.filter((line) => line.length >= SHORTEST_INSIDE_WORDS)];
}

/** Lone surrogates have no URL spelling. */
function uriEncoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : text;
}

/** `wrong`, `admin`: removing such a word from our own sentences would damage them and reveal the secret. */
function isPlainWord(secret: string): boolean {
  return secret.length < SHORTEST_INSIDE_WORDS && /^\p{L}+$/u.test(secret);
}

/** Secrets by their first characters, then by their length, the longest first: keys of one provider begin alike. */
type ByStart = Map<string, Map<number, Set<string>>>;

function add(byStart: ByStart, secret: string): void {
  if (secret.length < SHORTEST_SECRET || isPlainWord(secret)) return;
  const start = secret.slice(0, SHORTEST_SECRET);
  const byLength = byStart.get(start) ?? new Map<number, Set<string>>();
  const known = byLength.get(secret.length);
  if (known) return void known.add(secret);
  const lengths = [...byLength, [secret.length, new Set([secret])] as const];
  byStart.set(start, new Map(lengths.toSorted(([a], [b]) => b - a)));
}

function redact(text: string, byStart: ByStart): string {
  let clean = '';
  let kept = 0;
  for (let at = 0; at <= text.length - SHORTEST_SECRET;) {
    const byLength = byStart.get(text.slice(at, at + SHORTEST_SECRET));
    const found = byLength && secretAt(text, at, byLength);
    if (found === undefined) {
      at += 1;
      continue;
    }
    clean += text.slice(kept, at) + REDACTED;
    at += found.length;
    kept = at;
  }
  return kept === 0 ? text : clean + text.slice(kept);
}

function secretAt(
  text: string,
  at: number,
  byLength: ReadonlyMap<number, ReadonlySet<string>>,
): string | undefined {
  for (const [length, secrets] of byLength) {
    const candidate = text.slice(at, at + length);
    if (secrets.has(candidate) && standsAlone(text, at, length)) return candidate;
  }
  return undefined;
}

/** A short secret inside a word isn't one. */
function standsAlone(text: string, at: number, length: number): boolean {
  if (length >= SHORTEST_INSIDE_WORDS) return true;
  return !/\w/.test(text[at - 1] ?? ' ') && !/\w/.test(text[at + length] ?? ' ');
}

/**
 * A possible secret in a text: without blanks, quotes or brackets, and long enough to be searched for inside words.
 */
const TOKEN = /[^\s"'`,;<>|()[\]{}]{8,}/g;
/** Parts of a token: `key=value`, `user:password@host`, a URL. */
const JOINTS = /[=:@/&?#]+/g;
const MOST_PARTS = 8;

function withoutTokens(text: string, recognised: Recogniser['knows']): string {
  return text.replaceAll(TOKEN, (token: string) => {
    const part = partsOfToken(token).find((each) => recognised(each));
    return part === undefined ? token : withoutTokens(token.replaceAll(part, REDACTED), recognised);
  });
}

/** The token, and every sequence of its parts, the longest first. */
function partsOfToken(token: string): string[] {
  if (token.includes(REDACTED)) return [];
  const bare = token.replace(/[.!?…]+$/, '');
  const starts = [0, ...[...bare.matchAll(JOINTS)].map(({ index, 0: joint }) => index + joint.length)];
  const ends = [...[...bare.matchAll(JOINTS)].map(({ index }) => index), bare.length];
  if (starts.length > MOST_PARTS) return [bare];
  const runs = starts.flatMap((start) => ends.map((end) => bare.slice(start, Math.max(start, end))));
  return [...new Set(runs)]
    .filter((run) => run.length >= SHORTEST_INSIDE_WORDS)
    .toSorted((a, b) => b.length - a.length);
}
