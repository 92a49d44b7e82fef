// A gateway file in, a desired-state file out, and what a plan of it would do: in one line, for both generations.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adopt, type Adopted } from '../../src/adopt/adopt.ts';
import type { LinesFile } from '../../src/adopt/lines.ts';
import { prove } from '../../src/adopt/prove.ts';
import { sourceOf } from '../../src/adopt/source.ts';
import { loadDesired } from '../../src/desired/desired.ts';
import { toJson } from '../../src/gateway/model/json.ts';
import { load } from '../../src/gateway/model/load.ts';
import { memoryView, V8 } from '../../src/gateway/dialect.ts';
import { viewV8 } from '../../src/gateway/v8/view.ts';
import type { Live } from '../../src/domain/live.ts';
import { parsePath } from '../../src/domain/path.ts';
import { HoldfastError } from '../../src/domain/problem/problem.ts';
import { seal } from '../../src/domain/secret.ts';
import type { Target } from '../../src/domain/target.ts';
import { DEFAULT_POLICY } from '../../src/settings/policy.ts';
import { parseDocument } from '../../src/yaml/document.ts';
import { isFailure } from '../../src/yaml/failure.ts';
import { catalog, hash, liveOf, NOW } from '../plan/builders.ts';

export interface Wish {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly runsFrom?: number;
}

/** From a v7 gateway with this file. */
export const pulled = (file: string, wish: Wish = {}): Promise<Adopted> =>
  pulledFrom(liveOf({ file, desired: {} }), wish);

export async function pulledFrom(
  live: Live,
  { include = [], exclude = [], env = {}, runsFrom }: Wish = {},
): Promise<Adopted> {
  const { file } = live;
  if (!file) throw new Error('no file');
  const selection = { include: include.map(parsePath), exclude: exclude.map(parsePath) };
  return adopt(sourceOf({ ...live, file }), { selection, env, runsFrom });
}

/** A file of comments, and of what stays with the gateway, declares nothing. */
export async function pulledIfAny(live: Live): Promise<Adopted | undefined> {
  try {
    return await pulledFrom(live);
  } catch (error) {
    if (error instanceof HoldfastError && error.problems[0]?.code === 'HF2072') return undefined;
    throw error;
  }
}

/** Whether a v7 gateway starts with it and its memory can be read. */
export function isLoadedV7(text: string): boolean {
  const document = parseDocument(text);
  if (isFailure(document)) return false;
  const loaded = load(document, catalog);
  return loaded.ok && toJson(loaded.memory, catalog) !== undefined;
}

/** A v8 gateway whose file, of either layout, is this. */
export function liveV8Of(text: string): Live {
  const seen = viewV8(text);
  if (!seen.ok) throw new Error(seen.message);
  return {
    ...liveOf({ file: '{}', desired: {}, version: 'v8.0.20' }),
    api: 'v8',
    layout: seen.layout,
    memory: seal(memoryView(seen.memory, V8)),
    file: {
      text: seal(text),
      hash: createHash('sha256').update(text).digest('hex'),
      document: seal(seen.document),
    },
  };
}

/** The variables by name, with their secrets. */
export function variablesOf({ variables }: Adopted): Record<string, string> {
  return Object.fromEntries(variables.map(({ name, secret }) => [name, secret.open()]));
}

export const changesOf = (file: string, adopted: Adopted): Promise<readonly string[]> =>
  changesOn(liveOf({ file, desired: {} }), adopted);

/** What would change if the pulled text, or these layers, were applied to the gateway; problems of loading included. */
export async function changesOn(
  live: Live,
  adopted: Adopted,
  lines: readonly LinesFile[] = [],
  layers: readonly string[] = [adopted.text],
): Promise<readonly string[]> {
  const dir = await mkdtemp(join(tmpdir(), 'adopt-'));
  try {
    for (const [i, text] of layers.entries()) {
      await mkdir(join(dir, `layer-${i}`));
      await writeFile(join(dir, `layer-${i}`, 'gateway.yaml'), text);
    }
    for (const { name, text } of lines) await writeFile(join(dir, name), text.open());
    const target = { ...targetOn(dir), desired: layers.map((_, i) => join(dir, `layer-${i}`)) };
    const { desired, problems } = await loadDesired(target, {
      env: variablesOf(adopted),
      settingsDir: dir,
    });
    if (!desired) return problems.map(({ message }) => message);
    return prove({ target, live, desired, now: NOW, hash }).map(({ message }) => message);
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
