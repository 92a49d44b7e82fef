// Management keys from flags, files and variables. A key is sealed as soon as it is read.
import { basename, resolve } from 'node:path';
import { type Problem, problem } from '../domain/problem/problem.ts';
import { type Sealed, seal } from '../domain/secret.ts';
import type { Environment } from '../input/environment.ts';
import { nodeAt } from '../yaml/located.ts';
import { readTextFile } from '../input/text-file.ts';
import { readYaml } from '../yaml/strict.ts';
import type { SettingsFlags } from './shape.ts';
import { looksHashed } from '../gateway/model/rules.ts';

export interface FoundKeys {
  readonly keys: readonly Sealed<string>[];
  readonly problems: readonly Problem[];
  /** Absolute paths of the files that were read. */
  readonly files: readonly string[];
}

const MAX_KEY_FILE_BYTES = 64 * 1024;
const NONE: FoundKeys = { keys: [], problems: [], files: [] };

/** From `--key-file`, `--key` or `--gateway-config`. Undefined: none of them was given. */
export async function keysOfFlags(flags: SettingsFlags, cwd: string): Promise<FoundKeys | undefined> {
  if (flags.keyFile !== undefined) return fromKeyFile(flags.keyFile, cwd);
  if (flags.key !== undefined) return fromArgument(flags.key);
  return flags.gatewayConfig === undefined ? undefined : fromGatewayConfig(flags.gatewayConfig, cwd);
}

/** HOLDFAST_KEY, otherwise MANAGEMENT_PASSWORD as the gateway reads it: trimmed (C v0 §1.4). */
export function keysOfEnvironment(env: Environment): FoundKeys {
  const key = [env['HOLDFAST_KEY'], env['MANAGEMENT_PASSWORD']].find((text) => (text ?? '').trim() !== '');
  return key === undefined ? NONE : { ...NONE, keys: [seal(key.trim())] };
}

async function fromKeyFile(path: string, cwd: string): Promise<FoundKeys> {
  const file = resolve(cwd, path);
  const read = await readTextFile(file, path, MAX_KEY_FILE_BYTES);
  if ('problem' in read) return broken(read.problem.message, file);
  const key = read.text.trim();
  return key === '' ? broken(`${path} is empty`, file) : { keys: [seal(key)], problems: [], files: [file] };
}

function fromArgument(key: string): FoundKeys {
  if (key.trim() === '') return broken('--key is empty');
  const warning = problem('HF1017', 'every user of this machine can read --key', {
    severity: 'warning',
  });
  return { keys: [seal(key.trim())], problems: [warning], files: [] };
}

const SECRET_PLACES = [
  ['remote-management', 'secret-key'],
  ['management', 'secret-key'],
] as const;

/** The secret of either layout, which the gateway replaces with a hash when it starts (C v0 §1.4). */
async function fromGatewayConfig(path: string, cwd: string): Promise<FoundKeys> {
  const file = resolve(cwd, path);
  const read = await readTextFile(file, path);
  if ('problem' in read) return broken(read.problem.message, file);
  const { root, problems } = readYaml(read.text, basename(path));
  if (!root) return broken(`${path} isn't a configuration: ${problems[0]?.message ?? 'it is empty'}`, file);
  const node = SECRET_PLACES.map((place) => nodeAt(root, place)).find((each) => each !== undefined);
  const key = node?.kind === 'scalar' ? String(node.value ?? '') : '';
  if (key.trim() === '')
    return broken(`${path} contains neither remote-management.secret-key nor management.secret-key`, file);
  if (!looksHashed(key)) return { keys: [seal(key)], problems: [], files: [file] };
  const message = `${path} contains a bcrypt hash of the management key, which can't be converted back to the key`;
  return { keys: [], problems: [problem('HF1015', message, { position: node?.position })], files: [file] };
}

function broken(message: string, file?: string): FoundKeys {
  return { keys: [], problems: [problem('HF1016', message)], files: file === undefined ? [] : [file] };
}
