// The configuration that a v8 gateway runs on, in the spelling of the flat layout: memory, the responses of the v0
// API and the output of the v0 saver have this form (C v8 §5). It is the legacy catalog without what v8 dropped,
// plus what the v8 catalog says memory contains. Knows the few keys for which the two catalogs aren't enough.
import type { Catalog, Field, Route } from '../catalog/field.ts';
import { catalogOf, loadCatalog } from '../catalog/catalog.ts';
import { layoutTable } from '../layout/table.ts';

let made: Catalog | undefined;
let flat: Catalog | undefined;

export function runtimeCatalog(): Catalog {
  made ??= catalogOf('legacy', make());
  return made;
}

/** What a flat file of a v8 gateway can express and stay flat (C v8 §4.6). */
export function flatFileCatalog(): Catalog {
  flat ??= catalogOf('legacy', flatFile());
  return flat;
}

function flatFile(): Field {
  const moved = loadCatalog('legacy').at(MOVED.split('.'));
  if (!moved) throw new Error(`the legacy catalog has no ${MOVED}`);
  const root = withField(runtimeCatalog().root, MOVED.split('.'), moved);
  return [...CONVERTING].reduce((without, path) => withoutField(without, path.split('.')), root);
}

/** Their paths are the same in both layouts, and make a file a v8 file. */
const CONVERTING = ['models', 'client.codex.optimize-multi-agent-v2'];

const FILE: Route = { kind: 'file' };

function make(): Field {
  const v8 = loadCatalog('v8');
  const without = layoutTable().rows.filter(({ legacy, v8: now }) => now === undefined || legacy !== now);
  const dropped = without.flatMap(({ legacy, v8: now }) =>
    legacy !== undefined && now === undefined ? [legacy] : [],
  );
  let root = loadCatalog('legacy').root;
  for (const path of [...dropped, MOVED]) root = withoutField(root, path.split('.'));
  root = withField(root, ['meta-api-key'], metaList(root, v8));
  for (const field of v8.all()) {
    const steps = field.memoryPath?.match(STEP);
    if (steps && !isSection(field)) root = withField(root, steps, plain(field));
  }
  return ordered(root);
}

/** `a.b[*].*` as `a`, `b`, `[*]`, `*`. */
const STEP = /\[\*\]|[^.[]+/g;

/** The flat spelling of a v7 gateway; on v8, the runtime has it at its v8 path. */
const MOVED = 'codex.optimize-multi-agent-v2';

/** Sections and families consist of their members. */
const isSection = ({ pattern, fields, flattened }: Field): boolean =>
  flattened === true ||
  (fields !== undefined && !pattern.includes('[')) ||
  /^api-keys\.[a-z-]+(?:\[\*\])?$/.test(pattern);

function plain(field: Field): Field {
  const pattern = field.memoryPath ?? field.pattern;
  const jsonName = field.jsonName === field.name ? (pattern.match(STEP)?.at(-1) ?? '') : field.jsonName;
  return { ...field, pattern, jsonName, route: FILE };
}

/** A copy of xai's list: its entries have the same type, its endpoints the same behavior (C v8 §0). */
function metaList(root: Field, v8: Catalog): Field {
  const xai = root.fields?.get('xai-api-key');
  const effective = v8.at(['api-keys', 'meta'])?.effective;
  if (!xai) throw new Error('the legacy catalog has no xai-api-key');
  const renamed = respelled(xai, 'xai-api-key', 'meta-api-key');
  const { route } = renamed;
  return {
    ...renamed,
    name: 'meta-api-key',
    jsonName: 'meta-api-key',
    normalise: effective?.normalise ?? [],
    route: 'endpoint' in route ? { ...route, endpoint: '/meta-api-key' } : route,
  };
}

function respelled(field: Field, from: string, to: string): Field {
  const inner = [...(field.fields ?? [])].map(([name, each]) => [name, respelled(each, from, to)] as const);
  return {
    ...field,
    pattern: field.pattern.replace(from, to),
    ...(field.fields && { fields: new Map(inner) }),
    ...(field.item && { item: respelled(field.item, from, to) }),
    ...(field.value && { value: respelled(field.value, from, to) }),
  };
}

function withoutField(field: Field, [name = '', ...rest]: readonly string[]): Field {
  const fields = new Map(field.fields);
  const inner = fields.get(name);
  if (!inner) return field;
  if (rest.length === 0) fields.delete(name);
  else fields.set(name, withoutField(inner, rest));
  return { ...field, fields };
}

/** With a field added at a path; creates the sections on the way. */
function withField(field: Field, [step = '', ...rest]: readonly string[], leaf: Field): Field {
  if (step === '[*]') return field.item ? { ...field, item: descend(field.item, rest, leaf) } : field;
  if (step === '*') return field.value ? { ...field, value: descend(field.value, rest, leaf) } : field;
  if (!field.fields) return field;
  const fields = new Map(field.fields);
  const inner = fields.get(step) ?? (rest.length === 0 ? { ...leaf, name: step } : section(field, step));
  fields.set(step, descend(inner, rest, leaf));
  return { ...field, fields };
}

const descend = (field: Field, rest: readonly string[], leaf: Field): Field =>
  rest.length === 0 ? field : withField(field, rest, leaf);

function section(parent: Field, name: string): Field {
  return {
    name,
    pattern: parent.pattern === '' ? name : `${parent.pattern}.${name}`,
    kind: 'struct',
    description: '',
    fields: new Map(),
    formerNames: [],
    secret: false,
    identity: [],
    saverIdentity: [],
    normalise: [],
    equalsAbsent: [{}],
    pointer: false,
    omitEmpty: false,
    visible: 'json',
    jsonName: name,
    route: FILE,
    restart: false,
  };
}

/** Members are in the order of the gateway's own type, which is that of the rows of the layout table. */
function ordered(root: Field): Field {
  const follows = new Map<string, string>();
  const last = new Map<string, string>();
  for (const { legacy } of layoutTable().rows) {
    const names = legacy?.split('.') ?? [];
    names.forEach((name, i) => {
      const parent = names.slice(0, i).join('.');
      const before = last.get(parent);
      if (before !== undefined && before !== name && !follows.has(`${parent}/${name}`))
        follows.set(`${parent}/${name}`, before);
      last.set(parent, name);
    });
  }
  const known = loadCatalog('legacy');
  const sort = (field: Field): Field => {
    if (!field.fields || field.pattern.includes('[')) return field;
    const old = known.at(field.pattern.split('.').filter(Boolean))?.fields;
    const names = [...field.fields.keys()].filter((name) => old?.has(name) ?? true);
    for (const name of field.fields.keys()) {
      if (names.includes(name)) continue;
      const after = PLACES[name] ?? follows.get(`${field.pattern}/${name}`);
      const place = after === undefined ? -1 : names.indexOf(after);
      names.splice(after === '' ? 0 : place < 0 ? names.length : place + 1, 0, name);
    }
    return { ...field, fields: new Map(names.map((name) => [name, sort(field.fields?.get(name) as Field)])) }; // Its own keys.
  };
  return sort(root);
}

/** What the rows don't contain: which member a root follows; `''` is the beginning. */
const PLACES: Readonly<Record<string, string>> = {
  client: '',
  'meta-api-key': 'xai-api-key',
  models: 'payload',
};
