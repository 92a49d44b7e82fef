// A file of variables as settings and `--variables` name it: NAME=value lines, or the same encrypted with SOPS, as lines
// or as a YAML mapping.
import { type Problem, problem } from '../domain/problem/problem.ts';
import { readYaml } from '../yaml/strict.ts';
import { readEnvFile } from './env-file.ts';
import type { Environment } from './environment.ts';
import { decryptSops, isEncrypted, isEncryptedEnv, type SopsFormat } from './sops.ts';
import { readTextFile } from './text-file.ts';

export interface VariablesFile {
  /** As it is on disk. */
  readonly text: string;
  /** Decrypted. */
  readonly plain: string;
  /** How it is encrypted; undefined: it isn't. */
  readonly encrypted: SopsFormat | undefined;
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/** `env` is what its values can refer to, and where SOPS finds its key. `shown` is its name in problems. */
export async function readVariables(
  path: string,
  shown: string,
  env: Environment,
): Promise<VariablesFile | { readonly problem: Problem }> {
  const read = await readTextFile(path, shown);
  if ('problem' in read) return read;
  const { text } = read;
  const encrypted = encryptionOf(path, text);
  if (!encrypted) return { text, plain: text, encrypted, ...valuesIn(text, undefined, shown, env) };
  const opened = await decryptSops({ path }, encrypted, env);
  if ('reason' in opened)
    return { problem: problem('HF2024', `${shown} can't be decrypted: ${opened.reason}`) };
  return { text, plain: opened.text, encrypted, ...valuesIn(opened.text, encrypted, shown, env) };
}

/** The variables of a plain text. */
export function valuesIn(
  text: string,
  format: SopsFormat | undefined,
  shown: string,
  env: Environment,
): Pick<VariablesFile, 'values' | 'problems'> {
  return format === 'yaml' ? valuesInYaml(text, shown) : readEnvFile(text, shown, env);
}

function encryptionOf(path: string, text: string): SopsFormat | undefined {
  if (!/\.ya?ml$/i.test(path)) return isEncryptedEnv(text) ? 'dotenv' : undefined;
  const { root } = readYaml(text, path);
  return root && isEncrypted(root) ? 'yaml' : undefined;
}

/** A mapping of names to texts or numbers, taken literally. */
function valuesInYaml(text: string, shown: string): Pick<VariablesFile, 'values' | 'problems'> {
  const { root, problems } = readYaml(text, shown);
  const values: Record<string, string> = {};
  const wrong: Problem[] = [];
  for (const [name, { node, position }] of root?.members ?? []) {
    if (node.kind === 'scalar' && node.value !== null) values[name] = String(node.value);
    else
      wrong.push(
        problem('HF1021', `\`${name}\` of ${shown} isn't one text`, {
          position,
          remedy: 'Write one `NAME: value` per line.',
        }),
      );
  }
  return { values, problems: [...problems, ...wrong] };
}
