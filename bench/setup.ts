// A sandbox gateway, desired state in a directory and the engine on both, as the command line puts them together.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Context } from '../src/apply/apply.ts';
import { systemClock } from '../src/compose/system-clock.ts';
import { loadDesired } from '../src/desired/desired.ts';
import { translate } from '../src/gateway/layout/translate.ts';
import { createClient } from '../src/gateway/client/http-client.ts';
import type { Tree } from '../src/lib/value.ts';
import type { Target } from '../src/domain/target.ts';
import { type Sandbox } from '../src/sandbox/sandbox.ts';
import { startSandbox } from '../src/sandbox/start.ts';
import { authMemoryOf } from '../src/state/auth-memory.ts';
import { openFileStore } from '../src/state/files/files.ts';
import { targetAt } from './inputs.ts';

export const MANAGEMENT_KEY = 'mgmt-secret-1';

export interface Fixture extends AsyncDisposable {
  readonly dir: string;
  readonly sandbox: Sandbox;
  readonly context: Context;
  declare(tree: Tree): Promise<void>;
}

/** `api`: the generation of the gateway. */
export async function setup(live: Tree, api: 'v7' | 'v8' = 'v7'): Promise<Fixture> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const file = join(dir, 'config.yaml');
  const desired = join(dir, 'desired-state');
  await mkdir(desired);
  await writeFile(file, stringify(fileOf(live, join(dir, 'auths'), api)));
  const env = { MANAGEMENT_PASSWORD: MANAGEMENT_KEY };
  const sandbox = await startSandbox({ file, port: 0, host: '127.0.0.1', env, api });
  const target = targetAt(sandbox.url, desired);
  return {
    dir,
    sandbox,
    context: await contextOf(target, dir),
    declare: (tree) => writeFile(join(desired, 'gateway.yaml'), stringify(tree)),
    async [Symbol.asyncDispose]() {
      await sandbox.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A v8 gateway starts on a file that it has stored before. */
function fileOf(live: Tree, auths: string, api: 'v7' | 'v8'): Tree {
  const flat = { ...live, 'auth-dir': auths };
  return api === 'v7' ? flat : { ...translate(flat, 'legacy', 'v8').tree, 'config-version': 8 };
}

async function contextOf(target: Target, dir: string): Promise<Context> {
  const clock = systemClock;
  const store = await openFileStore({ dir: join(dir, 'state'), clock });
  return {
    target,
    store,
    clock,
    listener: () => {},
    connect: (lease) => createClient(target, { clock, lease, authMemory: authMemoryOf(store, target.name) }),
    loadDesired: () => loadDesired(target, { env: {}, settingsDir: dir }),
    owner: 'the benchmark',
    newId: () => Math.random().toString(16).slice(2, 14),
  };
}
