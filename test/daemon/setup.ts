// A daemon in a setup: the engine's real one, a sandbox gateway, settings that a test can change, and ears everywhere.
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runDaemon } from '../../src/daemon/daemon.ts';
import type { DaemonOperations } from '../../src/daemon/core/daemon-operations.ts';
import type { Service, Services } from '../../src/daemon/core/service.ts';
import type { TargetSet } from '../../src/daemon/core/target-set.ts';
import type { Watch } from '../../src/daemon/core/watch.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { Outcome, OutcomeKind } from '../../src/domain/outcome/outcome.ts';
import type { Mode } from '../../src/domain/target.ts';
import type { DaemonSettings } from '../../src/settings/settings.ts';
import { DESIRED, type Fixture, setup, type SetupOptions, teardown } from '../apply/setup.ts';
import { until } from '../support/until.ts';
import { listener, type Told } from './builders.ts';

const running: (() => Promise<void>)[] = [];

const NO_WATCH: Watch = { follow: async () => {}, [Symbol.asyncDispose]: async () => {} };

/** For afterEach. */
export async function endAll(): Promise<void> {
  for (const end of running.splice(0)) await end();
  await teardown();
}

export interface Running extends Omit<Fixture, 'events'>, Told {
  readonly dir: string;
  readonly settings: string;
  readonly operations: DaemonOperations;
  /** As SIGHUP does. */
  readonly hangUp: () => void;
  /** Resolves with the next outcome that was not returned yet. */
  next(kind?: OutcomeKind): Promise<Outcome>;
  /** Resolves when the daemon has ended. */
  stop(): Promise<void>;
}

export interface Options extends SetupOptions {
  readonly services?: readonly Service[] | Services;
  /** More settings of the daemon. */
  readonly daemon?: Partial<DaemonSettings>;
  readonly clock?: (base: Clock) => Clock;
  readonly drift?: string;
  /** Files are checked only on request: no check comes between what a test does. `false` */
  readonly unwatched?: boolean;
  /** Reopens the settings, after the first time. */
  readonly reopen?: (place: TargetSet) => TargetSet;
}

export async function daemon(
  options: Options = {},
  prepare: (fixture: Fixture) => Promise<void> = async () => {},
): Promise<Running> {
  const at = await setup(options);
  await prepare(at);
  const told = listener();
  const stop = new AbortController();
  const dir = dirname(at.context.target.desired[0] ?? '');
  const settings = join(dir, 'holdfast.yaml');
  await writeFile(settings, '');
  const clock = options.clock?.(at.context.clock) ?? at.context.clock;
  const first: TargetSet = {
    targets: [at.context.target],
    store: at.store,
    daemon: { drift: options.drift ?? '0 0 1 1 *', ...options.daemon },
    watched: [settings],
    contextOf: (target, heard) => ({ ...at.context, target, clock, listener: heard }),
    adopt: () => Promise.reject(new Error('no repository')),
    [Symbol.asyncDispose]: async () => {},
  };
  let opened = 0;
  const open = async (): Promise<TargetSet> => {
    opened += 1;
    return opened > 1 && options.reopen ? options.reopen(first) : { ...first };
  };
  let operations: DaemonOperations | undefined;
  let hangUp = (): void => {};
  const ended = runDaemon({
    open,
    clock,
    reporter: told.reporter,
    signal: stop.signal,
    services: (given) => {
      operations = given;
      const { services = [] } = options;
      return typeof services === 'function' ? services(given) : services;
    },
    ...(options.unwatched && { watch: () => NO_WATCH }),
    onHangup: (reload) => {
      hangUp = reload;
    },
  });
  let seen = 0;
  const end = async (): Promise<void> => {
    stop.abort();
    await ended;
  };
  running.push(end);
  return {
    ...at,
    ...told,
    dir,
    settings,
    hangUp: () => hangUp(),
    get operations() {
      if (!operations) throw new Error('the daemon has not opened yet');
      return operations;
    },
    next: async (kind) => {
      const kinds = (): string[] => told.outcomes.map((one) => one.kind);
      for (;;) {
        await until(
          () => told.outcomes.length > seen,
          () => `${kind ?? 'an outcome'} after ${kinds().join(', ')}`,
        );
        const outcome = told.outcomes[seen] as Outcome; // it has come
        seen += 1;
        if (kind === undefined || outcome.kind === kind) return outcome;
      }
    },
    stop: end,
  };
}

export const retries = (count: number): string =>
  DESIRED.replace('request-retry: 1', `request-retry: ${count}`);
export const inMode = (mode: Mode): Options => ({ mode });

/** Long waits end immediately, and time advances; the gateway's windows do not. */
export function impatient(base: Clock): Clock {
  let ahead = 0;
  return {
    now: () => base.now() + ahead,
    sleep: async (ms, signal) => {
      if (ms < 4000) return base.sleep(ms, signal);
      ahead += ms;
      await base.sleep(20, signal);
    },
  };
}
