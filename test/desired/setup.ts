// A desired state in three lines: files in a fresh directory, loaded for a target.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import { loadCatalog } from '../../src/gateway/catalog/catalog.ts';
import { type LoadedDesired, loadDesired } from '../../src/desired/desired.ts';
import { type DesiredOptions } from '../../src/desired/layers.ts';
import type { Problem } from '../../src/domain/problem/problem.ts';
import { seal } from '../../src/domain/secret.ts';
import type { Policy } from '../../src/domain/target.ts';

export const catalog = loadCatalog('legacy');

const made: string[] = [];
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

/** A new directory with these files; values that aren't text are written as bytes. */
export function directory(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  made.push(dir);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
  return dir;
}

export const POLICY: Policy = {
  ignore: [],
  ownership: [],
  allow: [],
  prune: false,
  maxDeletes: { fraction: 0.3 },
  maxReplaces: { fraction: 0.3 },
  unknownKeys: 'refuse',
  comments: 'keep',
  memory: 'optional',
  onFailure: 'quarantine',
  bisectTries: 10,
  freeze: [],
  undeclared: 'ignore',
};

export interface Loading extends Partial<DesiredOptions> {
  readonly layers?: readonly string[];
  readonly policy?: Partial<Policy>;
}

/** Loads `layers` (default `desired`) of a directory. */
export function load(
  dir: string,
  { layers = ['desired'], policy, ...options }: Loading = {},
): Promise<LoadedDesired> {
  return loadDesired(
    {
      name: 'home',
      desired: layers.map((layer) => join(dir, layer)),
      policy: { ...POLICY, ...policy },
      digestKey: seal('k'),
    },
    { env: {}, settingsDir: dir, ...options },
  );
}

/** Loads one file of desired state. */
export function loadText(text: string | Uint8Array, loading: Loading = {}): Promise<LoadedDesired> {
  return load(directory({ 'desired/a.yaml': text }), loading);
}

export function treeOf({ desired, problems }: LoadedDesired): unknown {
  if (!desired) throw new Error(`no desired state: ${problems.map(oneLine).join('; ')}`);
  return desired.tree.open();
}

/** `a.yaml:3:5 HF2011 message` */
export function oneLine({ position, code, message }: Problem): string {
  const place = position
    ? `${position.file.replace(/^desired\//, '')}:${position.line}:${position.column} `
    : '';
  return `${place}${code} ${message}`;
}
