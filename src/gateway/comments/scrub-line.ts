// One line of a comment without its secrets: values under names that carry credentials, items of lists of keys, words
// that look like keys, passwords in URLs.
import { carriesCredential } from '../catalog/credential-names.ts';
import { mapUrlSecrets } from '../catalog/url-secrets.ts';
import { isPlaceholder, KEY_SHAPE, REMOVED } from './key-shapes.ts';
import type { Outline } from './scrub-outline.ts';

/** A shorter secret may be a part of a word by chance. */
const SURELY_THE_SAME = 4;

/** Without secrets that are known by their value. `known`: the longest first. */
export function withoutKnown(comment: string, known: readonly string[]): string {
  let clean = comment;
  for (const secret of known)
    if (secret.length >= SURELY_THE_SAME) clean = clean.replaceAll(secret, REMOVED);
    else
      clean = clean
        .split(/(?<![\w-])|(?![\w-])/)
        .map((word) => (word === secret ? REMOVED : word))
        .join('');
  return clean;
}

/** Moves the outline on. */
export function scrubbedLine(comment: string, outline: Outline): string {
  const [, marks = '', indent = '', dashes = '', rest = ''] =
    /^(#(?:[ \t]*#)*)([ \t]*)((?:-[ \t]+)*)(.*)$/s.exec(comment) ?? [];
  const isItem = dashes !== '';
  if (rest.trim() !== '') outline.enter(indent.length, isItem);
  const clean = cleanValue(rest, indent.length + dashes.length, isItem, outline);
  return withoutShapes(`${marks}${indent}${dashes}${clean}`);
}

/** `name: value`, the name quoted or not. */
const PAIR = /^(["']?)([\w.-]+)\1:(?:[ \t]+(.*))?$/s;

function cleanValue(text: string, indent: number, isItem: boolean, outline: Outline): string {
  const [, , name, value = ''] = PAIR.exec(text.trimEnd()) ?? [];
  if (name === undefined) return cleanText(text, isItem, outline);
  const [content, tail] = cut(value);
  const head = text.slice(0, text.trimEnd().length - value.length);
  const isCredential = carriesCredential(name, !opensQuote(content));
  if (content === '') outline.open({ indent, isCredential, name });
  else if (/^[|>][-+\d]*$/.test(content) || opensQuote(content)) outline.open({ indent, isCredential });
  const isList = content.startsWith('[') || content.startsWith('{');
  if (!carriesCredential(name, content.startsWith('{')) || content === '')
    return `${head}${withoutPairs(value)}${trailing(text)}`;
  if (content.startsWith('{')) return `${head}${withoutPairs(value)}${trailing(text)}`;
  if (/^[|>]/.test(content) || !isSecret(content, name)) return text;
  return `${head}${isList ? `[${REMOVED}]` : REMOVED}${tail}${trailing(text)}`;
}

function cleanText(text: string, isItem: boolean, outline: Outline): string {
  const trimmed = text.trimEnd();
  const isKey = isItem ? outline.isInKeys : outline.isInCredential;
  if (!isKey || trimmed === '' || /^[{[]/.test(trimmed)) return withoutPairs(text);
  if (isItem) {
    const [content, tail] = cut(trimmed);
    const [, word = '', more = ''] = /^(\S+)((?:[ \t]+\(.*)?)$/s.exec(content) ?? [];
    const isOne = word !== '' || /^(["']).*\1$/s.test(content);
    return isOne && isSecret(word === '' ? content : word, '')
      ? `${REMOVED}${more}${tail}${trailing(text)}`
      : withoutPairs(text);
  }
  const { keyAbove } = outline;
  const isProse = keyAbove !== undefined && !isSecret(trimmed, keyAbove);
  return isProse ? withoutPairs(text) : `${REMOVED}${trailing(text)}`;
}

const trailing = (text: string): string => text.slice(text.trimEnd().length);

/** The value, and a comment behind it. */
function cut(value: string): readonly [content: string, tail: string] {
  const [quoted] = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')/s.exec(value) ?? [];
  const start = quoted?.length ?? 0;
  const at = value.slice(start).search(/[ \t]+#/);
  return at < 0 ? [value, ''] : [value.slice(0, start + at), value.slice(start + at)];
}

const opensQuote = (value: string): boolean =>
  /^["']/.test(value) && !/^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')/s.test(value);

// ── several pairs in one line ────────────────────────────────────────────────────────────────────────────────────

const VALUE = `"(?:[^"\\\\]|\\\\.)*"|'(?:[^']|'')*'|\\[[^\\]]*\\]|[^\\s,}\\]"'][^,}\\]]*`;
/** In flow mappings and JSON: `{api-key: "x", base-url: y}`. */
const FLOW_PAIR = new RegExp(`([{,]\\s*)(["']?)([\\w.-]+)\\2(\\s*:\\s*)(${VALUE})`, 'g');
/** In a command or a file of variables: `-H "X-Api-Key: x"`, `API_KEY=x`. */
const WORD_PAIR = /(?<![\w.-])([\w.-]+)(=|:[ \t]+)((?:(?:Bearer|Basic|Token)[ \t]+)?["']?)([^\s"',;}]+)/gi;

function withoutPairs(text: string): string {
  return text
    .replaceAll(FLOW_PAIR, (all, lead: string, quote: string, name: string, mark: string, value: string) =>
      carriesCredential(name) && isSecret(value.trim(), name)
        ? `${lead}${quote}${name}${quote}${mark}${value.startsWith('[') ? `[${REMOVED}]` : REMOVED}`
        : all,
    )
    .replaceAll(WORD_PAIR, (all, name: string, mark: string, lead: string, value: string) =>
      carriesCredential(name) && (mark === '=' || isKeyLike(value) || /^(?:bearer|basic|token)/i.test(lead))
        ? isSecret(value, name)
          ? `${name}${mark}${lead}${REMOVED}`
          : all
        : all,
    );
}

// ── what looks like a secret wherever it stands ──────────────────────────────────────────────────────────────────

const URL_LIKE = /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+|(?<![\w@])[\w.%+-]+:[^\s"'<>@/]+@[\w.-]+/gi;
const SCHEME = /\b(Bearer|Basic)([ \t]+)([\w.~+/=-]{8,})/g;

function withoutShapes(text: string): string {
  return text
    .replaceAll(SCHEME, (all, scheme: string, blank: string, value: string) =>
      /[\d=._-]/.test(value) && !isPlaceholder(value) ? `${scheme}${blank}${REMOVED}` : all,
    )
    .replaceAll(URL_LIKE, (url) => mapUrlSecrets(url, (secret) => (isPlaceholder(secret) ? secret : REMOVED)))
    .replaceAll(KEY_SHAPE, REMOVED);
}

/** Whether a value under a name that carries credentials may be one: no switch, no reference, no path, no sentence. */
function isSecret(value: string, name: string): boolean {
  const bare = value.trim().replace(/^(["'])(.*)\1$/s, '$2');
  if (bare === '' || isPlaceholder(bare)) return false;
  if (/^(?:true|false|null|~|(?:~|\.{1,2})?\/[^=\s]*|\$\{[^}]*\}|<[^>]*>)$/i.test(bare)) return false;
  return bare !== value.trim() || !isSentence(bare) || /pass/i.test(name);
}

/** Words with nothing like a key among them; an authentication scheme begins none. */
function isSentence(text: string): boolean {
  const words = text.split(/\s+/);
  return (
    words.length >= 3 &&
    !/^(?:bearer|basic|token|digest|apikey)$/i.test(words[0] ?? '') &&
    !words.some(isKeyLike)
  );
}

function isKeyLike(word: string): boolean {
  const bare = word.replaceAll(/^["'(]+|["'),.;:]+$/g, '');
  return bare.length >= 24 || (bare.length >= 10 && /\d/.test(bare) && /[a-z]/i.test(bare));
}
