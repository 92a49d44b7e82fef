// The faults of the matrix: what happens at a step instead of, before or after its effect.
import { TransportError, type Received } from '../../src/gateway/client/transport.ts';
import { explained } from '../../src/state/files/disk.ts';
import { MANAGEMENT_KEY, type Fixture } from '../apply/setup.ts';
import { isWrite } from './steps.ts';
import type { Effect, HttpEffect, Wired } from './wire.ts';

/** The world of one run, as a fault finds it. */
export interface World {
  readonly fixture: Fixture;
  readonly wired: () => Wired;
  readonly stop: AbortController;
  /** The last answer of the gateway to a request under the management key. */
  readonly lastAnswer: () => Received | undefined;
  /** An edit by others, before and after. */
  readonly foreign: (act: () => Promise<unknown>) => Promise<void>;
  /** What happens when the run is over. */
  later: () => Promise<void>;
}

type Work<T> = () => Promise<T>;

export interface Fault {
  readonly title: string;
  /** It lasts until the run is over; otherwise it happens once. */
  readonly lasts?: true;
  readonly store?: <T>(world: World, work: Work<T>, effect: Effect) => Promise<T>;
  readonly http?: (world: World, work: Work<Received>, effect: HttpEffect) => Promise<Received>;
  /** Why it doesn't apply; undefined: it does. */
  readonly except?: (effect: Effect) => string | undefined;
}

/** As the gateway answers before it has answered anything else. */
const REPLY: Received = {
  status: 200,
  headers: { 'x-cpa-version': '7.2.140' },
  body: '{"status":"ok"}',
  ms: 1,
};
const TIMEOUT_MS = 20_000;

const reply = ({ lastAnswer }: World, status: number, body: string): Received => ({
  ...(lastAnswer() ?? REPLY),
  status,
  body,
});

const onlyWrites = (effect: Effect): string | undefined =>
  isWrite(effect) ? undefined : 'only a request that changes the gateway has two results';

const refused = async (): Promise<never> => {
  throw new TransportError('connecting', 'broken', 'ECONNREFUSED');
};
const broken = (): TransportError => new TransportError('sent', 'broken', 'ECONNRESET');

const silent = async ({ fixture }: World): Promise<never> => {
  await fixture.clock.sleep(TIMEOUT_MS);
  throw new TransportError('sent', 'timeout', undefined);
};

const never = <T>(): Promise<T> => new Promise(() => undefined);

async function cut(world: World): Promise<never> {
  await world.wired().cut();
  throw new Error('the process is dead');
}

const dies = async <T>({ wired }: World): Promise<T> => {
  await wired().cut();
  return never();
};

const SAVED = '{"error":"failed to save config"}';

const editing =
  (path: string, body: unknown) =>
  async <T>({ fixture, foreign }: World, work: Work<T>): Promise<T> => {
    await foreign(() => fixture.panel('PUT', path, body));
    return work();
  };

const asOthers = editing('logging-to-file', { value: true });
const overOurs = editing('request-retry', { value: 99 });

const terminated = <T>({ stop }: World, work: Work<T>): Promise<T> => {
  stop.abort();
  return work();
};

const noSpace = (): Promise<never> =>
  explained('the state directory', () =>
    Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })),
  );

const READING = new Set(['read', 'journal', 'release']);

export const FAULTS = {
  kill: {
    title: 'kill -9 before',
    store: dies,
    http: cut,
  },
  'kill-done': {
    title: 'kill -9 right after',
    store: async (world, work) => {
      await work();
      return dies(world);
    },
    http: async (world, work) => {
      await work();
      return cut(world);
    },
    except: (effect) =>
      effect.kind === 'store' || isWrite(effect)
        ? undefined
        : 'a read changes nothing, so this is the same as before it',
  },
  term: { title: 'SIGTERM', store: terminated, http: terminated },
  refused: { title: 'connection refused, once', http: refused },
  gone: { title: 'connection refused from here on', lasts: true, http: refused },
  reset: {
    title: 'connection reset, request lost',
    http: async () => {
      throw broken();
    },
  },
  'reset-done': {
    title: 'connection reset, request done',
    http: async (_, work) => {
      await work();
      throw broken();
    },
    except: onlyWrites,
  },
  timeout: { title: 'no answer in time, request lost', http: silent },
  'timeout-done': {
    title: 'no answer in time, request done',
    http: async (world, work) => {
      await work();
      return silent(world);
    },
    except: onlyWrites,
  },
  silent: { title: 'no answers from here on', lasts: true, http: silent },
  truncated: {
    title: 'truncated answer',
    http: async (_, work) => {
      await work();
      throw new TransportError('answering', 'broken', 'UND_ERR_SOCKET');
    },
  },
  error: { title: '500, request not done', http: async (world) => reply(world, 500, SAVED) },
  'error-done': {
    title: '500, request done',
    http: async (_, work) => ({ ...(await work()), status: 500, body: SAVED }),
    except: onlyWrites,
  },
  errors: {
    title: '500 from here on, nothing done',
    lasts: true,
    http: async (world) => reply(world, 500, SAVED),
  },
  dropped: {
    title: '200, request dropped',
    http: async (world) => reply(world, 200, REPLY.body),
    except: onlyWrites,
  },
  resurrected: {
    title: '200, and the former file comes back while it settles',
    http: async ({ fixture }, work) => {
      const former = await fixture.file();
      const answer = await work();
      fixture.clock.setTimer(200, () => void fixture.writeFile(former));
      return answer;
    },
    except: onlyWrites,
  },
  'resurrected-later': {
    title: '200, and the former file comes back after the run',
    http: async (world, work) => {
      const former = await world.fixture.file();
      world.later = () => world.fixture.writeFile(former);
      return work();
    },
    except: onlyWrites,
  },
  restart: {
    title: 'the gateway restarts',
    store: async ({ fixture, wired }, work) => {
      await fixture.sandbox.restart();
      await wired().reconnect();
      return work();
    },
    http: async ({ fixture, wired }, work) => {
      await work();
      await fixture.sandbox.restart();
      await wired().reconnect();
      throw broken();
    },
  },
  ban: {
    title: 'ban (403) from here on',
    http: async ({ fixture }, work, effect) => {
      // Half an hour, as the gateway bans after five failed logins from the same address.
      if (!effect.path.startsWith('/v1') && effect.path !== '/healthz') fixture.sandbox.fault('ban');
      return work();
    },
    lasts: true,
  },
  foreign: { title: 'others change something else', store: asOthers, http: asOthers },
  'foreign-same': {
    title: 'others change a value of the plan',
    store: overOurs,
    http: overOurs,
  },
  'disk-full': {
    title: 'full state disk from here on',
    lasts: true,
    store: async (_, work, effect) =>
      effect.kind === 'store' && READING.has(effect.operation) ? work() : noSpace(),
    http: (_, work) => work(),
    except: (effect) =>
      effect.kind === 'store' && effect.operation === 'release' ? 'a full disk lets the lock go' : undefined,
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[]; // its own keys

/** Texts that no output may contain. */
export const SECRETS = [
  MANAGEMENT_KEY,
  'sk-test-0001',
  'sk-test-0002',
  'sk-test-0003',
  'sk-test-up-1',
] as const;
