// Memory and file are read one after the other: an edit between the two reads isn't a disagreement of the gateway.
import { afterEach, describe, expect, test } from '@jest/globals';
import { check } from '../../../src/apply/apply.ts';
import { beforeRequests, type Edit, foreignEdit, notesOf } from '../contention.ts';
import { GATEWAY_FILE, GATEWAY_FILE_V8, type Fixture, setup, type SetupOptions, teardown } from '../setup.ts';

afterEach(teardown);

const KINDS: readonly (readonly [string, SetupOptions])[] = [
  ['v7', {}],
  ['v8', { file: GATEWAY_FILE_V8, api: 'v8' }],
  ['v8 with a flat file', { file: GATEWAY_FILE, api: 'v8' }],
];

const EDITS: readonly Edit[] = [
  { name: 'a value', path: 'logging-to-file', body: { value: true } },
  { name: 'a client key', method: 'PATCH', path: 'api-keys', body: { old: 'sk-none', new: 'sk-test-panel' } },
  {
    name: 'a header',
    method: 'PATCH',
    path: 'openai-compatibility',
    body: { name: 'openrouter', value: { headers: { 'X-Panel': 'yes' } } },
  },
];

/** An edit by others before the n-th request of a check, loaded by the gateway or not. */
async function torn(fixture: Fixture, nth: number, edit: Edit): Promise<ReturnType<typeof check>> {
  const more = beforeRequests(fixture, async (at) => {
    if (at === nth) await foreignEdit(fixture, edit);
  });
  return check({ ...fixture.context, ...more });
}

describe.each(KINDS)('a reading of %s that others edit under', (_, options) => {
  test.each(EDITS)('$name: reports what a second reading shows', async (edit) => {
    for (const nth of [1, 2]) {
      const fixture = await setup(options);
      await fixture.reconcile();
      const outcome = await torn(fixture, nth, edit);
      expect(outcome).not.toMatchObject({ kind: 'stale-memory' });
      expect('plan' in outcome && outcome.plan?.agreement).toEqual({ kind: 'agree' });
      expect(notesOf(outcome).filter(({ code }) => /HF400[124]/.test(code))).toEqual([]);
    }
  });

  test('is read twice only: the plain case costs no request more', async () => {
    const fixture = await setup(options);
    await fixture.reconcile();
    const sent: string[] = [];
    const more = beforeRequests(fixture, async (_nth, { path }) => void sent.push(path));
    await check({ ...fixture.context, ...more });
    expect(sent).toHaveLength(2);
  });

  test('a lasting disagreement is reported', async () => {
    const fixture = await setup(options);
    await fixture.reconcile();
    fixture.sandbox.fault('dead-watcher');
    await fixture.writeFile((await fixture.file()).replace('debug: false', 'debug: true'));
    await fixture.sandbox.settled();
    const outcome = await check(fixture.context);
    expect('plan' in outcome && outcome.plan?.agreement).toMatchObject({ kind: 'differ', paths: ['debug'] });
  });
});
