import { afterEach, expect, test } from '@jest/globals';
import { DESIRED, setup, type Fixture, teardown } from './setup.ts';

afterEach(teardown);

const MORE = DESIRED.replace('debug: false', 'debug: true').replace('request-retry: 1', 'request-retry: 4');

const seen = async (fixture: Fixture): Promise<object> => {
  const { plan } = await fixture.check();
  return Object.fromEntries((plan?.changes ?? []).map(({ path, attribution }) => [path, attribution]));
};

test('an old file that is put back, also after the gateway has written its own', async () => {
  const fixture = await setup();
  await fixture.reconcile();
  const old = await fixture.file();
  await fixture.declare(MORE);
  expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
  await fixture.writeFile(old);
  await fixture.sandbox.settled();
  expect(await seen(fixture)).toEqual({ debug: 'old-file', 'request-retry': 'old-file' });
  await fixture.writeFile(`${old}# by hand\n`);
  await fixture.sandbox.settled();
  expect(await seen(fixture)).toEqual({ debug: undefined, 'request-retry': 'earlier-value' });
});

test('a value of before, and nothing about a new one', async () => {
  const fixture = await setup();
  await fixture.reconcile();
  await fixture.declare(MORE);
  await fixture.reconcile();
  await fixture.panel('PUT', 'request-retry', { value: 1 });
  expect(await seen(fixture)).toEqual({ 'request-retry': 'earlier-value' });
  await fixture.panel('PUT', 'request-retry', { value: 9 });
  expect(await seen(fixture)).toEqual({ 'request-retry': undefined });
});

test('a second writer, after two corrections within an hour', async () => {
  const fixture = await setup();
  await fixture.reconcile();
  await fixture.panel('PUT', 'request-retry', { value: 9 });
  const now = fixture.context.clock.now();
  const corrected = async (...minutes: readonly number[]): Promise<object> => {
    const times = minutes.map((ago) => now - ago * 60_000);
    await fixture.store.update('home', { drift: { corrected: { 'request-retry': times }, contested: [] } });
    return seen(fixture);
  };
  expect(await corrected(70, 20)).toEqual({ 'request-retry': undefined });
  expect(await corrected(40, 20)).toEqual({ 'request-retry': 'second-writer' });
});
