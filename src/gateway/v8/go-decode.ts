// Why the gateway's decoder refuses a flat tree, with its own messages: wrong types, duplicate and unknown keys (C
// v8 §1.5). Only the messages; gateway/model decodes values.
import type { Field } from '../catalog/field.ts';
import { scalarAs } from '../model/decode.ts';
import { oldBoolean, resolveScalar } from '../../yaml/resolve.ts';
import { Fault } from './groups.ts';
import { goType } from './go-types.ts';
import { isNull, type Mapping, member, type Node, type Scalar } from './tree.ts';

const listed = (errors: readonly string[]): string => `yaml: unmarshal errors:\n  ${errors.join('\n  ')}`;

/** Throws a Fault that names every duplicate key, as when the tree is decoded into plain maps. */
export function refuseDuplicates(root: Node): void {
  const errors: string[] = [];
  const walk = (node: Node): void => {
    if (node.kind === 'list') node.items.forEach(walk);
    if (node.kind !== 'map') return;
    const found = duplicatesIn(node);
    errors.push(...found);
    if (found.length === 0) for (const { value } of node.pairs) walk(value);
  };
  walk(root);
  if (errors.length > 0) throw new Fault(listed(errors));
}

function duplicatesIn({ pairs }: Mapping): string[] {
  const seen = new Map<string, Scalar>();
  return pairs.flatMap(({ key }) => {
    const first = seen.get(key.text);
    if (!first) seen.set(key.text, key);
    return first
      ? [
          `line ${lineOf(key)}: mapping key ${JSON.stringify(key.text)} already defined at line ${lineOf(first)}`,
        ]
      : [];
  });
}

const lineOf = ({ line }: Node): number => line ?? 0;

/** Throws a Fault if the tree doesn't match the type; with `known`, also for keys that the type doesn't have. */
export function refuseMisfits(root: Node, type: Field, known: 'known' | 'any'): void {
  const decoder = new GoDecoder(known === 'known');
  decoder.decode(root, type);
  if (decoder.errors.length > 0) throw new Fault(listed(decoder.errors));
}

class GoDecoder {
  readonly errors: string[] = [];
  readonly #strict: boolean;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  decode(node: Node, field: Field): void {
    if (field.normalise.includes('image-mode')) return checkImageMode(node);
    if (isPlugin(field)) return checkPlugin(node);
    if (isNull(node)) return;
    if (node.kind === 'map') return this.#map(node, field);
    if (node.kind === 'list') return this.#list(node.items, node, field);
    this.#scalar(node, field);
  }

  #map(node: Mapping, field: Field): void {
    if (field.kind === 'struct') return this.#struct(node, field);
    if (field.kind === 'any') return;
    if (field.kind !== 'map') return this.#refuse(node, field);
    for (const { value } of node.pairs) if (field.value) this.decode(value, field.value);
  }

  #struct(node: Mapping, field: Field): void {
    for (const { key, value } of node.pairs) {
      const inner = field.fields?.get(key.text);
      if (inner) this.decode(value, inner);
      else if (this.#strict)
        this.errors.push(`line ${lineOf(key)}: field ${key.text} not found in type ${goType(field)}`);
    }
  }

  #list(items: readonly Node[], node: Node, field: Field): void {
    if (field.kind === 'any') return;
    if (field.kind !== 'list') return this.#refuse(node, field);
    for (const item of items) if (field.item) this.decode(item, field.item);
  }

  #scalar(node: Scalar, field: Field): void {
    if (field.kind === 'any') return;
    if (!fits(node, field)) this.#refuse(node, field);
  }

  #refuse(node: Node, field: Field): void {
    this.errors.push(misfit(node, goType(field)));
  }
}

const isPlugin = ({ pattern }: Field): boolean => pattern === 'plugins.configs.*';

const MOST_PORT = 65_535;

function fits(node: Scalar, field: Field): boolean {
  const resolved = resolveScalar(node);
  if (!resolved || resolved.type === 'null') return true;
  const value = scalarAs(field, node, resolved);
  if (value === undefined) return false;
  return goType(field) !== 'uint16' || (Number(value) >= 0 && Number(value) <= MOST_PORT);
}

const LONGEST = 10;

/** Values longer than ten characters are cut to seven. */
function misfit(node: Node, type: string): string {
  const line = lineOf(node);
  if (node.kind !== 'scalar')
    return `line ${line}: cannot unmarshal !!${node.kind === 'map' ? 'map' : 'seq'} into ${type}`;
  const shown = Buffer.from(node.text).length > LONGEST ? `${node.text.slice(0, LONGEST - 3)}...` : node.text;
  return `line ${line}: cannot unmarshal ${tagOf(node)} \`${shown}\` into ${type}`;
}

function tagOf(node: Scalar): string {
  const type = resolveScalar(node)?.type ?? 'str';
  return type === 'time' ? '!!timestamp' : `!!${type}`;
}

const MODES = /^(?:|false|0|off|no|true|1|on|yes|chat|passthrough)$/;

/** This type decodes itself: its first refusal ends the decoding. */
function checkImageMode(node: Node): void {
  const name = 'invalid disable-image-generation value';
  if (node.kind !== 'scalar') throw new Fault(name);
  if (isNull(node) || MODES.test(node.text.trim().toLowerCase())) return;
  throw new Fault(`${name} ${JSON.stringify(node.text)} (allowed: true, false, chat, passthrough)`);
}

/** So does a plugin's entry: only `enabled` and `priority` have types. */
function checkPlugin(node: Node): void {
  if (node.kind !== 'map') return;
  const enabled = member(node, 'enabled');
  if (enabled && !isBoolean(enabled))
    throw new Fault(`parse plugin enabled: ${listed([misfit(enabled, 'bool')])}`);
  const priority = member(node, 'priority');
  if (priority && !isInteger(priority))
    throw new Fault(`parse plugin priority: ${listed([misfit(priority, 'int')])}`);
}

function isBoolean(node: Node): boolean {
  const resolved = node.kind === 'scalar' ? resolveScalar(node) : undefined;
  if (resolved?.type === 'str') return oldBoolean(resolved.value) !== undefined;
  return resolved?.type === 'bool' || resolved?.type === 'null';
}

const INTEGERS: ReadonlySet<string> = new Set(['int', 'float', 'null']);

const isInteger = (node: Node): boolean =>
  node.kind === 'scalar' && INTEGERS.has(resolveScalar(node)?.type ?? '');
