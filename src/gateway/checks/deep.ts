// `doctor --deep`: whether the gateway answers as the model predicts from its own file, and has no key that the model
// doesn't know. Only reads, and tells paths, never values.
import { isDeepStrictEqual } from 'node:util';
import type { Live } from '../../domain/live.ts';
import { isTree, type Tree, type Value } from '../../lib/value.ts';
import { type Catalog, type Field, MANAGEMENT_BASE } from '../catalog/field.ts';
import type { Client } from '../client/client.ts';
import { answerOf, dialectOf } from '../dialect.ts';
import { type Check, type Finding, ok, ofError, skip } from './doctor.ts';

/** For a gateway that was just read. */
export async function deepChecks(client: Client, live: Live | undefined): Promise<readonly Check[]> {
  const unread = "not checked, because the configuration couldn't be read";
  return [
    {
      id: 'answers',
      title: 'Do its endpoints answer as Holdfast expects?',
      ...(live ? await answersOf(client, live).catch(ofError) : skip(unread)),
    },
    {
      id: 'known-keys',
      title: 'Does Holdfast know all of its keys?',
      ...(live ? await keysOf(client, live).catch(ofError) : skip(unread)),
    },
    {
      id: 'write-rules',
      title: 'Does it treat writes as Holdfast expects?',
      ...skip(
        'not checked: that needs writes. Each apply verifies its own; docs/testing.md compares all rules on an empty gateway',
      ),
    },
  ];
}

async function answersOf(client: Client, live: Live): Promise<Finding> {
  const dialect = dialectOf(live);
  const document = live.file?.document.open();
  const loaded = document && dialect.load(document);
  if (!loaded?.ok || live.agreement.kind !== 'agree')
    return skip('not checked, because memory and file differ or the file is unreadable');
  const endpoints = endpointsOf(dialect.memoryCatalog);
  const differing: string[] = [];
  for (const endpoint of endpoints) {
    const path = `${MANAGEMENT_BASE}${endpoint}`;
    const why = differenceBetween(await answerAt(client, path), answerOf(loaded.memory, path, dialect));
    if (why !== undefined) differing.push(`GET ${path} (${why})`);
  }
  if (differing.length === 0)
    return ok(`yes: ${endpoints.length} endpoints, each as predicted from its file`);
  return {
    status: 'warn',
    code: 'HF3035',
    detail: `${differing.length} of ${endpoints.length} don't: ${differing.join(', ')}`,
    remedy:
      'Holdfast still verifies each write. Look for a newer version of Holdfast; if there is none, report the version of the gateway and these endpoints.',
  };
}

/** `/config` and every endpoint of a key. */
function endpointsOf(catalog: Catalog): readonly string[] {
  const named = catalog.all().flatMap(({ route }) => ('endpoint' in route ? [route.endpoint] : []));
  return ['/config', ...new Set(named)];
}

interface Answered {
  readonly status: number;
  /** Undefined: not JSON. An empty body is an empty text. */
  readonly body: Value | undefined;
}

async function answerAt(client: Client, path: string): Promise<Answered> {
  const { status, body } = await client.send({
    method: 'GET',
    path,
    purpose: 'doctor',
    credential: 'management',
  });
  return { status, body: jsonIn(body.open()) };
}

function jsonIn(text: string): Value | undefined {
  if (text === '') return '';
  try {
    return JSON.parse(text) as Value; // as JSON has no other
  } catch {
    return undefined;
  }
}

/** Undefined: it is as predicted. */
function differenceBetween(
  found: Answered,
  predicted: { readonly status: number; readonly body: string },
): string | undefined {
  if (found.status !== predicted.status) return `status ${found.status}`;
  if (found.body === undefined) return 'no JSON';
  const [is, was] = [comparable(found.body), comparable(jsonIn(predicted.body) ?? '')];
  if (isDeepStrictEqual(is, was)) return undefined;
  if (!isTree(is) || !isTree(was)) return 'another kind of value';
  const names = [...new Set([...Object.keys(is), ...Object.keys(was)])];
  return names.filter((name) => !isDeepStrictEqual(is[name], was[name])).join(', ');
}

/** Added to entries at run time; the model doesn't predict it. */
const RUNTIME: ReadonlySet<string> = new Set(['auth-index', 'auth_index']);

/** As it is after a way through JSON, without what isn't of the configuration. */
function comparable(value: Value): Value {
  return JSON.parse(
    JSON.stringify(value, (name, member: Value) => (RUNTIME.has(name) ? undefined : member)),
  ) as Value; // as JSON has no other
}

async function keysOf(client: Client, live: Live): Promise<Finding> {
  const dialect = dialectOf(live);
  const shown = await answerAt(client, `${MANAGEMENT_BASE}/config`);
  const document = live.file?.document.open();
  const inMemory = isTree(shown.body)
    ? unknownIn(dialect.memoryCatalog.root, shown.body, ({ jsonName }) => jsonName)
    : [];
  const inFile = document
    ? unknownIn(dialect.catalog.root, dialect.content(document), ({ name }) => name)
    : [];
  const unknown = [...new Set([...inMemory, ...inFile])];
  if (unknown.length === 0) return ok('yes');
  return {
    status: 'warn',
    detail: `it has ${unknown.length} that Holdfast doesn't know: ${unknown.slice(0, MOST).join(', ')}${unknown.length > MOST ? ', …' : ''}`,
    remedy:
      'Holdfast leaves them as they are, and refuses writes that would lose them. Check their spelling; a newer version of Holdfast may know them.',
  };
}

const MOST = 10;

/** Patterns of keys that the catalog doesn't have, entries as `[*]`. */
function unknownIn(field: Field, value: Value, nameOf: (field: Field) => string, at = ''): readonly string[] {
  if (Array.isArray(value))
    return field.item
      ? value.flatMap((each: Value) => unknownIn(field.item as Field, each, nameOf, `${at}[*]`))
      : []; // just asked
  if (!isTree(value)) return [];
  if (field.kind === 'map')
    return Object.values(value).flatMap((each) =>
      field.value ? unknownIn(field.value, each, nameOf, `${at}[*]`) : [],
    );
  if (field.kind !== 'struct') return [];
  return membersOf(field, value, nameOf, at);
}

function membersOf(
  field: Field,
  value: Tree,
  nameOf: (field: Field) => string,
  at: string,
): readonly string[] {
  const known = new Map([...(field.fields?.values() ?? [])].map((member) => [nameOf(member), member]));
  return Object.keys(value).flatMap((name) => {
    const member = known.get(name);
    const path = at === '' ? name : `${at}.${name}`;
    if (member) return unknownIn(member, value[name] as Value, nameOf, path); // it is one of its keys
    return RUNTIME.has(name) ? [] : [path];
  });
}
