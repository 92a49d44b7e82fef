// Plugin settings (C v0 §3.5): free-form objects below `plugins.configs.<id>`. No plugin is ever installed here, so
// an ID exists exactly if it has settings.
import { isTree, type Tree, treeOf, type Value, valueAt, withValue } from '../../lib/value.ts';
import type { Memory } from '../model/model.ts';
import { sentAt } from './sent.ts';
import { trim } from '../model/rules.ts';
import { type EndpointAnswer, refuses, shows, stores } from './answer.ts';
import { isEncodable } from '../model/json.ts';
import { decodeBoolean, freeValue, membersOf } from './decode.ts';
import { isNode, type JsonNode, readFirst, sorted } from './json-text.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const CONFIGS: readonly string[] = ['plugins', 'configs'];

const settingsOf = (memory: Memory, id: string): Tree | undefined => {
  const configs = valueAt(memory, CONFIGS);
  const held = isTree(configs) && Object.hasOwn(configs, id) ? configs[id] : undefined;
  return held === undefined ? undefined : treeOf(held);
};

const withSettings = (memory: Memory, id: string, settings: Tree | undefined): Memory =>
  withValue(memory, [...CONFIGS, id], settings);

/** `/plugins/{id}`, `/plugins/{id}/config`, `/plugins/{id}/enabled`; undefined if the gateway has no such route. */
export function handlePlugin(
  memory: Memory,
  method: string,
  steps: readonly string[],
  body: string,
): EndpointAnswer | undefined {
  const act = steps[0] === '' ? undefined : actOf(method, steps[1], steps.length);
  if (!act) return undefined;
  const id = trim(steps[0] ?? '');
  if (!ID.test(id)) return refuses(memory, 400, 'invalid_plugin_id', { message: 'invalid plugin id' });
  return act(memory, id, body);
}

type Act = (memory: Memory, id: string, body: string) => EndpointAnswer;

function actOf(method: string, what: string | undefined, length: number): Act | undefined {
  if (length === 1) return method === 'DELETE' ? remove : undefined;
  if (length !== 2) return undefined;
  if (what === 'enabled') return method === 'PATCH' ? patchEnabled : undefined;
  if (what !== 'config') return undefined;
  return { GET: get, PUT: put, PATCH: patch }[method];
}

const notFound = (memory: Memory): EndpointAnswer =>
  refuses(memory, 404, 'plugin_not_found', { message: 'plugin not found' });

const badBody = (memory: Memory, message: string): EndpointAnswer =>
  refuses(memory, 400, 'invalid_body', { message });

const get: Act = (memory, id) => {
  const settings = settingsOf(memory, id);
  if (!settings) return notFound(memory);
  const beyond = Object.keys(settings)
    .toSorted()
    .find((name) => isBeyondInt64(settings[name]));
  if (beyond === undefined)
    return isEncodable(settings) ? shows(memory, sorted(settings)) : { ...shows(memory, {}), body: '' };
  const message = `${beyond}: yaml: cannot decode !!int \`${String(BigInt(Number(settings[beyond])))}\` as a !!float`;
  return refuses(memory, 500, 'plugin_config_encode_failed', { message });
};

/** Whole numbers of 64 bits that need the sign bit: a write stores them in a form that no read can decode. */
function isBeyondInt64(value: Value | undefined): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 2 ** 63 && value < 2 ** 64;
}

const put: Act = (memory, id, body) => {
  const sent = objectIn(body, true);
  if (typeof sent === 'string') return badBody(memory, sent);
  return storesChecked(memory, id, sorted(freeValue(sent)) as Tree, sent); // an object in, an object out
};

const patch: Act = (memory, id, body) => {
  const sent = objectIn(body, false);
  if (typeof sent === 'string') return badBody(memory, sent);
  let settings = settingsOf(memory, id) ?? {};
  const changes = sorted(freeValue(sent)) as Tree; // an object in, an object out
  for (const [key, value] of Object.entries(changes))
    settings = withValue(settings, [key], value === null ? undefined : value);
  return storesChecked(memory, id, settings, sent);
};

const patchEnabled: Act = (memory, id, body) => {
  const read = readFirst(body);
  const enabled = decodeBoolean(isNode(read) ? membersOf(read, ['enabled'])?.get('enabled') : undefined);
  if (!enabled.ok || enabled.value === undefined) return badBody(memory, 'enabled is required');
  return storesChecked(memory, id, { ...settingsOf(memory, id), enabled: enabled.value });
};

const remove: Act = (memory, id) => {
  if (!settingsOf(memory, id)) return notFound(memory);
  return stores(withSettings(memory, id, undefined), {
    configured_removed: true,
    file_deleted: false,
    id,
    path: '',
    restart_required: false,
    status: 'deleted',
  });
};

/** The object of a body, or why there is none, as the decoder's message. */
function objectIn(body: string, names: boolean): JsonNode | string {
  const node = readFirst(body);
  if (!isNode(node)) return node.problem;
  if (node.kind === 'null') return 'body must be a JSON object';
  if (node.kind === 'object') return beyondFloat(node, names) ?? node;
  const kind = node.kind === 'boolean' ? 'bool' : node.kind;
  return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
}

/** A number that no 64-bit float can represent is refused; a PUT names the member that contains it. */
function beyondFloat(node: JsonNode & { readonly kind: 'object' }, names: boolean): string | undefined {
  for (const [name, member] of node.members.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const text = firstBeyondFloat(member);
    if (text !== undefined) return `${names ? `${name}: ` : ''}invalid number ${JSON.stringify(text)}`;
  }
  return undefined;
}

function firstBeyondFloat(node: JsonNode): string | undefined {
  if (node.kind === 'number') return Number.isFinite(Number(node.text)) ? undefined : node.text;
  const inner =
    node.kind === 'array' ? node.items : node.kind === 'object' ? node.members.map(([, each]) => each) : [];
  return inner.map(firstBeyondFloat).find((text) => text !== undefined);
}

/** The YAML decoder reads `enabled` and `priority`: any number is a priority, null is absent. */
function storesChecked(memory: Memory, id: string, settings: Tree, sent?: JsonNode): EndpointAnswer {
  const wrong =
    mistyped('enabled', settings['enabled'], 'boolean', 'bool') ??
    mistyped('priority', settings['priority'], 'number', 'int') ??
    (sent && tooLarge(sent));
  if (wrong !== undefined) return refuses(memory, 400, 'invalid_config', { message: wrong });
  const stored = stores(withSettings(memory, id, settings));
  return sent ? { ...stored, sent: sentAt([...CONFIGS, id], sent) } : stored;
}

const INT64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n, beyond: 2n ** 64n };

/** The decoder doesn't accept a priority above 64 bits as an integer; it cuts off fractions. */
function tooLarge(sent: JsonNode): string | undefined {
  const members = sent.kind === 'object' ? sent.members : [];
  const node = members.findLast(([name]) => name === 'priority')?.[1];
  if (node?.kind !== 'number' || Number(node.text) < Number(INT64.most)) return undefined;
  const whole = /^-?\d+$/.test(node.text) ? BigInt(node.text) : undefined;
  if (whole !== undefined && whole <= INT64.most) return undefined;
  if (whole !== undefined && whole < INT64.beyond)
    return `parse plugin priority: yaml: cannot decode !!int \`${node.text}\` as a !!float`;
  return `parse plugin priority: yaml: unmarshal errors:\n  line 0: cannot unmarshal !!float \`${shortened(node.text)}\` into int`;
}

const shortened = (text: string): string => (text.length > 10 ? `${text.slice(0, 7)}...` : text);

function mistyped(key: string, value: Value | undefined, type: string, name: string): string | undefined {
  if (value === undefined || value === null || typeof value === type) return undefined;
  return `parse plugin ${key}: yaml: unmarshal errors:\n  line 0: cannot unmarshal ${tagOf(value)} into ${name}`;
}

function tagOf(value: Value): string {
  if (typeof value === 'string') return `!!str \`${value.slice(0, 7)}\``;
  if (typeof value === 'boolean') return `!!bool \`${value}\``;
  if (typeof value === 'number') return `!!int \`${value}\``;
  return Array.isArray(value) ? '!!seq' : '!!map';
}
