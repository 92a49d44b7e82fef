import { afterEach, expect, test } from '@jest/globals';
import { DESIRED, setup, type Fixture, teardown } from './setup.ts';

afterEach(teardown);

const MORE = DESIRED.replace('debug: false', 'debug: true').replace('request-retry: 1', 'request-retry: 4');

const seen = async (home: Fixture): Promise<object> => {
  const { plan } = await home.check();
  return Object.fromEntries((plan?.changes ?? []).map(({ path, attribution }) => [path, attribution]));
};

test('an old file that is put back, also after the gateway has written its own', async () => {
  const home = await setup();
  await home.reconcile();
  const old = await home.file();
  await home.declare(MORE);
  expect(await home.reconcile()).toMatchObject({ kind: 'applied' });
  await home.writeFile(old);
  await home.sandbox.settled();
  expect(await seen(home)).toEqual({ debug: 'old-file', 'request-retry': 'old-file' });
  await home.writeFile(`${old}# by hand\n`);
  await home.sandbox.settled();
  expect(await seen(home)).toEqual({ debug: undefined, 'request-retry': 'earlier-value' });
});

test('a value of before, and nothing about a new one', async () => {
  const home = await setup();
  await home.reconcile();
  await home.declare(MORE);
  await home.reconcile();
  await home.panel('PUT', 'request-retry', { value: 1 });
  expect(await seen(home)).toEqual({ 'request-retry': 'earlier-value' });
  await home.panel('PUT', 'request-retry', { value: 9 });
  expect(await seen(home)).toEqual({ 'request-retry': undefined });
});

test('a second writer, after two corrections within an hour', async () => {
  const home = await setup();
  await home.reconcile();
  await home.panel('PUT', 'request-retry', { value: 9 });
  const now = home.context.clock.now();
  const corrected = async (...minutes: readonly number[]): Promise<object> => {
    const times = minutes.map((ago) => now - ago * 60_000);
    await home.store.update('home', { drift: { corrected: { 'request-retry': times }, contested: [] } });
    return seen(home);
  };
  expect(await corrected(70, 20)).toEqual({ 'request-retry': undefined });
  expect(await corrected(40, 20)).toEqual({ 'request-retry': 'second-writer' });
});
