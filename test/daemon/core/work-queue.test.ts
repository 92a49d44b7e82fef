import { describe, expect, test } from '@jest/globals';
import { createWorkQueue } from '../../../src/daemon/core/work-queue.ts';
import type { Trigger } from '../../../src/domain/state/check-record.ts';

/** Work that is begun and ended by hand. */
function workshop() {
  const begun: string[] = [];
  const failures: unknown[] = [];
  const open = new Map<string, (error?: Error) => void>();
  const dead = new Set<string>();
  const timers = new Set<{ readonly ms: number; readonly act: () => void }>();
  const line = createWorkQueue(
    (target: string, trigger: Trigger) =>
      new Promise((resolve, reject) => {
        begun.push(`${target} ${trigger}`);
        open.set(target, (error) => (error ? reject(error) : resolve()));
      }),
    (error) => failures.push(error),
    {
      atOnce: 2,
      unreachableAtOnce: 1,
      isUnreachable: (target) => dead.has(target),
      wait: (ms, act) => {
        const timer = { ms, act };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
  );
  const end = async (target: string, error?: Error): Promise<void> => {
    open.get(target)?.(error);
    await breathe();
  };
  /** Everything that waits for so long, or less. */
  const pass = async (ms: number): Promise<void> => {
    for (const timer of [...timers].toSorted((a, b) => a.ms - b.ms)) {
      if (timer.ms > ms || !timers.delete(timer)) continue;
      timer.act();
    }
    await breathe();
  };
  return { line, begun, failures, end, dead, timers, pass };
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

  test('targets that could not be reached wait for each other, and for nobody else', async () => {
    const { line, begun, dead } = workshop();
    for (const target of ['x', 'y']) dead.add(target);
    for (const target of ['x', 'y', 'a', 'b']) line.look(target, 'schedule');
    await breathe();
    expect(begun).toEqual(['x schedule', 'a schedule', 'b schedule']);
  });

  test('work that takes long leaves its place to others, and stays alone on its target', async () => {
    const { line, begun, end, pass } = workshop();
    for (const target of ['slow', 'slower', 'a', 'b']) line.look(target, 'start');
    await breathe();
    line.look('slow', 'files');
    await breathe();
    expect(begun).toEqual(['slow start', 'slower start']);
    await pass(5000);
    expect(begun).toEqual(['slow start', 'slower start', 'a start', 'b start']);
    await end('a');
    await end('slow');
    expect(begun.slice(4)).toEqual(['slow files']);
    let idle = false;
    const done = line.idle().then(() => (idle = true));
    for (const target of ['b', 'slow']) await end(target);
    expect(idle).toBe(false);
    await end('slower');
    await done;
  });

  test('a tick checks few targets at once, and spreads many by their names', async () => {
    const { line, begun, timers, pass } = workshop();
    line.tick(['a', 'b'], 60_000);
    await pass(0);
    expect(begun).toEqual(['a schedule', 'b schedule']);
    const many = Array.from({ length: 100 }, (_, i) => `gateway-${i}`);
    line.tick(many, 60_000);
    expect(new Set([...timers].map(({ ms }) => ms)).size).toBeGreaterThan(90);
    const waits = [...timers].map(({ ms }) => ms).filter((ms) => ms !== 5000);
    expect(['a', ...many].map((name) => line.offset(name))).toEqual([0, ...waits]);
    line.tick(many, 60_000);
    expect([...timers].filter(({ ms }) => ms !== 5000)).toHaveLength(100);
    line.clear();
    expect([...timers].filter(({ ms }) => ms !== 5000)).toEqual([]);
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
