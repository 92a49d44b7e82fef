// The judge: a write of each kind that is rolled back, because others undo it while it settles, or because the
// gateway can't write its file.
import { chmod } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { reconcile } from '../../src/apply/apply.ts';
import { openSession } from '../../src/compose/session.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import type { Tree } from '../../src/lib/value.ts';
import { everything } from './desired.ts';
import {
  ask,
  file,
  ioOf,
  isReal,
  judge,
  judged,
  memory,
  pause,
  request,
  type RealGateway,
  settled,
  start,
  openRealGateway,
  withFile,
} from './real-gateway.ts';

const BASE = everything();
/** Its settings are not in `GET /config`. */
const PLUGIN = 'plugins/example/config';
const list = (name: string): readonly Tree[] => BASE[name] as readonly Tree[];

/** Name of the kind of write, what is declared, and the request by others that undoes it. */
const KINDS: readonly (readonly [string, Tree, string, string, Tree | readonly unknown[]])[] = [
  ['a scalar', { 'request-retry': 7 }, 'PUT', 'request-retry', { value: 2 }],
  ['a list of client keys', { 'api-keys': ['sk-test-client-1', 'sk-test-client-9'] }, 'PUT', 'api-keys', ['sk-test-client-1', 'sk-test-client-2']],
  ['a list of entries', { 'vertex-api-key': [...list('vertex-api-key'), { 'api-key': 'sk-test-v', 'base-url': 'https://v.example' }] }, 'PUT', 'vertex-api-key', list('vertex-api-key')],
  ['a patch of an entry', { 'codex-api-key': [{ ...list('codex-api-key')[0], prefix: 'x' }, list('codex-api-key')[1] as Tree] }, 'PATCH', 'codex-api-key', { match: 'sk-test-codex-1', value: { prefix: '' } }],
  ['an OAuth map', { 'oauth-model-alias': { claude: [{ name: 'claude-opus-4', alias: 'opus' }] } }, 'PUT', 'oauth-model-alias', BASE['oauth-model-alias'] as Tree],
  ['settings of a plugin', { plugins: { configs: { example: { enabled: false, priority: 2, mode: 'fast' }, second: { limit: 5 } } } }, 'PATCH', 'plugins/example/config', { mode: 'safe' }],
]; // prettier-ignore

judged('a write that does not stay', () => {
  let realGateway: RealGateway;

  beforeAll(async () => {
    await start('# kept by hand\na-future-key: 1\n');
    realGateway = await openRealGateway(BASE, { target: { adopted: true } });
    await realGateway.holdfast('apply', '--yes');
    // Written by the gateway once, so that what follows compares texts as it writes them.
    await ask('PUT', 'debug', '{"value":true}');
    await settled();
  });
  afterAll(() => realGateway.leave());

  /** An apply in which others act while our write is settling, and again when it is rolled back. */
  async function applyWhileSettling(
    act: () => Promise<unknown>,
    again = async (): Promise<unknown> => undefined,
  ): Promise<Outcome> {
    await using session = await openSession({ output: 'text', color: false }, ioOf(realGateway).io);
    const [target] = session.targets;
    if (!target) throw new Error('no target');
    let acted: Promise<unknown> | undefined;
    let actedAgain: Promise<unknown> | undefined;
    const outcome = await reconcile({
      ...session.contextOf(target),
      listener: (event) => {
        if (event.kind !== 'step') return;
        if (event.step === 'settle') acted ??= pause(60).then(act);
        if (event.step === 'roll-back') actedAgain ??= again();
      },
    });
    await acted;
    await actedAgain;
    return outcome;
  }

  test.each(KINDS)('%s that others undo is found, and rolled back', async (_, change, method, path, body) => {
    const [before, held] = [await file(), await memory()];
    await realGateway.declare({ ...BASE, ...change });
    const outcome = await applyWhileSettling(() => ask(method, path, JSON.stringify(body)));
    expect(outcome.kind).toBe('rolled-back');
    expect(await memory()).toEqual(held);
    expect(await file()).toBe(before);
    expect(await realGateway.holdfast('apply', '--yes')).toMatchObject({ exit: 4 });
    expect(await realGateway.holdfast('apply', '--yes', '--retry')).toMatchObject({ exit: 0 });
    await realGateway.declare(BASE);
    expect(await realGateway.holdfast('apply', '--yes')).toMatchObject({ exit: 0 });
  });

  test('the whole file that others undo is found, and rolled back', async () => {
    const [before, held] = [await file(), await memory()];
    await realGateway.declare({ ...BASE, 'passthrough-headers': true, 'request-retry': 8 });
    const outcome = await applyWhileSettling(() => ask('PUT', 'config.yaml', before));
    expect(outcome.kind).toBe('rolled-back');
    expect(await memory()).toEqual(held);
    expect(await file()).toBe(before);
  });

  test('a change by others during our rollback stays', async () => {
    await realGateway.declare({ ...BASE, 'request-retry': 9 });
    const outcome = await applyWhileSettling(
      () => ask('PUT', 'request-retry', '{"value":2}'),
      () => ask('PUT', 'force-model-prefix', '{"value":true}'),
    );
    expect(outcome.kind).toBe('rolled-back');
    expect(await memory()).toMatchObject({
      'request-retry': 2,
      'force-model-prefix': true,
    });
  });

  withFile('a file that the gateway cannot write: memory is put back, and said to be', async () => {
    await realGateway.declare(BASE);
    await realGateway.holdfast('apply', '--yes');
    const [before, held, settings] = [await file(), await memory(), await ask('GET', PLUGIN)];
    await chmod(judge().file ?? '', 0o444);
    try {
      const canWrite = (await request('PUT', 'debug', '{"value":true}')).status === 200;
      // It may write everything: only one that runs as an ordinary user can show this.
      if (isReal && canWrite) return;
      expect(canWrite).toBe(false);
      for (const [name, change] of KINDS) {
        await realGateway.declare({ ...BASE, ...change });
        const { exit } = await realGateway.holdfast('apply', '--yes');
        expect({ name, exit }).toEqual({ name, exit: 6 });
        expect(await memory()).toEqual(held);
        expect(await ask('GET', PLUGIN)).toBe(settings);
      }
      await realGateway.declare({ ...BASE, 'passthrough-headers': true });
      const { exit } = await realGateway.holdfast('apply', '--yes');
      expect(exit).toBe(6);
      expect(await memory()).toEqual(held);
      expect(await file()).toBe(before);
    } finally {
      await chmod(judge().file ?? '', 0o644);
    }
  });
});
