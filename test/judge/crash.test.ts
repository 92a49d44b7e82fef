// The judge: Holdfast dies, at every step of a transaction and at any moment. The next apply resolves it, ends in
// the declared state, and loses no change by others.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Checkpoint, Crash, reconcile } from '../../src/apply/apply.ts';
import { openSession } from '../../src/compose/session.ts';
import type { Tree } from '../../src/lib/value.ts';
import { everything } from './desired.ts';
import {
  admits,
  file,
  inSync,
  ioOf,
  isWhole,
  judged,
  memory,
  panel,
  pause,
  type RealGateway,
  start,
  openRealGateway,
} from './real-gateway.ts';

const HOLDFAST = fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url));
/** On a sandbox a few show that it can be done. */
const KILLS = isWhole ? 30 : 4;

const BEFORE_WRITING: readonly Checkpoint[] = ['locked', 'observed', 'backed-up', 'journalled', 'sending'];
const AFTERWARDS: readonly Checkpoint[] = ['sent', 'settled', 'verified', 'committed'];

/** Desired states one after the other, so that each step needs another route: a field, the file, three fields. */
function variant(n: number): Tree {
  return {
    ...everything(),
    'request-retry': n,
    'api-keys': ['sk-test-client-1', `sk-test-rotated-${n}`],
    ...(n % 2 === 0 && { 'passthrough-headers': n % 4 === 0, 'max-retry-interval': 100 + n }),
  };
}

let realGateway: RealGateway;
let round = 0;
let former = 0;

function seated(): void {
  beforeAll(async () => {
    round = 0;
    former = 0;
    await start('# kept by hand\na-future-key: 1\n');
    realGateway = await openRealGateway(variant(0), {
      target: { adopted: true },
      policy: { 'max-deletes': 1000, 'max-replaces': 1000 },
    });
    await realGateway.holdfast('apply', '--yes');
    await panel('force-model-prefix', { value: true });
  });
  afterAll(() => realGateway.leave());
}

async function recovers(): Promise<void> {
  const { exit, out, err } = await realGateway.holdfast('apply', '--yes');
  expect({ exit, text: exit === 0 ? '' : out + err }).toEqual({ exit: 0, text: '' });
  await inSync(realGateway);
  expect(await memory()).toMatchObject({ 'request-retry': round, 'force-model-prefix': true });
  expect(await file()).toMatch(/^# kept by hand\n[^]*a-future-key: 1$/m);
  expect([await admits(`sk-test-rotated-${round}`), await admits(`sk-test-rotated-${former}`)]).toEqual([
    200, 401,
  ]);
}

judged('a Holdfast that dies', () => {
  seated();

  describe.each([
    ['fields alone can make', 1],
    ['needs the file', 0],
  ])('with a change that %s', (_, kind) => {
    test.each([...BEFORE_WRITING, ...AFTERWARDS])('after "%s" is recovered', async (point) => {
      former = round;
      round += kind === round % 2 ? 2 : 1;
      await realGateway.declare(variant(round));
      await using session = await openSession({ output: 'text', color: false }, ioOf(realGateway).io);
      const [target] = session.targets;
      if (!target) throw new Error('no target');
      const checkpoint = (reached: Checkpoint): void => {
        if (reached === point) throw new Crash(`died at ${point}`);
      };
      await expect(reconcile({ ...session.contextOf(target), checkpoint })).rejects.toThrow(Crash);
      await recovers();
    });
  });
});

judged(
  'a Holdfast that is killed',
  () => {
    seated();

    test('at any moment is recovered', async () => {
      for (let kill = 0; kill < KILLS; kill += 1) {
        former = round;
        round += 1;
        await realGateway.declare(variant(round));
        await killedAfter(300 + Math.random() * 1500);
        await recovers();
      }
    }, 600_000);
  },
  { time: 'real' },
);

/** As `kill -9` does: nothing is cleaned up. */
async function killedAfter(ms: number): Promise<void> {
  const child = spawn(process.execPath, [HOLDFAST, 'apply', '--yes'], {
    cwd: realGateway.dir,
    env: { PATH: process.env['PATH'], ...realGateway.env },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  await Promise.race([pause(ms), ended]);
  child.kill('SIGKILL');
  await ended;
}
