// The law of contention while the gateway loads: edits inside of the reload of our own write, and around the repair of
// memory that missed a write.
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  alone,
  type Alone,
  complaintsOf,
  editsWith,
  type Instant,
  instantsOf,
  SAME_VALUE_IN_FILE,
  type Scene,
} from './contention.ts';
import { beforeSending, DESIRED, GATEWAY_FILE, GATEWAY_FILE_V8, type Fixture, teardown } from './setup.ts';

afterEach(teardown);

const CHANGED = DESIRED.replace('request-retry: 1', 'request-retry: 4');
const KEYS = { TEAM_B: 'sk-test-0003' };
const SLOW = { delays: { reloadMs: 40 } };
const FILES = `${CHANGED}commercial-mode: true\n`;

const LOADING: Readonly<Record<string, Scene>> = {
  'field writes on v7': { options: { file: GATEWAY_FILE, ...SLOW }, desired: CHANGED, env: KEYS },
  'the edited file on v7': { options: { file: GATEWAY_FILE, ...SLOW }, desired: FILES, env: KEYS },
  'a PATCH on v8': {
    options: { file: GATEWAY_FILE_V8.replace(' # team a', ''), api: 'v8', ...SLOW },
    desired: CHANGED,
    env: KEYS,
  },
  'the edited file on v8': {
    options: { file: GATEWAY_FILE_V8, api: 'v8', ...SLOW },
    desired: CHANGED,
    env: KEYS,
  },
  'a flat file on v8': { options: { file: GATEWAY_FILE, api: 'v8', ...SLOW }, desired: CHANGED, env: KEYS },
};

const EDITS = [...editsWith('sk-test-panel'), SAME_VALUE_IN_FILE];

/** Before the reload has read the file, inside of it, right after it, and inside of the watcher's. */
const MOMENTS = [0, 20, 60, 170];

/** After each write of ours; a table tries one moment for each edit, HOLDFAST_CONTENTION=all every one. */
function loadingInstants({ requests }: Alone, i: number): readonly Instant[] {
  const all = requests.flatMap(({ purpose }, at) =>
    purpose === 'write' ? MOMENTS.map((loadingMs) => ({ nth: at + 1, loadingMs })) : [],
  );
  return process.env['HOLDFAST_CONTENTION'] === 'all'
    ? all
    : all.filter((_, at) => at % EDITS.length === i || at === i);
}

describe.each(Object.entries(LOADING))('%s, while somebody else changes during our reload', (_, scene) => {
  let quiet: Alone;
  beforeAll(async () => {
    quiet = await alone(scene);
  });

  test.each(EDITS.map((edit, i) => ({ ...edit, i })))('$name', async ({ i, ...edit }) => {
    expect(await complaintsOf(scene, quiet, edit, loadingInstants(quiet, i))).toEqual([]);
  });
});

/** Somebody's write right before ours, in whose reload ours is lost to memory. */
const missing: NonNullable<Scene['act']> = (fixture, more) =>
  fixture.reconcile(
    { allow: [{ guard: 'mass-delete' }] },
    { ...more, ...beforeSending(fixture, 1, () => inReload(fixture)) },
  );

async function inReload(fixture: Fixture): Promise<void> {
  fixture.sandbox.fault('lost-update', '60');
  const isTree = (await fixture.file()).includes('config-version: 8');
  // Neither changes anything, and a PATCH of the tree writes no defaults out. A quoted 'no' would: the next field write of
  // anybody saves it as a quoted "false", which the gateway refuses to load (C v0 §4.4 N12).
  if (isTree)
    await fixture.panelNow('PATCH', 'v8/management/config', { observability: { logs: { debug: null } } });
  else await fixture.panelNow('PUT', 'debug', { value: false });
  await fixture.clock.sleep(10);
  fixture.clock.setTimer(100, () => fixture.sandbox.clearFaults());
}

const STALE: Readonly<Record<string, Scene>> = Object.fromEntries(
  Object.entries({
    'field writes on v7': { options: { file: GATEWAY_FILE }, desired: CHANGED, env: KEYS },
    'a PATCH on v8': {
      options: { file: GATEWAY_FILE_V8.replace(' # team a', ''), api: 'v8' as const },
      desired: CHANGED,
      env: KEYS,
    },
    'a flat file on v8': { options: { file: GATEWAY_FILE, api: 'v8' as const }, desired: CHANGED, env: KEYS },
  }).map(([name, scene]) => [name, { ...scene, act: missing }]),
);

describe.each(Object.entries(STALE))('%s, loaded by a repair, while somebody else changes', (_, scene) => {
  let quiet: Alone;
  beforeAll(async () => {
    quiet = await alone(scene);
  });

  test('the write is repaired', () => {
    const settling = quiet.requests.findIndex(({ purpose }) => purpose === 'settle');
    expect(quiet.requests.slice(settling).filter(({ purpose }) => purpose === 'write')).not.toEqual([]);
  });

  test('the file is read directly before the repair, and keeps what others wrote until then', async () => {
    const repair = quiet.requests.findLastIndex(
      ({ method, purpose }) => method === 'PUT' && purpose === 'write',
    );
    expect(quiet.requests[repair - 1]).toMatchObject({ method: 'GET', path: '/v0/management/config.yaml' });
    expect(quiet.requests[repair - 2]?.purpose).toBe('settle');
    for (const edit of EDITS) expect(await complaintsOf(scene, quiet, edit, [repair])).toEqual([]);
  });

  test.each(EDITS.map((edit, i) => ({ ...edit, i })))(
    '$name, before our requests',
    async ({ i, ...edit }) => {
      expect(await complaintsOf(scene, quiet, edit, instantsOf(quiet, i))).toEqual([]);
    },
  );
});
