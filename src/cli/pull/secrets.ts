// `pull --secrets`: where the values of the pulled secrets go.
import { join, resolve } from 'node:path';
import { inFiles, withFileReferences } from '../../adopt/file-references.ts';
import type { Variable } from '../../adopt/variables.ts';
import { secretsDirAt, type SecretsDir } from '../../compose/secrets/secrets-dir.ts';
import type { Session } from '../../compose/session.ts';
import { type ValuesFile, valuesFileAt } from '../../compose/secrets/values-file.ts';
import { fail } from '../../domain/problem/problem.ts';
import type { Environment } from '../../input/environment.ts';
import { isWithin } from '../../lib/paths.ts';
import { shownIn } from '../io/shown-in.ts';
import type { PlacedLines, PulledLines } from './lines.ts';

export const STORES = ['env', 'files', 'sops'] as const;

export interface StoreFlags {
  readonly secrets?: (typeof STORES)[number];
  readonly writeEnv?: string;
}

export interface Stores {
  /** Absent: values of variables aren't written. */
  readonly values?: ValuesFile;
  /** Absent: secrets are variables. */
  readonly files?: SecretsDir;
}

interface Place {
  /** Of the pulled file, absolute. */
  readonly dir: string;
  /** What the target reads, absolute. */
  readonly own: readonly string[];
  /** Where relative references start, absolute. */
  readonly from: string;
  readonly cwd: string;
}

export async function storesOf(
  { secrets, writeEnv }: StoreFlags,
  { settings, env }: Session,
  { dir, own, from, cwd }: Place,
): Promise<Stores> {
  const named = writeEnv === undefined ? settings.variables : resolve(cwd, writeEnv);
  const at = (path: string): Promise<ValuesFile> => valuesFileAt(path, shownIn(cwd, path), env);
  if (secrets === undefined) return writeEnv === undefined || !named ? {} : { values: await at(named) };
  if (secrets === 'env') return { values: await at(named ?? join(settings.dir, '.env')) };
  if (secrets === 'files') {
    const path = settings.secretsDir ?? join(dir, 'secrets');
    return { files: await secretsDirAt(path, { from, rules: settings.references }) };
  }
  const there = named === undefined ? undefined : await at(named);
  if (there?.encrypted) return { values: there };
  if (writeEnv !== undefined)
    throw fail('HF1001', `--secrets sops can't use ${writeEnv}, which isn't encrypted with SOPS`, {
      remedy: 'Name a file `*.sops.yaml` or `*.sops.env`, or leave out --write-env.',
    });
  // A YAML file there would be read as desired state.
  const isDesired = [dir, ...own].some((each) => isWithin(settings.dir, each));
  return { values: await at(join(settings.dir, isDesired ? 'secrets.sops.env' : 'secrets.sops.yaml')) };
}

/** Secrets that no variable holds as files: their references, and the files that aren't there yet. */
export function inSecretFiles(pulling: PulledLines, dir: SecretsDir, env: Environment): PulledLines {
  const { adopted } = pulling;
  const variables = inFiles(adopted.variables, env);
  const names = new Set(variables.map(({ name }) => name));
  const missing = variables.filter(({ name, secret }) => dir.held[name] !== secret.open());
  return {
    adopted: {
      ...adopted,
      text: withFileReferences(adopted.text, names, dir.reference),
      variables: adopted.variables.filter(({ name }) => !names.has(name)),
    },
    files: [...pulling.files, ...missing.map((one) => secretFile(one, dir))],
  };
}

const secretFile = ({ name, secret, usedAt }: Variable, { path }: SecretsDir): PlacedLines => ({
  path: join(path, name),
  text: secret,
  keys: 1,
  usedAt: usedAt[0] ?? '',
});
