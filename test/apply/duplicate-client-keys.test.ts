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
const keysOf = (fixture: Fixture): unknown => fixture.sandbox.states().memory['api-keys'];

const CHANGES: readonly (readonly [string, readonly string[]])[] = [
  ['the second of two goes', ['sk-test-0001', 'sk-test-0002']],
  ['the first of two goes', ['sk-test-0002', 'sk-test-0001']],
  ['both go', ['sk-test-0002']],
  ['a third comes', [...TWICE, 'sk-test-0001']],
  ['another comes', [...TWICE, 'sk-test-0003']],
];

describe.each(CHANGES)('where %s', (_, keys) => {
  test('a rollback puts the list back', async () => {
    const fixture = await setup({ file: FILE, desired: declared(keys, 4), ...LITERAL });
    const before = await fixture.file();
    const drops = beforeSending(fixture, 1, async () =>
      fixture.sandbox.fault('drop-writes', '/request-retry'),
    );
    expect(await fixture.reconcile({}, drops)).toMatchObject({ kind: 'rolled-back' });
    expect(keysOf(fixture)).toEqual(TWICE);
    const withoutDefaults = (await fixture.file()).split('\n').slice(0, before.split('\n').length - 1);
    expect(withoutDefaults.filter((line) => line.includes('sk-test-000'))).toEqual(
      before.split('\n').filter((line) => line.includes('sk-test-000')),
    );
  });

  test('a restore puts the list back', async () => {
    const fixture = await setup({ file: FILE, desired: declared(keys, 4), ...LITERAL });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
    expect(keysOf(fixture)).toHaveLength(keys.length);
    expect(await fixture.restore('latest')).toMatchObject({ kind: 'restored' });
    expect(keysOf(fixture)).toEqual(TWICE);
  });
});

test.each(CHANGES.filter(([, keys]) => keys.includes('sk-test-0001')))(
  'where %s, a rollback keeps a key that others added in the meantime',
  async (_, keys) => {
    const fixture = await setup({ file: FILE, desired: declared(keys, 4), ...LITERAL });
    const drops = beforeSending(fixture, 1, async () =>
      fixture.sandbox.fault('drop-writes', '/request-retry'),
    );
    const adds = duringWait(fixture, 2, () =>
      fixture.panel('PATCH', 'api-keys', { old: 'sk-test-0009', new: 'sk-test-0009' }),
    );
    const outcome = await fixture.reconcile({}, { ...adds, ...drops });
    expect(outcome).toMatchObject({ kind: 'rolled-back' });
    expect((keysOf(fixture) as string[]).toSorted()).toEqual([...TWICE, 'sk-test-0009'].toSorted());
  },
);
