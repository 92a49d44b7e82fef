// A daemon with a canary and a second target, each with a gateway of its own.
import { afterEach, expect, test } from '@jest/globals';
import { runDaemon } from '../../../src/daemon/daemon.ts';
import type { DaemonOperations } from '../../../src/daemon/core/daemon-operations.ts';
import type { TargetSet } from '../../../src/daemon/core/target-set.ts';
import type { Rollout } from '../../../src/domain/state/rollout.ts';
import type { Strategy } from '../../../src/domain/strategy.ts';
import { type Fixture, setup, teardown } from '../../apply/setup.ts';
import { until } from '../../support/until.ts';
import { listener, type Told } from '../builders.ts';
import { retries } from '../setup.ts';

const STRATEGY: Strategy = {
  waves: [
    { name: 'canary', targets: ['canary'] },
    { name: 'rest', targets: ['other'] },
  ],
  maxParallel: 5,
  soakMs: 0,
  stopOn: 'failure',
};

const FIRST = { mode: 'enforce', desired: retries(2) } as const;

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await teardown();
});

interface Fleet extends Told {
  readonly canary: Fixture;
  readonly other: Fixture;
  readonly operations: DaemonOperations;
  declare(text: string): Promise<void>;
  /** Resolves when the rollout is so, with the record. */
  rollout(is: (rollout: Rollout) => boolean): Promise<Rollout>;
  looked(target: string): Promise<void>;
}

async function fleet(): Promise<Fleet> {
  const [canary, other] = [await setup(FIRST), await setup(FIRST)];
  const stages = { canary, other };
  const { store, clock } = canary;
  const told = listener();
  const stop = new AbortController();
  const targets = Object.entries(stages).map(([name, at]) => ({ ...at.context.target, name }));
  const place: TargetSet = {
    targets,
    store,
    strategy: STRATEGY,
    daemon: { drift: '0 0 1 1 *' },
    watched: [],
    contextOf: (target, heard) => ({
      ...(target.name === 'canary' ? canary : other).context,
      target,
      store,
      listener: heard,
    }),
    adopt: () => Promise.reject(new Error('no repository')),
    [Symbol.asyncDispose]: async () => {},
  };
  let operations: DaemonOperations | undefined;
  const ended = runDaemon({
    open: async () => ({ ...place }),
    clock,
    reporter: told.reporter,
    signal: stop.signal,
    watch: () => ({ follow: async () => {}, [Symbol.asyncDispose]: async () => {} }),
    services: (given) => {
      operations = given;
      return [];
    },
  });
  ends.push(async () => {
    stop.abort();
    await ended;
  });
  const rollout: Fleet['rollout'] = async (is) => {
    let found: Rollout | undefined;
    await until(
      async () => {
        found = await store.rollout();
        return found !== undefined && is(found);
      },
      () => JSON.stringify(found),
    );
    return found as Rollout; // it is there
  };
  await until(() => operations !== undefined);
  const running = operations as unknown as DaemonOperations; // it has started
  return {
    ...told,
    canary,
    other,
    operations: running,
    async declare(text) {
      await canary.declare(text);
      await other.declare(text);
      running.reload('files');
    },
    rollout,
    async looked(target) {
      const before = told.outcomes.length;
      running.look(target);
      await until(() => told.outcomes.slice(before).some((outcome) => outcome.target === target));
    },
  };
}

const done = ({ phase }: Rollout): boolean => phase === 'done';

test('a failed canary stops the rest, which stays at its revision; then resume and undo', async () => {
  const at = await fleet();
  await at.rollout(done); // the first revision
  at.canary.sandbox.fault('drop-writes');
  await at.declare(retries(4));
  const stopped = await at.rollout(({ phase }) => phase === 'stopped');
  expect(stopped.targets).toMatchObject({ canary: { phase: 'failed' }, other: { phase: 'waiting' } });
  expect(stopped.why).toMatch(/^canary: rolled-back/);
  expect(at.notes.filter((note) => note.includes('is stopped'))).toHaveLength(1);

  // What is in force for the other target is enforced, and that isn't its turn.
  await at.other.panel('PUT', 'request-retry', { value: 9 });
  await at.looked('other');
  expect(await at.other.file()).toContain('request-retry: 2');
  await at.looked('other');
  expect(at.outcomes.findLast(({ target }) => target === 'other')).toMatchObject({ kind: 'waiting' });
  expect((await at.canary.store.rollout())?.targets['other']?.phase).toBe('waiting');

  at.canary.sandbox.clearFaults('drop-writes');
  await at.operations.rollout('resume', { by: 'alice' });
  await at.rollout(done);
  expect(await at.canary.file()).toContain('request-retry: 4');
  expect(await at.other.file()).toContain('request-retry: 4');

  await at.operations.rollout('undo', { by: 'alice' });
  const undone = await at.rollout(({ phase }) => phase === 'undone');
  expect(undone.targets).toMatchObject({ canary: { phase: 'undone' }, other: { phase: 'undone' } });
  expect(await at.canary.file()).toContain('request-retry: 2');
  expect(await at.other.file()).toContain('request-retry: 2');
  await at.looked('other');
  expect(await at.other.file()).toContain('request-retry: 2');
});

test('a newer revision replaces what has not started, also while it is paused', async () => {
  const at = await fleet();
  await at.rollout(done);
  at.canary.sandbox.fault('drop-writes');
  await at.declare(retries(4));
  await at.rollout(({ phase }) => phase === 'stopped');
  await expect(at.operations.rollout('pause')).rejects.toMatchObject({
    problems: [{ code: 'HF7063', message: "the rollout can't pause: it is stopped" }],
  });
  at.canary.sandbox.clearFaults('drop-writes');
  const { id } = await at.operations.rollout('abort');
  await at.declare(retries(5));
  const next = await at.rollout((rollout) => rollout.id !== id && done(rollout));
  expect(next.supersedes).toBe(id);
  expect(await at.other.file()).toContain('request-retry: 5');
  await expect(at.operations.rollout('undo', { id })).rejects.toMatchObject({
    problems: [{ code: 'HF7063' }],
  });
});
