// The settings file without what could be a secret: keys, numbers, switches, references and texts at a few keys whose
// values are harmless stay; everything else is masked, also under keys that the settings don't know.
import { parse, stringify } from 'yaml';
import { isList, isTree, type Value } from '../../lib/value.ts';

const MASKED = '(masked)';
/** Their values are names, modes, times and paths. */
const HARMLESS: ReadonlySet<string> = new Set([
  'name',
  'mode',
  'desired',
  'dir',
  'file',
  'layout',
  'api',
  'schedule',
  'every',
  'drift',
  'listen',
  'type',
  'ownership',
  'memory',
  'ref',
  'timezone',
  'for',
  'log',
]);
const REFERENCE = /^\$\{(?:env|file|lines|sops):[^}]*\}$/;

/** Undefined: the text isn't YAML. */
export function settingsShape(text: string): string | undefined {
  try {
    return stringify(shapeOf(parse(text, { logLevel: 'error' }) as Value, '')); // as YAML without tags has no other
  } catch {
    return undefined;
  }
}

function shapeOf(value: Value, name: string): Value {
  if (isList(value)) return value.map((item) => shapeOf(item, name));
  if (isTree(value))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member, key)]));
  if (typeof value !== 'string' || value === '' || REFERENCE.test(value)) return value;
  if (name === 'url') return originOf(value);
  return HARMLESS.has(name) ? value : MASKED;
}

/** Without user, password, path and parameters, which can be secrets. */
function originOf(text: string): string {
  return URL.canParse(text) ? new URL(text).origin : MASKED;
}
