// The judge: a first apply of a desired state with everything, as a user would run it, onto any existing
// configuration.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { everything } from './desired.ts';
import {
  admits,
  file,
  inSync,
  judged,
  restart,
  type RealGateway,
  openRealGateway,
  unrelatedWrite,
  withRestart,
} from './real-gateway.ts';

judged('a first apply of everything', () => {
  let realGateway: RealGateway;
  let before = '';

  beforeAll(async () => {
    before = await file();
    realGateway = await openRealGateway(everything(), { policy: { allow: [], 'max-deletes': '30%' } });
  });
  afterAll(() => realGateway.leave());

  test('is refused by the guards it meets, each with its override, and nothing is written', async () => {
    const { exit, out } = await realGateway.holdfast('apply', '--yes');
    expect(exit).toBe(4);
    expect(out).toMatch(/refused literal-secret .*\n.*\n *or {2}--allow literal-secret/);
    expect(await file()).toBe(before);
  });

  test('is applied and verified with the allowances', async () => {
    await realGateway.settings({ target: { adopted: true } });
    const { exit, out, err } = await realGateway.holdfast('apply', '--yes');
    expect({ exit, text: exit === 0 ? '' : out + err }).toEqual({ exit: 0, text: '' });
    expect(out).toMatch(/applied and verified/);
    expect(out).not.toMatch(/effect on requests not tested/);
    expect(await admits('sk-test-client-1')).toBe(200);
    expect(await admits()).toBe(401);
  });

  test('leaves nothing to do, also after others write something else', async () => {
    await inSync(realGateway);
    await unrelatedWrite();
    await inSync(realGateway);
  });

  test('keeps the comments above the keys of the file', async () => {
    const comments = (text: string): string[] => text.match(/^#.*\w.*$(?=\n[a-z])/gm) ?? [];
    const kept = new Set((await file()).split('\n').map((line) => line.trim()));
    const lost = comments(before).filter((comment) => !kept.has(comment.trim()));
    expect(lost).toEqual([]);
  });

  withRestart('holds after a restart', async () => {
    await restart();
    await inSync(realGateway);
  });
});
