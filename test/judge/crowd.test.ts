// The judge: several Holdfasts at once. The holder of the lock works, the others wait or name it; the gateway ends
// in the declared state, and no two write at a time.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Tree } from '../../src/lib/value.ts';
import { everything } from './desired.ts';
import {
  inSync,
  judged,
  memory,
  panel,
  pause,
  type RealGateway,
  settled,
  start,
  openRealGateway,
} from './real-gateway.ts';

const HOLDFAST = fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url));

/** However busy the machine is. */
const REACHED_MS = 120_000;

const variant = (n: number): Tree => ({
  ...everything(),
  'request-retry': n,
  streaming: { 'keepalive-seconds': n },
});

const scenarios = (): void => {
  let realGateway: RealGateway;

  jest.setTimeout(4 * REACHED_MS);
  beforeAll(async () => {
    await start('# kept by hand\n');
    realGateway = await openRealGateway(variant(1), { target: { adopted: true } });
    await realGateway.holdfast('apply', '--yes');
  });
  afterAll(() => realGateway.leave());

  function begin(...argv: readonly string[]): { readonly child: ChildProcess; readonly said: () => string } {
    let text = '';
    const child = spawn(process.execPath, [HOLDFAST, ...argv], {
      cwd: realGateway.dir,
      env: { PATH: process.env['PATH'], ...realGateway.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (part: Buffer) => void (text += part));
    return { child, said: () => text };
  }

  async function ended({
    child,
    said,
  }: ReturnType<typeof begin>): Promise<{ exit: number | null; text: string }> {
    const [exit] =
      child.exitCode === null ? ((await once(child, 'exit')) as [number | null]) : [child.exitCode];
    return { exit, text: said() };
  }

  test('two applies: one makes the changes, the other finds nothing to do or names the holder', async () => {
    await realGateway.declare(variant(2));
    const results = await Promise.all([begin('apply', '--yes'), begin('apply', '--yes')].map(ended));
    expect(results.filter(({ text }) => text.includes('applied and verified'))).toHaveLength(1);
    for (const { exit, text } of results)
      expect([exit, /applied and verified|in sync|locked by holdfast/.exec(text)?.[0]]).toEqual(
        exit === 8 ? [8, 'locked by holdfast'] : [0, expect.anything()],
      );
    await inSync(realGateway);
  });

  test('a daemon and applies: every revision is applied, and drift is corrected', async () => {
    const daemon = begin('run', '--log', 'json', '--mode', 'enforce');
    await settled();
    for (let n = 3; n < 7; n += 1) {
      await realGateway.declare(variant(n));
      const result = await ended(begin('apply', '--yes'));
      expect([0, 8]).toContain(result.exit);
      await reaches({ 'request-retry': n });
    }
    daemon.child.kill('SIGTERM');
    expect((await ended(daemon)).exit).toBe(0);
    // On a busy machine, one waits longer for the other than it does by default, and says so.
    const errors = daemon.said().match(/^.*"level":(?:50|60).*$/gm) ?? [];
    expect(errors.filter((line) => !line.includes('HF6001'))).toEqual([]);
    await inSync(realGateway);
    expect(await memory()).toMatchObject({ 'request-retry': 6, streaming: { 'keepalive-seconds': 6 } });
  });

  test('a daemon alone follows the files and corrects edits by others', async () => {
    await realGateway.settings({
      target: { adopted: true, mode: 'enforce' },
      daemon: { drift: '*/2 * * * * *' },
    });
    const daemon = begin('run', '--log', 'json');
    await settled();
    await realGateway.declare(variant(7));
    await reaches({ 'request-retry': 7 });
    await panel('max-retry-interval', { value: 77 });
    await reaches({ 'max-retry-interval': 20 });
    daemon.child.kill('SIGTERM');
    expect((await ended(daemon)).exit).toBe(0);
  });

  async function reaches(wanted: Tree): Promise<void> {
    for (const deadline = Date.now() + REACHED_MS; Date.now() < deadline;) {
      if (Object.entries(wanted).every(([name, value]) => held[name] === value)) return;
      await pause(250);
      held = await memory();
    }
    expect(held).toMatchObject(wanted);
  }
  let held: Tree = {};
};

judged('several Holdfasts at once', scenarios, { time: 'real' });
