// Rule D: which new keys a save omits (C v0 §6.2). The defaults here are facts about the saver, not about the
// catalog: it writes out other non-zero defaults.
import type { Made } from './generate.ts';

const KNOWN: ReadonlyMap<string, string> = new Map([
  ['pprof.addr', '127.0.0.1:8316'],
  [
    'remote-management.panel-github-repository',
    'https://github.com/router-for-me/Cli-Proxy-API-Management-Center',
  ],
  ['plugins.dir', 'plugins'],
  ['routing.strategy', 'round-robin'],
  ['error-logs-max-files', '10'],
]);

/** Whether a key that isn't in the file stays out of it; zeros of `explicit` members don't. */
export function isDefault(path: readonly string[], value: Made, explicit: ReadonlySet<string>): boolean {
  if (value.kind !== 'scalar') return isZero(value);
  if (explicit.has(path.at(-1) ?? '') && (value.type === 'int' || value.type === 'bool')) return false;
  return isZero(value) || KNOWN.get(path.join('.')) === value.text;
}

/** Nothing but zeros in it. */
function isZero(value: Made): boolean {
  if (value.kind === 'list') return value.items.every(isZero);
  if (value.kind === 'map') return [...value.pairs.values()].every(isZero);
  if (value.type === 'bool') return value.text === 'false';
  if (value.type === 'str') return value.text === '';
  return value.type === 'null' || value.text === '0' || value.text === '0.0';
}

/** A new value without its defaults, and without what becomes empty then; items of lists stay, even if empty. */
export function withoutDefaults(path: readonly string[], value: Made, explicit: ReadonlySet<string>): Made {
  if (value.kind === 'scalar') return value;
  if (value.kind === 'list')
    return { kind: 'list', items: value.items.map((item) => withoutDefaults(path, item, explicit)) };
  const pairs = new Map<string, Made>();
  for (const [name, member] of value.pairs) {
    const place = [...path, name];
    if (isDefault(place, member, explicit)) continue;
    const rest = withoutDefaults(place, member, explicit);
    if (!isEmpty(rest)) pairs.set(name, rest);
  }
  return { ...value, pairs };
}

function isEmpty(value: Made): boolean {
  if (value.kind === 'list') return value.items.length === 0;
  return value.kind === 'map' && value.pairs.size === 0;
}
