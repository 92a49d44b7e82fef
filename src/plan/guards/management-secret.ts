// Facts about a declared `remote-management.secret-key` that only bcrypt can determine. Asynchronous because bcrypt
// takes a tenth of a second; the plan itself gets the facts as an argument.
import { createHmac } from 'node:crypto';
import { compare, encodeBase64, hash } from 'bcryptjs';
import type { Desired } from '../../domain/desired.ts';
import type { FileNode } from '../../domain/yaml-node.ts';
import type { Live } from '../../domain/live.ts';
import { seal, type Sealed } from '../../domain/secret.ts';
import type { Target } from '../../domain/target.ts';
import { isTree, type Tree, type Value } from '../../lib/value.ts';
import { looksHashed } from '../../gateway/model/rules.ts';
import { type ManagementSecret } from '../types/management-secret.ts';

/** What the gateway considers a hash; it hashes everything else itself (C v0 §1.4). */
const COST = 10;

/**
 * Undefined if the desired state declares no secret-key. The salt of a new hash is derived from the digest key, the
 * secret and the live text, so that planning twice gives the same bytes.
 */
export async function judgeManagementSecret(
  desired: Desired,
  live: Live,
  target: Target,
): Promise<ManagementSecret | undefined> {
  const declared = declaredSecret(desired.tree.open());
  if (declared === undefined) return undefined;
  const now = live.file && secretInFile(live.file.document.open().root);
  const equalsLive = now !== undefined && (await holdsSame(declared, now, target.keys));
  return {
    equalsLive,
    isTargetKey: await anySame(declared, target.keys),
    stored: seal(equalsLive ? now : await storedText(declared, now ?? '', target.digestKey)),
  };
}

/** The path of the secret, in either layout. */
const SECTIONS = ['remote-management', 'management'] as const;

function sectionsIn(tree: Tree): readonly (typeof SECTIONS)[number][] {
  return SECTIONS.filter((name) => isTree(tree[name]) && tree[name]['secret-key'] !== undefined);
}

/** The declared tree with this text in place of its secret. */
export function withSecret(tree: Tree, stored: (declared: Value | undefined) => string): Tree {
  return sectionsIn(tree).reduce((made, name) => {
    const section = made[name];
    return isTree(section)
      ? { ...made, [name]: { ...section, 'secret-key': stored(section['secret-key']) } }
      : made;
  }, tree);
}

function declaredSecret(tree: Tree): string | undefined {
  const [section] = sectionsIn(tree);
  return textIn(section && isTree(tree[section]) ? tree[section]['secret-key'] : undefined);
}

function textIn(value: Value | undefined): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

function secretInFile(root: FileNode | undefined): string | undefined {
  const secret = SECTIONS.map((name) => memberOf(memberOf(root, name), 'secret-key')).find((found) => found);
  return secret?.kind === 'scalar' && secret.text !== '' ? secret.text : undefined;
}

function memberOf(node: FileNode | undefined, name: string): FileNode | undefined {
  return node?.kind === 'map' ? node.pairs.find((pair) => pair.key.text === name)?.value : undefined;
}

/** Equal as texts, or one is the hash of the other. */
async function isSame(a: string, b: string): Promise<boolean> {
  if (a === b) return true;
  if (looksHashed(b) && !looksHashed(a)) return compare(a, b);
  return looksHashed(a) && !looksHashed(b) ? compare(b, a) : false;
}

/** Two hashes are of the same secret if one of our keys matches both: the gateway hashed it again (C v0 §1.4). */
async function holdsSame(declared: string, now: string, keys: readonly Sealed<string>[]): Promise<boolean> {
  if (await isSame(declared, now)) return true;
  if (!looksHashed(declared) || !looksHashed(now)) return false;
  for (const key of keys)
    if ((await isSame(key.open(), declared)) && (await isSame(key.open(), now))) return true;
  return false;
}

async function anySame(declared: string, keys: readonly Sealed<string>[]): Promise<boolean> {
  for (const key of keys) if (await isSame(key.open(), declared)) return true;
  return false;
}

async function storedText(declared: string, now: string, digestKey: Sealed<string>): Promise<string> {
  if (looksHashed(declared) || declared.trim() === '') return declared;
  const seed = createHmac('sha256', digestKey.open())
    .update(`management secret\0${declared}\0${now}`)
    .digest();
  return hash(declared, `$2b$${COST}$${encodeBase64(seed.subarray(0, 16), 16)}`);
}
