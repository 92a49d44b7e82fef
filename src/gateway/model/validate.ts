// What makes a load fail although every value decodes (C v0 §2.4), and the few keys with special decoding rules. No
// keyword of the catalog expresses these facts.
import type { FileDocument, FileNode, MapNode } from '../../domain/yaml-node.ts';
import { isList, isTree, listOf, type Tree, type Value } from '../../lib/value.ts';
import type { Catalog, Field } from '../catalog/field.ts';
import { parseGoDuration } from '../../lib/go-duration.ts';
import type { Memory } from './model.ts';
import { resolveScalar } from '../../yaml/resolve.ts';
import { trim } from './rules.ts';

/** Why the decoder refuses the file (400), beyond types. */
export function decodeFault({ root }: FileDocument, content: Tree): string | undefined {
  if (root && root.kind !== 'map' && !isNullNode(root))
    return `cannot unmarshal a ${root.kind} into a configuration`;
  const relay = at(root, 'codex', 'live-media-relay');
  if (at(relay, 'allow-private-remote-ips') && at(relay, 'disable-private-remote-ips'))
    return 'codex.live-media-relay cannot set both allow-private-remote-ips and disable-private-remote-ips';
  const settings = member(content['codex'], 'live-media-relay');
  const port = PORTS.find(
    (name) => Number(member(settings, name) ?? 0) < 0 || Number(member(settings, name) ?? 0) > 65_535,
  );
  return port && `cannot unmarshal ${port} into a port`;
}

/** Why the loader refuses the file (422). `memory` is complete but not normalised. */
export function validationFault(
  document: FileDocument,
  memory: Memory,
  catalog: Catalog,
): string | undefined {
  const { root } = document;
  return (
    (root?.kind === 'map' ? weightFault(root, catalog.root) : undefined) ??
    inFlightFault(memory['credential-in-flight']) ??
    relayFault(member(memory['codex'], 'live-media-relay'))
  );
}

const PORTS = ['udp-port-min', 'udp-port-max'];

function isNullNode(node: FileNode): boolean {
  return node.kind === 'scalar' && resolveScalar(node)?.type === 'null';
}

function at(node: FileNode | undefined, ...keys: readonly string[]): FileNode | undefined {
  let here = node;
  for (const key of keys)
    here = here?.kind === 'map' ? here.pairs.find((pair) => pair.key.text === key)?.value : undefined;
  return here;
}

function member(value: Value | undefined, name: string): Value | undefined {
  return isTree(value) ? value[name] : undefined;
}

const HEAVIEST = 1_000_000;

/** Reads the file itself, before any entry is dropped, only through lists of entries; doesn't follow aliases. */
function weightFault(map: MapNode, field: Field): string | undefined {
  for (const { key, value } of map.pairs) {
    const inner = field.fields?.get(key.text);
    if (inner?.kind !== 'list' || !inner.item?.fields || value.kind !== 'list') continue;
    for (const [index, item] of value.items.entries()) {
      if (item.kind !== 'map') continue;
      const fault = entryFault(item, inner.item) ?? weightFault(item, inner.item);
      if (fault !== undefined) return `${key.text}[${index}].${fault}`;
    }
  }
  return undefined;
}

function entryFault(entry: MapNode, field: Field): string | undefined {
  if (!field.fields?.has('weight')) return undefined;
  const weight = at(entry, 'weight');
  if (!weight) return undefined;
  const resolved = weight.kind === 'scalar' ? resolveScalar(weight) : undefined;
  if (resolved?.type !== 'int') return 'weight: weight must be an integer';
  return resolved.value > HEAVIEST ? `weight: weight must not exceed ${HEAVIEST}` : undefined;
}

export function inFlightFault(given: Value | undefined): string | undefined {
  if (!isTree(given)) return undefined;
  const name = 'credential-in-flight';
  const ns = (key: string): number => parseGoDuration(String(given[key] ?? '')) ?? 0;
  const count = (key: string): number => Number(given[key] ?? 0);
  const [snapshot, stale] = [ns('snapshot-interval'), ns('stale-after')];
  if (snapshot <= 0) return `${name}.snapshot-interval must be positive`;
  if (stale <= 0 || snapshot > Math.floor(stale / 3))
    return `${name}.stale-after must be at least three snapshot intervals`;
  if (ns('staging-retention') <= 0) return `${name}.staging-retention must be positive`;
  const [bytes, parts, revision] = [
    count('max-part-bytes'),
    count('max-part-count'),
    count('max-revision-bytes'),
  ];
  if (bytes < 1024 || parts <= 0 || parts > 64) return `${name} part bounds are invalid`;
  if (revision < bytes || revision > 16 * 1024 * 1024)
    return `${name}.max-revision-bytes is outside hard bounds`;
  if (Math.ceil(revision / bytes) > parts) return `${name}.max-revision-bytes exceeds part capacity`;
  const beyond = BOUNDS.find(([key, low, high]) => count(key) < low || count(key) > high);
  return beyond && `${name}.${beyond[0]} is invalid`;
}

const BOUNDS: readonly (readonly [string, number, number])[] = [
  ['max-aggregate-groups', 1, 100_000],
  ['max-details', 0, 10_000],
  ['max-string-bytes', 1, 256],
];

const RELAY = 'codex.live-media-relay';
const SESSIONS = 32;

export function relayFault(relay: Value | undefined): string | undefined {
  if (!isTree(relay) || relay['enabled'] !== true) return undefined;
  const sessions = Number(relay['max-sessions'] ?? 0);
  if (sessions < 0) return `${RELAY}.max-sessions must not be negative`;
  const address = trim(String(relay['public-ip'] ?? ''));
  if (address !== '' && !isAddress(address)) return `${RELAY}.public-ip is invalid: "${address}"`;
  return portFault(relay, sessions) ?? serverFault(relay['ice-servers']);
}

function portFault(relay: Tree, sessions: number): string | undefined {
  const [low, high] = [Number(relay['udp-port-min'] ?? 0), Number(relay['udp-port-max'] ?? 0)];
  if ((low === 0) !== (high === 0)) return `${RELAY} UDP port minimum and maximum must both be set`;
  if (low > high) return `${RELAY}.udp-port-min must not exceed udp-port-max`;
  const most = sessions > 0 ? sessions : SESSIONS;
  return low !== 0 && high - low + 1 < most * 2
    ? `${RELAY} UDP range requires at least ${most * 2} ports for ${most} sessions`
    : undefined;
}

function serverFault(servers: Value | undefined): string | undefined {
  for (const [index, server] of listOf(servers).entries()) {
    const urls = member(server, 'urls');
    if (!isList(urls) || urls.length === 0) return `${RELAY}.ice-servers[${index}].urls is required`;
    for (const url of urls) {
      const scheme = /^([a-z][a-z\d+.-]*):/i.exec(trim(String(url)))?.[1]?.toLowerCase();
      if (scheme === undefined) return `${RELAY}.ice-servers[${index}] contains an invalid URL`;
      if (!/^(?:stuns?|turns?)$/.test(scheme))
        return `${RELAY}.ice-servers[${index}] uses unsupported scheme "${scheme}"`;
    }
  }
  return undefined;
}

/** An IPv4 or IPv6 address without a zone. */
function isAddress(text: string): boolean {
  const quad = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (quad) return quad.slice(1).every((part) => Number(part) < 256 && !/^0\d/.test(part));
  return text.includes(':') && URL.canParse(`http://[${text}]/`);
}
