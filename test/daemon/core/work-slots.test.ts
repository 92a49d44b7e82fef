import { describe, expect, test } from '@jest/globals';
import { createWorkSlots, type Waiting } from '../../../src/daemon/core/work-slots.ts';

/** Resolved by hand. */
function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('slots of work', () => {
  test('are lent while a check waits, and are back before it continues', async () => {
    const slots = createWorkSlots(1);
    const [answer, other] = [gate(), gate()];
    const done: string[] = [];
    const first = slots.hold(async (waiting) => {
      await waiting(() => answer.opened);
      done.push('first');
    });
    const second = slots.hold(async () => {
      done.push('second begins');
      await other.opened;
      done.push('second ends');
    });
    const third = slots.hold(async () => void done.push('third'));
    await breathe();
    answer.open();
    await breathe();
    expect(done).toEqual(['second begins']);
    other.open();
    await Promise.all([first, second, third]);
    expect(done).toEqual(['second begins', 'second ends', 'first', 'third']);
  });

  test('are as many as before, after waits that overlap, fail, or come while the slot comes back', async () => {
    const slots = createWorkSlots(2);
    const failing = (waiting: Waiting): Promise<unknown> =>
      waiting(() => Promise.reject(new Error('broken'))).catch(() => undefined);
    const work = (): Promise<void> =>
      slots.hold(async (waiting) => {
        await Promise.all([waiting(breathe), failing(waiting), breathe().then(() => failing(waiting))]);
        await waiting(breathe);
      });
    await Promise.all(Array.from({ length: 10 }, work));
    await expect(slots.hold(() => Promise.reject(new Error('ended')))).rejects.toThrow('ended');
    let atOnce = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 6 }, () =>
        slots.hold(async () => {
          most = Math.max(most, (atOnce += 1));
          await breathe();
          atOnce -= 1;
        }),
      ),
    );
    expect(most).toBe(2);
  });
});
