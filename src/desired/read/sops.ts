// Desired state encrypted with SOPS, with the positions of the encrypted file.
import { type Problem, problem } from '../../domain/problem/problem.ts';
import type { Environment } from '../../input/environment.ts';
import { type Located, type LocatedMap, valueOf } from '../../yaml/located.ts';
import type { Unresolved } from '../../input/references.ts';
import { decryptSops } from '../../input/sops.ts';
import { readYaml } from '../../yaml/strict.ts';

export interface SopsOptions {
  readonly env: Environment;
  readonly allowUnresolved: Unresolved;
  /** The file is of an earlier commit: SOPS gets its text, and if it can't decrypt that, `allowUnresolved` counts. */
  readonly isEarlier: boolean;
}

/**
 * The decrypted mapping without the `sops` key. Values that were encrypted are marked as references and are taken
 * literally. With `allowUnresolved`, nothing is decrypted and the encrypted texts are the values.
 */
export async function decrypt(
  root: LocatedMap,
  file: { readonly path: string; readonly shown: string; readonly text: string },
  { env, allowUnresolved, isEarlier }: SopsOptions,
): Promise<{ root?: LocatedMap; problems: readonly Problem[] }> {
  const position = root.members.get('sops')?.position ?? root.position;
  const encrypted = withoutMetadata(root);
  const asItIs = { root: unresolved(encrypted) as LocatedMap, problems: [] };
  if (allowUnresolved && !isEarlier) return asItIs;
  const run = await decryptSops(isEarlier ? { text: file.text } : { path: file.path }, 'yaml', env);
  if ('reason' in run) {
    if (allowUnresolved) return asItIs;
    return {
      problems: [problem('HF2024', `${file.shown} can't be decrypted: ${run.reason}`, { position })],
    };
  }
  const read = readYaml(run.text, file.shown);
  if (!read.root) return { problems: read.problems };
  return { root: pairUp(withoutMetadata(read.root), encrypted) as LocatedMap, problems: [] };
}

function withoutMetadata(root: LocatedMap): LocatedMap {
  return { ...root, members: new Map([...root.members].filter(([name]) => name !== 'sops')) };
}

const isCiphertext = (node: Located): boolean =>
  node.kind === 'scalar' && typeof node.value === 'string' && node.value.startsWith('ENC[');

function unresolved(node: Located): Located {
  if (isCiphertext(node)) return { ...node, reference: String(valueOf(node)), unresolved: true } as Located;
  return mapChildren(node, unresolved);
}

/** Values of one tree, positions of the other; both have the same structure. */
function pairUp(plain: Located, encrypted: Located | undefined): Located {
  if (!encrypted) return plain;
  if (plain.kind === 'scalar') {
    const reference = isCiphertext(encrypted) ? { reference: 'sops' } : {};
    return { ...plain, position: encrypted.position, ...reference };
  }
  if (plain.kind === 'list') {
    const items = encrypted.kind === 'list' ? encrypted.items : [];
    return {
      ...plain,
      position: encrypted.position,
      items: plain.items.map((item, i) => pairUp(item, items[i])),
    };
  }
  const members = encrypted.kind === 'map' ? encrypted.members : new Map();
  const paired = [...plain.members].map(([name, member]) => {
    const other = members.get(name);
    return [
      name,
      { position: other?.position ?? member.position, node: pairUp(member.node, other?.node) },
    ] as const;
  });
  return { ...plain, position: encrypted.position, members: new Map(paired) };
}

function mapChildren(node: Located, change: (child: Located) => Located): Located {
  if (node.kind === 'list') return { ...node, items: node.items.map(change) };
  if (node.kind === 'scalar') return node;
  const members = [...node.members].map(
    ([name, member]) => [name, { ...member, node: change(member.node) }] as const,
  );
  return { ...node, members: new Map(members) };
}
