// The `sops` program: recognises its files, decrypts and encrypts texts. Texts are passed through pipes.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { LocatedMap } from '../yaml/located.ts';
import type { Environment } from './environment.ts';

export type SopsFormat = 'yaml' | 'dotenv';

/** The text, or why there is none; that contains nothing of what was decrypted. */
export type SopsResult = { readonly text: string } | { readonly reason: string };

/** Whether a YAML file carries the metadata that SOPS writes. */
export function isEncrypted(root: LocatedMap): boolean {
  const sops = root.members.get('sops')?.node;
  return sops?.kind === 'map' && (sops.members.has('mac') || sops.members.has('version'));
}

/** The same for a file of variables. */
export const isEncryptedEnv = (text: string): boolean =>
  /^sops_version=/m.test(text) && /^sops_mac=/m.test(text);

/** Of a file, or of a text that is in no file. */
export function decryptSops(
  file: { readonly path: string } | { readonly text: string },
  format: SopsFormat,
  env: Environment,
): Promise<SopsResult> {
  const types = ['--input-type', format, '--output-type', format];
  if ('path' in file) return run(['sops', '--decrypt', ...types, file.path], { env });
  return run(piped(['sops', '--decrypt', ...types]), { env, input: file.text });
}

/** For the recipients that `.sops.yaml` or the environment names for a file at `path`. */
export function encryptSops(
  text: string,
  { path, format }: { readonly path: string; readonly format: SopsFormat },
  env: Environment,
): Promise<SopsResult> {
  const types = ['--input-type', format, '--output-type', format];
  const command = ['sops', '--encrypt', '--filename-override', path, ...types];
  return run(piped(command), { env, input: text, cwd: dirname(path) });
}

/** `sops FILE` starts an editor: this one writes what it is given. */
const EDITOR = `sh -c 'cat >"$0"'`;
/** The exit of an edit that changes nothing. */
const UNCHANGED = 200;

/** An encrypted text with another content: recipients, and the ciphertext of values that stay, are as before. */
export async function editSops(
  encrypted: string,
  { path, text }: { readonly path: string; readonly text: string },
  env: Environment,
): Promise<SopsResult> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-sops-'));
  try {
    const copy = join(dir, basename(path));
    await writeFile(copy, encrypted, { mode: 0o600 });
    const editor = { ...env, SOPS_EDITOR: EDITOR, EDITOR, TMPDIR: dir };
    const done = await run(['sops', copy], { env: editor, input: text, fine: UNCHANGED });
    return 'reason' in done ? done : { text: await readFile(copy, 'utf8') };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** SOPS reads a text from a pipe, which `cat` makes, because Node.js gives a socket. */
const piped = (command: readonly string[]): readonly string[] => [
  'sh',
  '-c',
  'cat | "$0" "$@" /dev/stdin',
  ...command,
];

interface Running {
  readonly env: Environment;
  readonly input?: string;
  readonly cwd?: string;
  /** Another exit than 0 that is a success. */
  readonly fine?: number;
}

function run(
  [program = '', ...args]: readonly string[],
  { env, input = '', cwd, fine }: Running,
): Promise<SopsResult> {
  const limits = { env: { ...process.env, ...env }, maxBuffer: 32 * 1024 * 1024, timeout: 60_000, cwd };
  return new Promise((done) => {
    const child = execFile(program, args, limits, (error, stdout, stderr) => {
      if (!error || error.code === fine) done({ text: stdout });
      else if (error.code === 'ENOENT' || error.code === NOT_FOUND)
        done({ reason: "the program `sops` isn't installed" });
      else done({ reason: reasonIn(stderr) });
    });
    child.stdin?.on('error', () => {}); // a program that reads nothing says so by its exit
    child.stdin?.end(input);
  });
}

/** What a shell exits with where there is no such program. */
const NOT_FOUND = 127;

/** The last line, or why the first of the keys doesn't fit. */
function reasonIn(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const details = lines.flatMap((line) => /^\s+(?:- )?\| (.*)$/.exec(line)?.[1] ?? []).join(' ');
  const reason =
    details === '' ? (lines.at(-1) ?? 'sops gave no reason') : (details.split('. ')[0] ?? details);
  return reason.trim().slice(0, 200);
}
