// A gateway file in, a desired-state file out, and what a plan of it would do: in one line.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adopt, type Adopted } from '../../src/adopt/adopt.ts';
import { prove } from '../../src/adopt/prove.ts';
import { loadDesired } from '../../src/desired/desired.ts';
import { parsePath } from '../../src/nouns/path.ts';
import { seal } from '../../src/nouns/secret.ts';
import type { Target } from '../../src/nouns/target.ts';
import { DEFAULT_POLICY } from '../../src/settings/policy.ts';
import { catalog, hash, liveOf, NOW } from '../plan/builders.ts';

export interface Wish {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export async function pulled(
  file: string,
  { include = [], exclude = [], env = {} }: Wish = {},
): Promise<Adopted> {
  const { document } = liveOf({ file, desired: {} }).file ?? {};
  if (!document) throw new Error('no file');
  const selection = { include: include.map(parsePath), exclude: exclude.map(parsePath) };
  return adopt(document.open(), catalog, { selection, env });
}

/** The variables by name, with their secrets. */
export function variablesOf({ variables }: Adopted): Record<string, string> {
  return Object.fromEntries(variables.map(({ name, secret }) => [name, secret.open()]));
}

/** What would change if the pulled text were applied to the gateway it came from; problems of loading it included. */
export async function changesOf(file: string, adopted: Adopted): Promise<readonly string[]> {
  const dir = await mkdtemp(join(tmpdir(), 'adopt-'));
  try {
    await writeFile(join(dir, 'gateway.yaml'), adopted.text);
    const target = targetOn(dir);
    const { desired, problems } = await loadDesired(target, {
      catalog,
      env: variablesOf(adopted),
      settingsDir: dir,
    });
    if (!desired) return problems.map(({ message }) => message);
    const live = liveOf({ file, desired: {} });
    return prove({ target, live, desired, catalog, now: NOW, hash }).map(({ message }) => message);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function targetOn(dir: string): Target {
  return {
    name: 'home',
    url: new URL('http://127.0.0.1:8317'),
    keys: [seal('mgmt-secret-1')],
    desired: [dir],
    mode: 'apply',
    api: 'auto',
    adopted: false,
    probes: { models: [] },
    policy: DEFAULT_POLICY,
    digestKey: seal('mgmt-secret-1'),
  };
}
