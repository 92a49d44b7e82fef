import { afterEach, expect, test } from '@jest/globals';
import { parsePath } from '../../src/domain/path.ts';
import { DESIRED, setup, teardown } from './setup.ts';

afterEach(teardown);

const rules = (...models: readonly string[]): string =>
  `payload:\n  default:\n${models.map((model) => `    - models: [{ name: ${model} }]\n      params: { temperature: 1 }\n`).join('')}`;

test('a list whose order matters, left out of an apply, stays a change of the files', async () => {
  const fixture = await setup({ desired: `${DESIRED}${rules('a')}` });
  expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
  await fixture.declare(`${DESIRED.replace('debug: false', 'debug: true')}${rules('a', 'b')}`);
  expect(await fixture.reconcile({ only: [parsePath('debug')] })).toMatchObject({ kind: 'applied' });
  const { plan } = await fixture.check();
  expect(plan?.changes).toMatchObject([
    { kind: 'add', path: 'payload.default[1]', origin: 'git', disposition: 'apply' },
  ]);
});

test('a renamed entry, left out of an apply, stays a change of the files', async () => {
  const fixture = await setup();
  await fixture.reconcile();
  await fixture.declare(DESIRED.replace('debug: false', 'debug: true').replace('alias: kimi', 'alias: k2'));
  expect(await fixture.reconcile({ only: [parsePath('debug')] })).toMatchObject({ kind: 'applied' });
  const { plan } = await fixture.check();
  expect(plan?.changes).toMatchObject([{ kind: 'rename', origin: 'git', disposition: 'apply' }]);
});
