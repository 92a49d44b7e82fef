// The judge: other people write too, and the gateway forgets.
import { rename, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { everything } from './desired.ts';
import {
  admits,
  ask,
  file,
  inSync,
  isReal,
  judge,
  judged,
  memory,
  panel,
  pause,
  restart,
  type RealGateway,
  settled,
  openRealGateway,
  withFile,
  withRestart,
} from './real-gateway.ts';

/** ms after a field write: its reload has read the file and is not over yet (C v0 §6.5). */
const INTO_THE_RELOAD = 2;

const scenarios = (): void => {
  let realGateway: RealGateway;

  beforeAll(async () => {
    realGateway = await openRealGateway(everything(), { target: { adopted: true } });
    await realGateway.holdfast('apply', '--yes');
  });
  afterAll(() => realGateway.leave());

  test('edits what is declared between plan and apply: exit 8, nothing written', async () => {
    await realGateway.declare({ ...everything(), 'max-retry-interval': 25 });
    expect((await realGateway.holdfast('plan', '-o', 'plan.json')).exit).toBe(0);
    await panel('request-retry', { value: 9 });
    const before = await file();
    expect(await realGateway.holdfast('apply', 'plan.json', '--yes')).toMatchObject({ exit: 8 });
    expect(await file()).toBe(before);
  });

  test('edits it permanently: reported as drift, not overwritten, corrected by enforce', async () => {
    const drift = await realGateway.holdfast('drift');
    expect(drift.exit).toBe(2);
    expect(drift.out).toMatch(/≠ request-retry {2}declared 2, the gateway has 9/);
    expect(await realGateway.holdfast('apply', '--yes')).toMatchObject({ exit: 0 });
    expect(await memory()).toMatchObject({ 'request-retry': 9, 'max-retry-interval': 25 });
    expect(await realGateway.holdfast('apply', '--yes', '--mode', 'enforce')).toMatchObject({ exit: 0 });
    expect((await memory())['request-retry']).toBe(2);
    await inSync(realGateway);
  });

  test('edits something else between plan and apply: both stay', async () => {
    await realGateway.declare({ ...everything(), 'max-retry-interval': 26 });
    await realGateway.holdfast('plan', '-o', 'plan.json');
    await panel('force-model-prefix', { value: true });
    expect(await realGateway.holdfast('apply', 'plan.json', '--yes')).toMatchObject({ exit: 0 });
    expect((await memory())['force-model-prefix']).toBe(true);
    await inSync(realGateway);
  });

  /** Others act after our read and before our write: while the question is on the screen. */
  async function applyWhile(
    act: () => Promise<void>,
  ): Promise<{ readonly exit: number; readonly asked: number; readonly out: string }> {
    let asked = 0;
    realGateway.answer = async () => {
      asked += 1;
      if (asked === 1) await act();
      return 'y';
    };
    const { exit, out } = await realGateway.holdfast('apply');
    delete realGateway.answer;
    return { exit, asked, out };
  }

  test('edits something else between our read and our write: the plan still fits, both stay', async () => {
    await realGateway.declare({ ...everything(), 'max-retry-interval': 27 });
    const ended = await applyWhile(() => panel('force-model-prefix', { value: false }));
    expect(ended).toMatchObject({ exit: 0, asked: 1 });
    expect(await memory()).toMatchObject({ 'force-model-prefix': false, 'max-retry-interval': 27 });
    await inSync(realGateway);
  });

  test('edits the same between our read and our write: their edit is not overwritten, and that is reported', async () => {
    await realGateway.declare({ ...everything(), 'max-retry-interval': 28 });
    const ended = await applyWhile(() => panel('max-retry-interval', { value: 99 }));
    expect(ended).toMatchObject({ exit: 4, asked: 1 });
    expect(ended.out).toMatch(/refused overwrites-edit max-retry-interval/);
    expect(await memory()).toMatchObject({ 'max-retry-interval': 99 });
    await realGateway.holdfast('apply', '--yes', '--mode', 'enforce');
    await inSync(realGateway);
  });

  test('loses an update: found as stale memory, and repaired', async () => {
    let lost = false;
    for (let attempt = 0; attempt < 8 && !lost; attempt += 1) {
      await panel('request-retry', { value: 5 });
      await ask('PUT', 'debug', `{"value":${attempt % 2 === 0}}`);
      await pause(INTO_THE_RELOAD);
      await ask('PUT', 'request-retry', '{"value":2}');
      await settled();
      lost = (await memory())['request-retry'] !== 2 && /^request-retry: 2$/m.test(await file());
    }
    // A gateway whose secret is in its file takes its time over each request, and loses nothing (C v0 §10.3).
    if (isReal && !lost) return;
    expect(lost).toBe(true);
    const drift = await realGateway.holdfast('drift');
    expect(drift.exit).toBe(2);
    expect(drift.out).toMatch(/stale memory: .*request-retry/);
    expect(await realGateway.holdfast('apply', '--yes')).toMatchObject({ exit: 0 });
    expect((await memory())['request-retry']).toBe(2);
    expect(await admits()).toBe(401);
    await inSync(realGateway);
  });

  withFile(
    'replaces the file by rename: nobody is told that the gateway follows when it does not',
    async () => {
      await replaceByRename((await file()).replace(/^max-retry-interval: 28$/m, 'max-retry-interval: 66'));
      const drift = await realGateway.holdfast('drift');
      expect(drift.exit).toBe(2);
      expect(drift.out).toMatch(/stale memory: .*max-retry-interval/);
      const enforced = await realGateway.holdfast('apply', '--yes', '--mode', 'enforce');
      expect(enforced.exit).toBe(0);
      expect(await memory()).toMatchObject({ 'max-retry-interval': 28 });
    },
  );

  withFile(
    'has ended the watch: what only the file can say is applied with the effect on requests not tested',
    async () => {
      await realGateway.declare({ ...everything(), 'passthrough-headers': true });
      const { exit, out } = await realGateway.holdfast('apply', '--yes');
      expect(exit).toBe(0);
      expect(out).toMatch(/effect on requests not tested/);
    },
  );

  withFile(
    'has ended the watch: a key that is not let in is rolled back, and the remedy is a restart',
    async () => {
      await realGateway.declare({
        ...everything(),
        'api-keys': ['sk-test-client-5'],
        'passthrough-headers': false,
      });
      const { exit, out } = await realGateway.holdfast('apply', '--yes');
      expect(exit).toBe(6);
      expect(out).toMatch(/✗ an added client key is accepted/);
      expect(out).toMatch(/If the gateway's file watcher no longer works, restart the gateway/);
      expect([await admits('sk-test-client-5'), await admits('sk-test-client-1')]).toEqual([401, 200]);
      expect(await realGateway.holdfast('apply', '--yes')).toMatchObject({
        exit: 4,
        out: expect.stringMatching(/isn't tried again/),
      });
    },
  );

  withRestart('finds all well after a restart', async () => {
    await restart();
    expect(await realGateway.holdfast('apply', '--yes', '--retry')).toMatchObject({ exit: 0 });
    expect([await admits('sk-test-client-5'), await admits('sk-test-client-1')]).toEqual([200, 401]);
    await inSync(realGateway);
  });
};

// By this key a request takes no time, and updates get lost.
judged('somebody else', scenarios, { key: 'environment' });

async function replaceByRename(text: string): Promise<void> {
  await writeFile(`${judge().file}.new`, text);
  await rename(`${judge().file}.new`, judge().file ?? '');
  await settled();
}
