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
}

/**
 * Whether a text is a secret of which only a hash is known. Called for whole tokens and parts of them, because a
 * hash doesn't show what a longer text contains.
 */
export type Recognise = (token: string) => boolean;

/**
 * Finds the secrets as they are, and as JSON and URLs escape them; if several match at one position, the longest.
 * Lines of a multi-line secret are secrets too. The cost grows with the text, not with the number of secrets.
 */
export function redactor(secrets: Iterable<string>, recognised?: Recognise): Redactor {
  const byStart = indexed(new Set([...secrets].flatMap(spellings)));
  const text = (given: string): string => {
    const clean = byStart.size === 0 ? given : redact(given, byStart);
    return recognised ? withoutTokens(clean, recognised) : clean;
  };
  const value = (given: unknown): unknown => {
    if (typeof given === 'string') return text(given);
    if (Array.isArray(given)) return given.map(value);
    if (!isPlain(given)) return given;
    return Object.fromEntries(Object.entries(given).map(([name, member]) => [text(name), value(member)]));
  };
  return { text, value: <T>(given: T) => value(given) as T }; // same shape, only texts differ
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

/** Secrets by their first characters, the longest first. */
function indexed(secrets: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const byStart = new Map<string, string[]>();
  for (const secret of [...secrets].toSorted((a, b) => b.length - a.length)) {
    if (secret.length < SHORTEST_SECRET || isPlainWord(secret)) continue;
    const start = secret.slice(0, SHORTEST_SECRET);
    byStart.set(start, [...(byStart.get(start) ?? []), secret]);
  }
  return byStart;
}

function redact(text: string, byStart: ReadonlyMap<string, readonly string[]>): string {
  let clean = '';
  let kept = 0;
  for (let at = 0; at <= text.length - SHORTEST_SECRET;) {
    const found = byStart
      .get(text.slice(at, at + SHORTEST_SECRET))
      ?.find((secret) => standsAt(text, at, secret));
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

function standsAt(text: string, at: number, secret: string): boolean {
  if (!text.startsWith(secret, at)) return false;
  if (secret.length >= SHORTEST_INSIDE_WORDS) return true;
  return !/\w/.test(text[at - 1] ?? ' ') && !/\w/.test(text[at + secret.length] ?? ' ');
}

/**
 * A possible secret in a text: without blanks, quotes or brackets, and long enough to be searched for inside words.
 */
const TOKEN = /[^\s"'`,;<>|()[\]{}]{8,}/g;
/** Parts of a token: `key=value`, `user:password@host`, a URL. */
const JOINTS = /[=:@/&?#]+/g;
const MOST_PARTS = 8;

function withoutTokens(text: string, recognised: Recognise): string {
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
