// Rules for single declared values: what the gateway would change silently, and texts that would damage its file.
// Uses the catalog's annotations; knows one key by name, the management secret. Pure.
import type { Field } from '../../gateway/catalog/field.ts';
import { normaliseAt } from '../../gateway/model/normalise.ts';
import { looksHashed, trim } from '../../gateway/model/rules.ts';
import type { Located } from '../../yaml/located.ts';
import { uncarried } from './carried.ts';
import type { Finding } from './findings.ts';

type ValueRule = (field: Field, node: Located, steps: readonly string[]) => Iterable<Finding>;

/** Every finding about the value itself; its content is checked separately. */
export const VALUE_RULES: readonly ValueRule[] = [
  changedNumbers,
  upperCase,
  collidingNames,
  blankClientKeys,
  repeatedClientKeys,
  brick,
  uncarried,
  managementSecret,
];

/**
 * Numbers out of range and switches that the gateway forces (C v0 §4.2): it responds with 200 and stores another
 * value.
 */
function* changedNumbers(field: Field, node: Located, steps: readonly string[]): Iterable<Finding> {
  if (node.kind !== 'scalar' || typeof node.value === 'string' || node.value === null) return;
  const { value } = normaliseAt(field, node.value);
  if (value === undefined || value === node.value) return;
  const held = String(value);
  yield {
    steps,
    code: 'HF2052',
    message: `is ${String(node.value)}, but the gateway would store ${held}`,
    remedy: `Write ${held}.`,
  };
}

/**
 * The gateway stores `excluded-models` in lower case (C v0 §4.1): the meaning is the same, but it shows another
 * value.
 */
function* upperCase(field: Field, node: Located, steps: readonly string[]): Iterable<Finding> {
  if (node.kind !== 'list' || !field.normalise.includes('lower')) return;
  for (const [i, item] of node.items.entries()) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string' || item.reference !== undefined) continue;
    if (item.value === item.value.toLowerCase()) continue;
    yield {
      steps: [...steps, String(i)],
      code: 'HF2052',
      severity: 'warning',
      message: `is stored in lower case by the gateway: \`${item.value.toLowerCase()}\``,
    };
  }
}

const CLIENT_KEYS: ReadonlySet<string> = new Set(['api-keys', 'access.api-keys']);

/** The gateway keeps a blank key and accepts no client with it (C v0 §3.2). A reference can't return one (HF2020). */
function* blankClientKeys(field: Field, node: Located, steps: readonly string[]): Iterable<Finding> {
  if (node.kind !== 'list' || !CLIENT_KEYS.has(field.pattern)) return;
  for (const [i, item] of node.items.entries()) {
    if (item.kind !== 'scalar' || item.unresolved || trim(String(item.value ?? '')) !== '') continue;
    const message = 'is a blank client key';
    yield { steps: [...steps, String(i)], code: 'HF2059', severity: 'warning', message };
  }
}

/** The gateway keeps all of them, and compares them trimmed (C v0 §3.2). */
function* repeatedClientKeys(field: Field, node: Located, steps: readonly string[]): Iterable<Finding> {
  if (node.kind !== 'list' || !CLIENT_KEYS.has(field.pattern)) return;
  const lines = new Map<string, number>();
  for (const [i, item] of node.items.entries()) {
    if (item.kind !== 'scalar' || item.unresolved) continue;
    const key = trim(String(item.value ?? ''));
    const first = lines.get(key);
    if (first === undefined) lines.set(key, item.position.line);
    else if (key !== '')
      yield {
        steps: [...steps, String(i)],
        code: 'HF2058',
        severity: 'warning',
        message: `is the same client key as the one in line ${first}`,
      };
  }
}

/**
 * Header names that are equal when trimmed, channels that are equal in lower case: a random one would win (C v0
 * §4.1).
 */
function* collidingNames(field: Field, node: Located, steps: readonly string[]): Iterable<Finding> {
  if (node.kind !== 'map') return;
  const fold = foldOf(field);
  if (!fold) return;
  const seen = new Map<string, string>();
  for (const [name, member] of node.members) {
    const first = seen.get(fold(name));
    if (first === undefined) seen.set(fold(name), name);
    else
      yield {
        steps: [...steps, name],
        code: 'HF2051',
        message: `is the same as "${first}" to the gateway, which would keep one of them at random`,
        position: member.position,
      };
  }
}

function foldOf(field: Field): ((name: string) => string) | undefined {
  if (field.normalise.includes('keys:lower')) return (name) => name.trim().toLowerCase();
  return field.normalise.includes('headers') ? (name) => name.trim() : undefined;
}

/** A text with a line that begins with `#` destroys the file when it is written (C v0 §2.3; design-v8 rule 9). */
function* brick(_: Field, node: Located, steps: readonly string[]): Iterable<Finding> {
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || !bricks(node.value)) return;
  yield {
    steps,
    code: 'HF2055',
    message:
      'is a text of several lines, one of which begins with "#". The gateway would damage its file when it saves this',
  };
}

/** Whether writing this text can destroy the gateway's file. */
export function bricks(text: string): boolean {
  return text.includes('\n') && /(^|\n)[ \t]*#/.test(text);
}

const SECRETS: ReadonlySet<string> = new Set(['remote-management.secret-key', 'management.secret-key']);
/** bcrypt takes no more (C v0 §1.4). */
const MAX_SECRET_BYTES = 72;

function* managementSecret(field: Field, node: Located, steps: readonly string[]): Iterable<Finding> {
  if (!SECRETS.has(field.pattern) || node.kind !== 'scalar' || typeof node.value !== 'string') return;
  const text = node.value;
  if (looksHashed(text))
    yield {
      steps,
      code: 'HF2032',
      message: "is a bcrypt hash, so Holdfast can't tell whether it's the key of this target",
      remedy:
        'Refer to the plaintext, for example ${env:MANAGEMENT_PASSWORD}. Holdfast sends only a hash of it.',
    };
  else if (text.trim() === '')
    yield { steps, code: 'HF2052', message: 'is blank, so nobody could manage the gateway' };
  else if (Buffer.byteLength(text) > MAX_SECRET_BYTES)
    yield {
      steps,
      code: 'HF2054',
      message: `is longer than ${MAX_SECRET_BYTES} bytes, which the gateway refuses to load`,
    };
}
