// A commit as the memory, on a gateway: the same plan as with the record that an apply left, in both generations.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { check, type Context } from '../../src/apply/apply.ts';
import type { Base } from '../../src/apply/run/context.ts';
import { loadDesired } from '../../src/desired/desired.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { parsePath } from '../../src/domain/path.ts';
import { openFileStore } from '../../src/state/files/files.ts';
import { DESIRED, GATEWAY_FILE, GATEWAY_FILE_V8, type Fixture, setup, teardown } from './setup.ts';

afterEach(teardown);

const ENV = {
  TEAM_A: 'sk-test-0001',
  TEAM_B: 'sk-test-0002',
  TEAM_C: 'sk-test-0003',
  UPSTREAM: 'sk-test-up-1',
  UPSTREAM_2: 'sk-test-up-2',
  CLAUDE: 'sk-test-cl-1',
};

const directories: string[] = [];
afterEach(() => Promise.all(directories.splice(0).map((dir) => rm(dir, { recursive: true }))));

async function freshDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-base-'));
  directories.push(dir);
  return dir;
}

/** A runner that remembers nothing, and takes these files for what was applied. */
async function runner({ context, clock }: Fixture, applied: string): Promise<Context> {
  const dir = await freshDirectory();
  const { target } = context;
  const file = join(dir, 'gateway.yaml');
  await writeFile(file, applied);
  const { desired } = await loadDesired({ ...target, desired: [file] }, { env: ENV, settingsDir: dir });
  if (!desired) throw new Error('the base is invalid');
  const commit = { commit: { sha: 'a'.repeat(40) }, why: '--base main' };
  const base: Base = { kind: 'desired', desired, target, commit, unresolved: [] };
  const store = await openFileStore({ dir: join(dir, 'state'), clock });
  return { ...context, store, base: { isNamed: true, label: '--base main', load: async () => base } };
}

/** Without the names of variables: those of values that left the files are known from the base alone. */
const seen = ({ plan }: Outcome): unknown => {
  const all = {
    changes: plan?.changes.map(({ kind, path, origin, disposition, before, after }) => ({
      kind,
      path,
      origin,
      disposition,
      before,
      after,
    })),
    verdicts: plan?.verdicts,
    released: plan?.released,
    writes: plan?.writes,
  };
  return JSON.parse(
    JSON.stringify(all, (name, value: unknown) => (name === 'reference' ? undefined : value)),
  );
};

/** What a state directory and a base make of the same gateway. */
async function both(at: Fixture, applied: string): Promise<[unknown, unknown, Outcome]> {
  const recorded = await check({ ...at.context });
  const based = await check(await runner(at, applied));
  return [seen(based), seen(recorded), based];
}

const V7 = { api: 'v7', file: GATEWAY_FILE } as const;
const V8 = { api: 'v8', file: GATEWAY_FILE_V8 } as const;
const CLAUDE = 'claude-api-key:\n  - api-key: ${env:CLAUDE}\n    base-url: https://claude.example\n';

describe.each([V7, V8])('on $api', (gateway) => {
  const begin = async (first = DESIRED, policy = {}): Promise<Fixture> => {
    const at = await setup({ ...gateway, desired: first, env: ENV, policy });
    const outcome = await at.reconcile();
    if (outcome.kind !== 'in-sync' && outcome.kind !== 'applied') throw new Error(JSON.stringify(outcome));
    return at;
  };

  test.each([
    ['a value', DESIRED.replace('request-retry: 1', 'request-retry: 4')],
    ['a client key that is rotated', DESIRED.replace('TEAM_B', 'TEAM_C')],
    ['an upstream key that is rotated', DESIRED.replace('UPSTREAM', 'UPSTREAM_2')],
    ['an alias', DESIRED.replace('alias: kimi', 'alias: kimi-k2')],
    ['a family that is new', DESIRED + CLAUDE],
    ['a value that leaves the files', DESIRED.replace('request-retry: 1\n', '')],
    ['nothing', DESIRED],
  ])('plans %s alike', async (_, next) => {
    const at = await begin();
    await at.declare(next);
    const [based, recorded] = await both(at, DESIRED);
    expect(based).toEqual(recorded);
  });

  test.each([
    ['that stays in force', {}],
    ['that is removed', { prune: true }],
  ])('plans a family %s alike', async (_, policy) => {
    const at = await begin(DESIRED + CLAUDE, policy);
    await at.declare(DESIRED);
    const [based, recorded, outcome] = await both(at, DESIRED + CLAUDE);
    expect(based).toEqual(recorded);
    const touched = [
      ...(outcome.plan?.released ?? []),
      ...(outcome.plan?.changes ?? []).map(({ path }) => path),
    ];
    expect(touched.join()).toContain('claude');
  });

  test('tells edits of others alike, those that the files changed too among them', async () => {
    const at = await begin();
    await at.panel('PUT', 'request-retry', { value: 7 });
    await at.panel('PUT', 'debug', { value: true });
    await at.declare(DESIRED.replace('request-retry: 1', 'request-retry: 4'));
    const [based, recorded, outcome] = await both(at, DESIRED);
    expect(based).toEqual(recorded);
    const origins = outcome.plan?.changes.map(({ origin, disposition }) => `${origin} ${disposition}`);
    expect(origins?.toSorted()).toEqual(['both apply', 'drift report']);
  });

  test('takes from a shared list what the base declared, and leaves what others put there', async () => {
    const policy = { ownership: [{ path: parsePath('api-keys'), ownership: 'entries' as const }] };
    const at = await begin(DESIRED.replace('  - ${env:TEAM_B}\n', '  - ${env:TEAM_C}\n'), policy);
    await at.declare(DESIRED.replace('  - ${env:TEAM_B}\n', ''));
    const [based, recorded, outcome] = await both(
      at,
      DESIRED.replace('  - ${env:TEAM_B}\n', '  - ${env:TEAM_C}\n'),
    );
    expect(based).toEqual(recorded);
    expect(outcome.plan?.changes.map(({ kind, origin }) => `${kind} ${origin}`)).toEqual(['remove git']);
  });

  test('leaves a record behind, so that the next run needs no base', async () => {
    const at = await begin();
    await at.declare(DESIRED.replace('request-retry: 1', 'request-retry: 4'));
    const context = await runner(at, DESIRED);
    const applied = await at.reconcile({}, context);
    expect(applied.kind).toBe('applied');
    const state = await context.store.read('home');
    expect(state.lastApplied?.hashes).toBeDefined();
    const { base: _, ...later } = context;
    const next = await check(later);
    expect(next).toMatchObject({ kind: 'in-sync', plan: { memory: { source: 'state' } } });
  });
});
