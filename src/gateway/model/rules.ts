// The rules of `x-normalise`, one function each (C v0 §4.1, §4.2). Knows no key by name; normalise.ts composes them.
import { canonicalGoDuration } from '../../lib/go-duration.ts';
import { isList, isTree, type Tree, type Value } from '../../lib/value.ts';
import type { LoadOptions } from './model.ts';

/**
 * Why something is dropped. `duplicate`: an equal entry stays. `erased`: the value becomes an empty text. `emptied`:
 * its content was dropped. `not-json`: a text that has to be JSON isn't. `unusable`: anything else.
 */
export type DropKind = 'duplicate' | 'erased' | 'emptied' | 'not-json' | 'unusable';

export interface Drop {
  readonly kind: DropKind;
  /** As text, in the gateway's terms: `base-url is blank`, `the same api-key, base-url as entry 1`. */
  readonly reason: string;
}

/** Reports what is dropped, with its index in the list or its key. */
export type Report = (drop: Drop, at?: string | number) => void;

const unusable = (reason: string): Drop => ({ kind: 'unusable', reason });

/** What remains of a value; undefined for nothing. `argument` is the text after the colon. */
export type Rule = (
  value: Value,
  argument: string,
  report: Report,
  options: LoadOptions,
) => Value | undefined;

const SPACE = '[\\t-\\r \\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000]';
const EDGES = new RegExp(`^${SPACE}+|${SPACE}+$`, 'g');

/** Go's TrimSpace. */
export function trim(text: string): string {
  return text.replace(EDGES, '');
}

export const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['trim', texts(trim)],
  ['lower', texts((text) => text.toLowerCase())],
  ['prefix', (value, _, report) => onText(value, (text) => prefix(text, report))],
  ['fingerprint-profile', texts(fingerprintProfile)],
  ['strategy', texts(strategy)],
  ['default', (value, fallback) => onText(value, (text) => (trim(text) === '' ? fallback : text))],
  ['home-path', (value, _argument, _report, { home }) => onText(value, (text) => homePath(text, home))],
  ['go-duration', texts(canonicalGoDuration)],
  ['image-mode', (value) => imageMode(value)],
  ['hash', (value, _argument, _report, options) => onText(value, (text) => hashed(text, options))],
  ['below', (value, range) => bound(value, range, (number, limit) => number < limit)],
  ['above', (value, range) => bound(value, range, (number, limit) => number > limit)],
  ['force', (_, json) => JSON.parse(json) as Value],
  ['headers', (value, _, report) => (isTree(value) ? headers(value, report) : value)],
  ['keys', keys],
  ['drop-empty', (value, _, report) => (isTree(value) ? keepMembers(value, report) : value)],
  [
    'drop-blank',
    (value, _, report) => keep(value, report, (item) => (blank(item) ? unusable('it is blank') : undefined)),
  ],
  ['drop-if-blank', dropIfBlank],
  ['drop-if-equal', dropIfEqual],
  ['drop-if-below', dropIfBelow],
  ['dedupe', (value, members, report) => dedupe(value, members, report, (text) => text)],
  ['dedupe-fold', (value, members, report) => dedupe(value, members, report, (text) => text.toLowerCase())],
  ['raw-json', (value, _, report) => keep(value, report, rawJsonFault)],
]);

function onText(value: Value, change: (text: string) => string): Value {
  return typeof value === 'string' ? change(value) : value;
}

/** A rule on a text, or on every text of a list. */
function texts(change: (text: string) => string): Rule {
  return (value) => (isList(value) ? value.map((item) => onText(item, change)) : onText(value, change));
}

function prefix(text: string, report: Report): string {
  const inner = trim(text).replace(/^\/+|\/+$/g, '');
  if (!inner.includes('/')) return inner;
  report({ kind: 'erased', reason: 'a prefix with a slash inside is erased' });
  return '';
}

function fingerprintProfile(text: string): string {
  const trimmed = trim(text);
  return /^(claude-code-cli|oauth-cli)$/i.test(trimmed) ? 'claude-code-cli' : trimmed;
}

const STRATEGIES: Readonly<Record<string, string>> = {
  '': 'round-robin',
  roundrobin: 'round-robin',
  rr: 'round-robin',
  weightedroundrobin: 'weighted-round-robin',
  wrr: 'weighted-round-robin',
  fillfirst: 'fill-first',
  ff: 'fill-first',
};

/** An invalid name stays as it is; the endpoint refuses it (C v0 §3.1). */
export function strategy(text: string): string {
  const name = trim(text).toLowerCase();
  return STRATEGIES[name] ?? (Object.values(STRATEGIES).includes(name) ? name : trim(text));
}

/** `~` expanded and the path cleaned; unchanged if the gateway's home directory isn't known. */
export function homePath(text: string, home: string | undefined): string {
  const path = trim(text);
  if (!path.startsWith('~')) return cleanPath(path);
  if (home === undefined) return text;
  return cleanPath(
    `${home}/${path
      .slice(1)
      .replace(/^[/\\]+/, '')
      .replaceAll('\\', '/')}`,
  );
}

/** Go's filepath.Clean. */
function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..' || (steps.length === 0 ? !rooted : steps.at(-1) === '..')) steps.push(step);
    else steps.pop();
  }
  const clean = `${rooted ? '/' : ''}${steps.join('/')}`;
  return clean === '' ? '.' : clean;
}

const MODES: Readonly<Record<string, Value>> = {
  ...Object.fromEntries(['', 'false', '0', 'off', 'no'].map((word) => [word, false])),
  ...Object.fromEntries(['true', '1', 'on', 'yes'].map((word) => [word, true])),
  chat: 'chat',
  passthrough: 'passthrough',
};

/** `disable-image-generation` in canonical form (C v0 §2.1.1); undefined: the gateway refuses it. */
export function imageMode(value: Value): Value | undefined {
  if (isList(value) || isTree(value)) return undefined;
  return MODES[trim(String(value ?? '')).toLowerCase()];
}

export function looksHashed(text: string): boolean {
  return /^\$2[aby]\$./s.test(text);
}

/** Stands for the hash that the gateway will create, if no hash function is given. */
export const HASH_PLACEHOLDER = '$2a$10$placeholder.for.a.hash.that.the.gateway.makes.at.load';

/** Only if a hash function is given: normalising a proposed value must not invent a hash. */
function hashed(text: string, { hash }: LoadOptions): string {
  return !hash || text === '' || looksHashed(text) ? text : hash(text);
}

function bound(value: Value, range: string, beyond: (number: number, limit: number) => boolean): Value {
  const [limit, instead] = range.split(':').map(Number);
  if (typeof value !== 'number' || limit === undefined || instead === undefined) return value;
  return beyond(value, limit) ? instead : value;
}

/** Of two names that are equal after trimming, the later one wins here; in the gateway, either can win. */
function headers(value: Tree, report: Report): Value {
  const clean: Record<string, Value> = {};
  for (const [name, text] of Object.entries(value)) {
    const key = trim(name);
    const kept = typeof text === 'string' ? trim(text) : text;
    if (key === '' || blank(kept))
      report(unusable(key === '' ? 'a header without a name' : 'a header without a value'), name);
    else clean[key] = kept;
  }
  return Object.keys(clean).length === 0 ? null : clean;
}

function keys(value: Value, how: string, report: Report): Value {
  if (!isTree(value)) return value;
  const renamed: Record<string, Value> = {};
  for (const [name, member] of Object.entries(value)) {
    const key = how === 'lower' ? name.toLowerCase() : trim(name);
    if (key === '') report(unusable('a blank name'), name);
    else renamed[key] = member;
  }
  return renamed;
}

function keepMembers(value: Tree, report: Report): Value {
  const kept = Object.entries(value).filter(([name, member]) => {
    if (blank(member)) report({ kind: 'emptied', reason: 'it would be empty' }, name);
    return !blank(member);
  });
  return Object.fromEntries(kept);
}

/** Blank, missing or empty. */
function blank(value: Value | undefined): boolean {
  if (typeof value === 'string') return trim(value) === '';
  if (isList(value)) return value.length === 0;
  return value === undefined || value === null || (isTree(value) && Object.keys(value).length === 0);
}

/** The items of a list for which `fault` finds nothing. */
function keep(value: Value, report: Report, fault: (item: Value, index: number) => Drop | undefined): Value {
  if (!isList(value)) return value;
  return value.filter((item, index) => {
    const drop = fault(item, index);
    if (drop) report(drop, index);
    return !drop;
  });
}

function member(item: Value, name: string): Value | undefined {
  return isTree(item) ? item[name] : undefined;
}

/** `a,b`: one of them blank; `a+b`: all of them blank. */
function dropIfBlank(value: Value, members: string, report: Report): Value {
  const groups = members.split(',').map((group) => group.split('+'));
  return keep(value, report, (item) => {
    const group = groups.find((names) => names.every((name) => blank(member(item, name))));
    return group && unusable(`${group.join(' and ')} ${group.length > 1 ? 'are' : 'is'} blank`);
  });
}

function dropIfEqual(value: Value, members: string, report: Report): Value {
  const [a = '', b = ''] = members.split(',');
  const text = (item: Value, name: string): string => String(member(item, name) ?? '').toLowerCase();
  return keep(value, report, (item) =>
    text(item, a) === text(item, b) ? unusable(`${a} and ${b} are the same`) : undefined,
  );
}

function dropIfBelow(value: Value, argument: string, report: Report): Value {
  const [name = '', limit = '0'] = argument.split(':');
  return keep(value, report, (item) =>
    Number(member(item, name) ?? 0) < Number(limit) ? unusable(`${name} is less than ${limit}`) : undefined,
  );
}

/** The first of equal entries stays. Absent and blank members are equal, and mappings are compared in any order. */
function dedupe(value: Value, members: string, report: Report, fold: (text: string) => string): Value {
  const names = members === '' ? [] : members.split(',');
  const seen = new Map<string, number>();
  return keep(value, report, (item, index) => {
    const key = fold(names.length === 0 ? JSON.stringify(item) : textsOf(item, names));
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    if (first === undefined) return undefined;
    const same = ['the same', names.join(', ')].filter(Boolean).join(' ');
    return { kind: 'duplicate', reason: `${same} as entry ${first + 1}` };
  });
}

function textsOf(item: Value, names: readonly string[]): string {
  let texts = '';
  for (const name of names) texts += `${sortedText(member(item, name))}\0`;
  return texts;
}

function sortedText(value: Value | undefined): string {
  if (!isTree(value)) return typeof value === 'string' ? value : '';
  const pairs = Object.entries(value).map(([name, text]) => `${name}\u0001${String(text)}`);
  return pairs.sort().join('\u0001');
}

function rawJsonFault(item: Value): Drop | undefined {
  const params = member(item, 'params');
  if (!isTree(params) || Object.keys(params).length === 0) return unusable('params are empty');
  const bad = Object.entries(params).find(([, value]) => typeof value === 'string' && !isJson(value));
  return bad && { kind: 'not-json', reason: `the value of ${bad[0]} isn't JSON` };
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
