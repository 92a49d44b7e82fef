// The file that values of new variables are added to: lines in plain text, or a file of SOPS, which stays encrypted.
import { existsSync } from 'node:fs';
import { envFile } from '../../adopt/files.ts';
import type { Variable } from '../../adopt/variables.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import type { Environment } from '../../input/environment.ts';
import { editSops, encryptSops, type SopsFormat } from '../../input/sops.ts';
import { readVariables } from '../../input/variables-file.ts';

export interface ValuesFile {
  /** Absolute. */
  readonly path: string;
  /** As people call it. */
  readonly shown: string;
  /** As it is on disk; undefined: there is no such file yet. */
  readonly before: string | undefined;
  /** Decrypted. */
  readonly plain: string;
  readonly encrypted: SopsFormat | undefined;
  /** The variables that it has. */
  readonly held: Environment;
}

/**
 * Rejects if it exists and can't be read, because its content would be lost. `env` is what its values can refer to. A
 * new file is encrypted if it is called `*.sops.*`.
 */
export async function valuesFileAt(path: string, shown: string, env: Environment): Promise<ValuesFile> {
  const isSops = /\.sops\.[^./]+$/i.test(path);
  const format = /\.ya?ml$/i.test(path) ? 'yaml' : 'dotenv';
  if (!existsSync(path)) {
    const encrypted = isSops ? format : undefined;
    return { path, shown, before: undefined, plain: '', encrypted, held: {} };
  }
  const read = await readVariables(path, shown, env);
  if ('problem' in read) throw new HoldfastError([read.problem]);
  const errors = read.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new HoldfastError(errors);
  if (isSops && !read.encrypted)
    throw fail('HF2027', `${shown} isn't encrypted, so Holdfast adds no value to it`, {
      remedy: `Encrypt it with \`sops encrypt --in-place ${shown}\`, or give it another name.`,
    });
  const { text, plain, encrypted, values } = read;
  return { path, shown, before: text, plain, encrypted, held: values };
}

/** Its content with these variables added. Rejects with HF2027 where SOPS can't encrypt it. */
export async function withValues(
  { path, shown, before, plain, encrypted }: ValuesFile,
  variables: readonly Variable[],
  env: Environment,
): Promise<string> {
  const text = envFile(variables, { before: plain, format: encrypted, env }).open();
  if (!encrypted) return text;
  if (text === plain && before !== undefined) return before;
  const made =
    before === undefined
      ? await encryptSops(text, { path, format: encrypted }, env)
      : await editSops(before, { path, text }, env);
  if ('text' in made) return made.text;
  throw fail('HF2027', `${shown} can't be encrypted: ${made.reason}`);
}
