// Everything that a run does to the world outside of it, one effect after the other: operations of the Store and
// exchanges with the gateway. A hook stands between the run and each effect.
import type { Context } from '../../src/apply/apply.ts';
import type { Purpose } from '../../src/gateway/client/client.ts';
import { createClient } from '../../src/gateway/client/http-client.ts';
import {
  type Exchange,
  openTransport,
  type Received,
  type Transport,
} from '../../src/gateway/client/transport.ts';
import type { Journal } from '../../src/domain/state/state.ts';
import { authMemoryOf } from '../../src/state/auth-memory.ts';
import type { Lease, Store } from '../../src/state/store.ts';
import type { Fixture } from '../apply/setup.ts';

export type Operation =
  | 'lock'
  | 'release'
  | 'read'
  | 'update'
  | 'reserve'
  | 'journal'
  | 'writeJournal'
  | 'closeJournal'
  | 'saveBackup'
  | 'pinBackup'
  | 'appendHistory';

export type Effect =
  | { readonly kind: 'store'; readonly operation: Operation; readonly journal?: Journal }
  | {
      readonly kind: 'http';
      readonly method: string;
      readonly path: string;
      readonly purpose: Purpose;
      readonly body: string;
    };

export type HttpEffect = Extract<Effect, { readonly kind: 'http' }>;

export interface Hook {
  store<T>(effect: Effect, work: () => Promise<T>): Promise<T>;
  http(effect: HttpEffect, work: () => Promise<Received>): Promise<Received>;
}

export interface Wired {
  readonly context: Partial<Context>;
  /** The process is dead: nothing that it does has an effect from now on, and nothing answers it. */
  cut(): Promise<void>;
  /** New connections to the gateway: it has restarted. */
  reconnect(): Promise<void>;
  /** Resolves when the process dies. */
  readonly died: Promise<void>;
  close(): Promise<void>;
}

const OPERATIONS = [
  'read',
  'update',
  'reserve',
  'journal',
  'writeJournal',
  'closeJournal',
  'saveBackup',
  'pinBackup',
  'appendHistory',
] as const satisfies readonly (Operation & keyof Store)[];

/** A context whose effects go through the hook. */
export function wired({ context }: Pick<Fixture, 'context'>, hook: Hook): Wired {
  let isDead = false;
  let die = (): void => {};
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  const leases: Lease[] = [];
  let wire = openTransport(context.target.tls);

  /** A dead process neither goes on nor cleans up: its promises stay open. */
  const alive = <T>(work: () => Promise<T>): Promise<T> => {
    if (isDead) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      work().then(
        (value) => void (isDead || resolve(value)),
        (error: unknown) => void (isDead || reject(error as Error)),
      );
    });
  };

  const store = storeOf(context.store, hook, alive, leases);
  const connect: Context['connect'] = (lease) => {
    let purpose: Purpose = 'observe';
    const transport: Transport = {
      exchange: (exchange) => hook.http(effectOf(exchange, purpose), () => wire.exchange(exchange)),
      close: async () => undefined,
    };
    const client = createClient(context.target, {
      clock: waiting,
      lease,
      transport,
      authMemory: authMemoryOf(store, context.target.name),
    });
    return {
      ...client,
      target: client.target,
      send: (request) =>
        alive(() => {
          ({ purpose } = request);
          return client.send(request);
        }),
    };
  };
  const waiting: Context['clock'] = {
    now: () => context.clock.now(),
    sleep: (ms, signal) => alive(() => context.clock.sleep(ms, signal)),
  };
  return {
    context: { store, connect, clock: waiting, loadDesired: () => alive(context.loadDesired) },
    died,
    cut: async () => {
      isDead = true;
      // The next process finds that the holder is dead (test/state/files has real ones) and takes the lock.
      for (const lease of leases) await lease.release();
      die();
    },
    reconnect: async () => {
      await wire.close();
      wire = openTransport(context.target.tls);
    },
    close: () => wire.close(),
  };
}

type Alive = <T>(work: () => Promise<T>) => Promise<T>;

function storeOf(real: Store, hook: Hook, alive: Alive, leases: Lease[]): Store {
  const operations = OPERATIONS.map((operation) => {
    const work = real[operation] as (...args: readonly unknown[]) => Promise<unknown>; // all are async methods
    return [
      operation,
      (...args: readonly unknown[]) => {
        const journal = operation === 'writeJournal' ? { journal: args[1] as Journal } : {};
        return alive(() => hook.store({ kind: 'store', operation, ...journal }, () => work(...args)));
      },
    ] as const;
  });
  const lock: Store['lock'] = (target, owner, options) =>
    alive(() =>
      hook.store({ kind: 'store', operation: 'lock' }, async () => {
        const lease = await real.lock(target, owner, options);
        leases.push(lease);
        return {
          remainingMs: () => lease.remainingMs(),
          release: () =>
            alive(() => hook.store({ kind: 'store', operation: 'release' }, () => lease.release())),
        };
      }),
    );
  return Object.assign(Object.create(real) as Store, Object.fromEntries(operations), { lock });
}

const effectOf = ({ method, url, body = '' }: Exchange, purpose: Purpose): HttpEffect => ({
  kind: 'http',
  method,
  path: url.pathname,
  purpose,
  body,
});
