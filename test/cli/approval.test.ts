import { expect, test } from '@jest/globals';
import { openTerminal } from './terminal.ts';

type Edit = (plan: Readonly<Record<string, unknown>>) => unknown;

const EDITS: readonly (readonly [string, Edit, number])[] = [
  ['without its digest', (plan) => ({ ...plan, digest: undefined }), 3],
  ['with an empty digest', (plan) => ({ ...plan, digest: null }), 3],
  [
    'with another digest',
    (plan) => ({ ...plan, digest: { ...(plan['digest'] as object), value: 'f00' } }),
    8,
  ],
  [
    'signed with another key',
    (plan) => ({ ...plan, digest: { ...(plan['digest'] as object), keyId: 'f00' } }),
    8,
  ],
  ['of another target', (plan) => ({ ...plan, target: 'elsewhere' }), 64],
  ['of a target that is no text', (plan) => ({ ...plan, target: { name: 'default' } }), 3],
  ['that is no mapping', () => [], 3],
];

test.each(EDITS)('a plan file %s is not applied', async (_, edit, exit) => {
  await using terminal = await openTerminal();
  await terminal.run('plan', '-o', 'plan.json');
  const plan = JSON.parse(await terminal.read('plan.json')) as Record<string, unknown>;
  await terminal.write('plan.json', JSON.stringify(edit(plan)));
  const before = await terminal.read('gateway/config.yaml');
  expect((await terminal.run('apply', 'plan.json', '--yes')).exit).toBe(exit);
  expect(await terminal.read('gateway/config.yaml')).toBe(before);
});
