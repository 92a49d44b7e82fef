// The scalar endpoints (C v0 §3.1): `{"value": x}` in, `{<last step>: x}` out.
import { type Value, valueAt, withValue } from '../../lib/value.ts';
import type { Field } from '../catalog/field.ts';
import type { Memory } from '../model/model.ts';
import { trim } from '../model/rules.ts';
import { type EndpointAnswer, invalidBody, namesOf, refuses, shows, stores } from './answer.ts';
import { decodeField, membersOf } from './decode.ts';
import { isNode, readFirst } from './json-text.ts';

const STRATEGIES: Readonly<Record<string, string>> = {
  '': 'round-robin',
  'round-robin': 'round-robin',
  roundrobin: 'round-robin',
  rr: 'round-robin',
  'weighted-round-robin': 'weighted-round-robin',
  weightedroundrobin: 'weighted-round-robin',
  wrr: 'weighted-round-robin',
  'fill-first': 'fill-first',
  fillfirst: 'fill-first',
  ff: 'fill-first',
};

/** What a negative number becomes at write; other integers are stored as they are. */
const NEGATIVES: Readonly<Record<string, number>> = {
  'logs-max-total-size-mb': 0,
  'error-logs-max-files': 10,
};

const isStrategy = (field: Field): boolean => field.pattern === 'routing.strategy';

const strategyOf = (text: string): string | undefined => {
  const name = trim(text).toLowerCase();
  return Object.hasOwn(STRATEGIES, name) ? STRATEGIES[name] : undefined;
};

export function getScalar(memory: Memory, field: Field): EndpointAnswer {
  const held = valueAt(memory, namesOf(field)) ?? zeroOf(field);
  const shown = isStrategy(field) ? (strategyOf(String(held)) ?? trim(String(held))) : held;
  return shows(memory, { [field.name]: shown });
}

const zeroOf = (field: Field): Value =>
  field.kind === 'boolean' ? false : field.kind === 'integer' ? 0 : '';

/** PUT and PATCH are the same. */
export function putScalar(memory: Memory, field: Field, body: string): EndpointAnswer {
  const read = readFirst(body);
  const node = isNode(read) ? membersOf(read, ['value'])?.get('value') : undefined;
  const decoded = node === undefined ? undefined : decodeField(field, node);
  if (!decoded?.ok || decoded.value === null) return invalidBody(memory);
  const value = writtenValue(field, decoded.value);
  if (value === undefined) return refuses(memory, 400, 'invalid strategy');
  return stores(withValue(memory, namesOf(field), value));
}

function writtenValue(field: Field, value: Value): Value | undefined {
  if (isStrategy(field)) return strategyOf(String(value));
  const floor = NEGATIVES[field.name];
  return typeof value === 'number' && value < 0 && floor !== undefined ? floor : value;
}

/** Only `/proxy-url` supports DELETE. */
export function deleteScalar(memory: Memory, field: Field): EndpointAnswer {
  return stores(withValue(memory, namesOf(field), ''));
}
