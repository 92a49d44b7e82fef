// `holdfast explain PATH`: what the catalog knows about one key, as sentences. Prints nothing and sends no request.
import { fail } from '../../domain/problem/problem.ts';
import type { Explanation } from '../../domain/plan/explanation.ts';
import {
  ANY_ENTRY,
  entry,
  formatPath,
  key,
  parsePath,
  type Path,
  PathSyntaxError,
} from '../../domain/path.ts';
import { counterpartOf } from '../layout/counterpart.ts';
import { effectOf } from '../catalog/effects.ts';
import type { Catalog, Field, Kind } from '../catalog/field.ts';
import { nearbyPaths, noKeyText } from '../catalog/nearby.ts';
import { isSecretName } from '../catalog/secrets.ts';
import { howWritten } from './writing.ts';

/** Throws HF1005 with suggestions for a path that the catalog doesn't know, HF1001 for a text that isn't a path. */
export function explain(catalog: Catalog, text: string): Explanation {
  const { path, field, name } = find(catalog, text);
  const secret = secrecy(field, name);
  return {
    path: formatPath(path),
    layout: catalog.layout,
    counterpart: counterpartOf(catalog.layout, path),
    pattern: field.pattern,
    type: typeOf(field),
    description: field.description,
    ...(field.choices && { choices: field.choices }),
    ...(field.fallback !== undefined && field.fallback !== null && { default: field.fallback }),
    ...(secret !== undefined && { secret }),
    reading: reading(field),
    writing: howWritten(field),
    effects: effects(field),
    restart: field.restart,
    ...(field.danger && { danger: field.danger }),
    ...(field.since && { since: field.since }),
    ...(field.until && { until: field.until }),
    members: membersOf(field),
  };
}

interface Found {
  readonly path: Path;
  readonly field: Field;
  /** The last step as it was written. */
  readonly name: string;
}

function find(catalog: Catalog, text: string): Found {
  let found: Found = { path: [], field: catalog.root, name: '' };
  for (const { name } of readPath(text)) {
    const step = down(catalog, found, name ?? '*');
    if (!step) throw unknown(catalog, text, found, name ?? '*');
    found = step;
  }
  return found;
}

/** `gemini-api-key.priority` means a member of any entry. */
function down(catalog: Catalog, { path, field }: Found, name: string): Found | undefined {
  const member = field.item?.fields?.get(name);
  if (member) return { path: [...path, ANY_ENTRY, key(name)], field: member, name };
  const child = catalog.child(field, name);
  if (!child) return undefined;
  const step = field.kind === 'list' ? entry : key;
  const named = name === '*' ? { ...step(name), name: null } : step(name);
  return { path: [...path, named], field: child, name };
}

function readPath(text: string): Path {
  try {
    return parsePath(text);
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    throw fail('HF1001', `"${text}" isn't a path: ${error.message}.`, {
      remedy: 'Write it in this form: `openai-compatibility[openrouter].models[kimi].alias`.',
    });
  }
}

function unknown(catalog: Catalog, text: string, { path, field }: Found, name: string): Error {
  const near = nearbyPaths(catalog, field, path, name);
  return fail('HF1005', noKeyText(text), {
    ...(near.length > 0 && { remedy: `Did you mean ${near.map((each) => `\`${each}\``).join(' or ')}?` }),
  });
}

const TYPES: Readonly<Record<Kind, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  duration: 'Go duration text, e.g. `1m30s`',
  struct: 'mapping',
  map: 'mapping with names that you choose',
  list: 'list',
  any: 'anything',
};

function typeOf(field: Field): string {
  if (field.kind !== 'list') return TYPES[field.kind];
  const of = field.item && field.item.kind !== 'struct' ? ` of ${TYPES[field.item.kind]}` : '';
  if (field.collection === 'keyed') return `list of entries, matched by ${field.identity.join(' and ')}`;
  return `list${of}${field.collection === 'set' ? ", order doesn't matter" : ', order matters'}`;
}

function secrecy(field: Field, name: string): string | undefined {
  if (field.secret || (field.parent && isSecretName(field.parent, name)))
    return 'Never shown: plans and logs contain a fingerprint instead. Use a reference, `${env:NAME}` or `${file:path}`.';
  if (field.partlySecret === 'userinfo') return 'A password inside the URL is never shown.';
  if (field.partlySecret === 'by-name')
    return 'Members whose names carry credentials (Authorization, …-key, …-token, password, secret) are never shown.';
  return undefined;
}

function reading(field: Field): string {
  if (field.route.kind === 'tree' || (field.memoryPath ?? field.pattern) !== field.pattern)
    return readingOnV8(field);
  if (field.visible === 'none') return "Can't be read.";
  if (field.visible === 'yaml')
    return 'Only in the raw file, `GET /v0/management/config.yaml`; `GET /v0/management/config` hides it.';
  const renamed = field.jsonName === field.name ? '' : ` as \`${field.jsonName}\``;
  return `In \`GET /v0/management/config\`${renamed}.`;
}

/** The v8 API shows the file; the v0 view shows what runs, at another path (C v8 §4.12). */
function readingOnV8({ visible, memoryPath }: Field): string {
  const file = 'In the file: `GET /v8/management/config`.';
  if (memoryPath === undefined) return file;
  if (visible !== 'json') return `${file} The value in the gateway's memory can't be read.`;
  return `${file} In memory: \`GET /v0/management/config\`, as \`${memoryPath}\`.`;
}

function effects(field: Field): string[] {
  const sentences = field.normalise.map(effectOf);
  if (field.inherits)
    sentences.push(
      "If it's missing or `null`, the group's value applies. A zero or empty value overrides the group.",
    );
  else if (field.pointer) sentences.push('A missing value and zero have different meanings here.');
  const same = field.equalsAbsent.filter((value) => typeof value !== 'object');
  if (same.length > 0)
    sentences.push(
      `${same.map((value) => `\`${JSON.stringify(value)}\``).join(' and ')} ${same.length > 1 ? 'mean' : 'means'} the same as a missing value.`,
    );
  return sentences;
}

function membersOf(field: Field): Explanation['members'] {
  const fields = field.fields ?? field.item?.fields ?? field.value?.fields;
  return [...(fields?.values() ?? [])].map(({ name, description }) => ({ name, description }));
}
