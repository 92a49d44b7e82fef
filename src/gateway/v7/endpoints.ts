// The configuration endpoints of the v0 Management API on memory alone (C v0 §3): the response of each one and its
// effect on memory. Pure; the sandbox responds with it, the planner predicts with it. Knows no file, HTTP server or
// runtime: authentication, reload and saving belong to the sandbox.
import { memo } from '../../lib/memo.ts';
import { type Catalog, type Field, MANAGEMENT_BASE } from '../catalog/field.ts';
import { toJson } from '../model/json.ts';
import type { Memory } from '../model/model.ts';
import { type EndpointAnswer, shows, unknown } from './answer.ts';
import { deleteChannels, getChannels, patchChannels, putChannels } from './channels.ts';
import { deleteEntries, putEntries } from './entries.ts';
import { getEntries, type RuntimeView } from './entries-view.ts';
import { patchEntries } from './patch-entry.ts';
import { handlePlugin } from './plugins.ts';
import { deleteScalar, getScalar, putScalar } from './scalars.ts';
import { deleteStrings, getStrings, patchStrings, putStrings } from './strings.ts';

export type { EndpointAnswer, RuntimeView };

export interface EndpointRequest {
  readonly method: string;
  /** Below the server root, e.g. `/v0/management/debug`. */
  readonly path: string;
  /** Decoded; the first of a repeated parameter. A parameter without a value is `''`. */
  readonly query?: Readonly<Record<string, string>>;
  /** The body as text; `''` if there is none. */
  readonly body?: string;
}

/**
 * One request to a configuration endpoint: every row of C v0 §3, and `GET /config`. Any other path or method gets
 * the gateway's empty 404. `GET` and `PUT /config.yaml` aren't here, because they are about the file.
 */
export function handle(
  memory: Memory,
  request: EndpointRequest,
  catalog: Catalog,
  runtime: RuntimeView = {},
): EndpointAnswer {
  const { method, path, query = {}, body = '' } = request;
  if (!path.startsWith(`${MANAGEMENT_BASE}/`)) return unknown(memory);
  const endpoint = path.slice(MANAGEMENT_BASE.length);
  if (endpoint === '/config') return method === 'GET' ? wholeConfig(memory, catalog) : unknown(memory);
  const [top, ...steps] = endpoint.slice(1).split('/');
  if (top === 'plugins') return handlePlugin(memory, method, steps, body) ?? unknown(memory);
  const field = fieldsByEndpoint(catalog).get(endpoint);
  const act = field && actsOf(field)[method];
  return field && act ? act({ memory, field, query, body, runtime }) : unknown(memory);
}

/** The methods of the gateway for a path below `/v0/management`; empty: no such endpoint. */
export function methodsOf(path: string, catalog: Catalog): readonly string[] {
  const endpoint = path.startsWith(`${MANAGEMENT_BASE}/`) ? path.slice(MANAGEMENT_BASE.length) : '';
  if (endpoint === '/config') return ['GET'];
  if (/^\/plugins\/[^/]+$/.test(endpoint)) return ['DELETE'];
  if (/^\/plugins\/[^/]+\/config$/.test(endpoint)) return ['GET', 'PUT', 'PATCH'];
  if (/^\/plugins\/[^/]+\/enabled$/.test(endpoint)) return ['PATCH'];
  const field = fieldsByEndpoint(catalog).get(endpoint);
  return field ? Object.keys(actsOf(field)) : [];
}

function wholeConfig(memory: Memory, catalog: Catalog): EndpointAnswer {
  const json = toJson(memory, catalog);
  // What JSON can't express makes the whole response empty (C v0 §2.1.3).
  return json ? shows(memory, json) : { ...shows(memory, {}), body: '' };
}

interface Call {
  readonly memory: Memory;
  readonly field: Field;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
  readonly runtime: RuntimeView;
}

type Acts = Readonly<Partial<Record<string, (call: Call) => EndpointAnswer>>>;

const SCALAR: Acts = {
  GET: ({ memory, field }) => getScalar(memory, field),
  PUT: ({ memory, field, body }) => putScalar(memory, field, body),
  PATCH: ({ memory, field, body }) => putScalar(memory, field, body),
};

const DELETABLE: Acts = { ...SCALAR, DELETE: ({ memory, field }) => deleteScalar(memory, field) };

const STRINGS: Acts = {
  GET: ({ memory, field }) => getStrings(memory, field),
  PUT: ({ memory, field, body }) => putStrings(memory, field, body),
  PATCH: ({ memory, field, body }) => patchStrings(memory, field, body),
  DELETE: ({ memory, field, query }) => deleteStrings(memory, field, query),
};

const ENTRIES: Acts = {
  GET: ({ memory, field, runtime }) => getEntries(memory, field, runtime),
  PUT: ({ memory, field, body }) => putEntries(memory, field, body),
  PATCH: ({ memory, field, query, body }) => patchEntries(memory, field, query, body),
  DELETE: ({ memory, field, query }) => deleteEntries(memory, field, query),
};

const CHANNELS: Acts = {
  GET: ({ memory, field }) => getChannels(memory, field),
  PUT: ({ memory, field, body }) => putChannels(memory, field, body),
  PATCH: ({ memory, field, body }) => patchChannels(memory, field, body),
  DELETE: ({ memory, field, query }) => deleteChannels(memory, field, query),
};

function actsOf(field: Field): Acts {
  switch (field.route.kind) {
    case 'scalar':
      return field.route.deletable ? DELETABLE : SCALAR;
    case 'strings':
      return STRINGS;
    case 'entries':
      return ENTRIES;
    case 'channels':
      return CHANNELS;
    default:
      return {};
  }
}

const fieldsByEndpoint = memo(
  (catalog: Catalog): ReadonlyMap<string, Field> =>
    new Map(
      catalog.all().flatMap((field) => ('endpoint' in field.route ? [[field.route.endpoint, field]] : [])),
    ),
);
