import { describe, expect, test } from '@jest/globals';
import { createWorkQueue } from '../../../src/daemon/core/work-queue.ts';
import type { Trigger } from '../../../src/domain/state/check-record.ts';

/** Work that is begun and ended by hand. */
function workshop() {
  const begun: string[] = [];
  const failures: unknown[] = [];
  const open = new Map<string, (error?: Error) => void>();
  const line = createWorkQueue(
    (target: string, trigger: Trigger) =>
      new Promise((resolve, reject) => {
        begun.push(`${target} ${trigger}`);
        open.set(target, (error) => (error ? reject(error) : resolve()));
      }),
    (error) => failures.push(error),
    2,
  );
  const end = async (target: string, error?: Error): Promise<void> => {
    open.get(target)?.(error);
    await breathe();
  };
  return { line, begun, failures, end };
}

const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('the line of work', () => {
  test('many triggers during a check cause one more check, with the most specific trigger', async () => {
    const { line, begun, end } = workshop();
    line.look('home', 'start');
    await breathe();
    for (const trigger of ['retry', 'schedule', 'files', 'schedule'] as const) line.look('home', trigger);
    await end('home');
    await end('home');
    expect(begun).toEqual(['home start', 'home files']);
  });

  test('a target is never checked twice at the same time, others are', async () => {
    const { line, begun, end } = workshop();
    line.look('home', 'start');
    line.look('eu', 'start');
    await breathe();
    line.look('home', 'files');
    await breathe();
    expect(begun).toEqual(['home start', 'eu start']);
    await end('home');
    expect(begun).toEqual(['home start', 'eu start', 'home files']);
  });

  test('no more targets at once than allowed', async () => {
    const { line, begun, end } = workshop();
    for (const target of ['a', 'b', 'c']) line.look(target, 'start');
    await breathe();
    expect(begun).toHaveLength(2);
    await end('a');
    expect(begun).toEqual(['a start', 'b start', 'c start']);
  });

  test('failed work is reported, and the target can be checked again', async () => {
    const { line, begun, failures, end } = workshop();
    line.look('home', 'start');
    await breathe();
    line.look('home', 'files');
    await end('home', new Error('broken'));
    expect(failures).toEqual([new Error('broken')]);
    expect(begun).toEqual(['home start', 'home files']);
  });

  test('clearing drops what waits; idle comes when what works is done', async () => {
    const { line, begun, end } = workshop();
    line.look('home', 'start');
    await breathe();
    line.look('home', 'files');
    line.clear();
    let idle = false;
    const done = line.idle().then(() => (idle = true));
    await breathe();
    expect(idle).toBe(false);
    await end('home');
    await done;
    expect(begun).toEqual(['home start']);
  });
});
