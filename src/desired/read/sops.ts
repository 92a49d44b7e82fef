// Files encrypted with SOPS: recognised by their `sops` key, decrypted by the `sops` program, with the positions of
// the encrypted file. Decrypted values are never written to disk.
import { execFile } from 'node:child_process';
import { type Problem, problem } from '../../domain/problem/problem.ts';
import type { Environment } from '../../input/environment.ts';
import { type Located, type LocatedMap, valueOf } from '../../yaml/located.ts';
import type { Unresolved } from '../../input/references.ts';
import { readYaml } from '../../yaml/strict.ts';

export interface SopsOptions {
  readonly env: Environment;
  readonly allowUnresolved: Unresolved;
  /** The file is of an earlier commit: SOPS gets its text, and if it can't decrypt that, `allowUnresolved` counts. */
  readonly isEarlier: boolean;
}

/** Whether a file carries the metadata that SOPS writes. */
export function isEncrypted(root: LocatedMap): boolean {
  const sops = root.members.get('sops')?.node;
  return sops?.kind === 'map' && (sops.members.has('mac') || sops.members.has('version'));
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
  const run = await runSops(isEarlier ? { text: file.text } : { path: file.path }, env);
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

type Decrypted = { readonly text: string } | { readonly reason: string };

const SOPS = ['sops', '--decrypt', '--input-type', 'yaml', '--output-type', 'yaml'] as const;

/** Of a file, or of a text that is in no file: SOPS reads that from a pipe, which `cat` makes, because Node.js gives a socket. */
function runSops(
  file: { readonly path: string } | { readonly text: string },
  env: Environment,
): Promise<Decrypted> {
  const limits = { env: { ...process.env, ...env }, maxBuffer: 32 * 1024 * 1024, timeout: 60_000 };
  const [program, ...args] =
    'path' in file ? [...SOPS, file.path] : ['sh', '-c', `cat | ${SOPS.join(' ')} /dev/stdin`];
  return new Promise((done) => {
    const child = execFile(program ?? '', args, limits, (error, stdout, stderr) => {
      if (!error) done({ text: stdout });
      else if (error.code === 'ENOENT' || error.code === NOT_FOUND)
        done({ reason: "the program `sops` isn't installed" });
      else done({ reason: lastLine(stderr) });
    });
    child.stdin?.on('error', () => {}); // a program that reads nothing says so by its exit
    child.stdin?.end('text' in file ? file.text : '');
  });
}

/** What a shell exits with where there is no such program. */
const NOT_FOUND = 127;

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (lines.at(-1) ?? 'sops gave no reason').trim().slice(0, 200);
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
