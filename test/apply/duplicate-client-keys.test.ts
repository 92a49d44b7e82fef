// Client keys that the list has twice are restored one by one: by a rollback, by a restore, and next to a change by
// others.
import { afterEach, describe, expect, test } from '@jest/globals';
import { beforeSending, duringWait, GATEWAY_FILE, setup, type Fixture, teardown } from './setup.ts';

afterEach(teardown);

const TWICE = ['sk-test-0001', 'sk-test-0002', 'sk-test-0001'];
const FILE = GATEWAY_FILE.replace('  - sk-test-0002\n', '  - sk-test-0002\n  - sk-test-0001 # again\n');
const declared = (keys: readonly string[], retries: number): string =>
  `request-retry: ${retries}\napi-keys: ${JSON.stringify(keys)}\n`;
const LITERAL = { policy: { allow: [{ guard: 'literal-secret' }, { guard: 'mass-delete' }] } };
const keysOf = (home: Fixture): unknown => home.sandbox.states().memory['api-keys'];

const CHANGES: readonly (readonly [string, readonly string[]])[] = [
  ['the second of two goes', ['sk-test-0001', 'sk-test-0002']],
  ['the first of two goes', ['sk-test-0002', 'sk-test-0001']],
  ['both go', ['sk-test-0002']],
  ['a third comes', [...TWICE, 'sk-test-0001']],
  ['another comes', [...TWICE, 'sk-test-0003']],
];

describe.each(CHANGES)('where %s', (_, keys) => {
  test('a roll-back puts the list back', async () => {
    const home = await setup({ file: FILE, desired: declared(keys, 4), ...LITERAL });
    const before = await home.file();
    const drops = beforeSending(home, 1, async () => home.sandbox.fault('drop-writes', '/request-retry'));
    expect(await home.reconcile({}, drops)).toMatchObject({ kind: 'rolled-back' });
    expect(keysOf(home)).toEqual(TWICE);
    const withoutDefaults = (await home.file()).split('\n').slice(0, before.split('\n').length - 1);
    expect(withoutDefaults.filter((line) => line.includes('sk-test-000'))).toEqual(
      before.split('\n').filter((line) => line.includes('sk-test-000')),
    );
  });

  test('a restore puts the list back', async () => {
    const home = await setup({ file: FILE, desired: declared(keys, 4), ...LITERAL });
    expect(await home.reconcile()).toMatchObject({ kind: 'applied' });
    expect(keysOf(home)).toHaveLength(keys.length);
    expect(await home.restore('latest')).toMatchObject({ kind: 'restored' });
    expect(keysOf(home)).toEqual(TWICE);
  });
});

test.each(CHANGES.filter(([, keys]) => keys.includes('sk-test-0001')))(
  'where %s, a rollback keeps a key that others added in the meantime',
  async (_, keys) => {
    const home = await setup({ file: FILE, desired: declared(keys, 4), ...LITERAL });
    const drops = beforeSending(home, 1, async () => home.sandbox.fault('drop-writes', '/request-retry'));
    const adds = duringWait(home, 2, () =>
      home.panel('PATCH', 'api-keys', { old: 'sk-test-0009', new: 'sk-test-0009' }),
    );
    const outcome = await home.reconcile({}, { ...adds, ...drops });
    expect(outcome).toMatchObject({ kind: 'rolled-back' });
    expect((keysOf(home) as string[]).toSorted()).toEqual([...TWICE, 'sk-test-0009'].toSorted());
  },
);
