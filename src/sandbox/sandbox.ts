// The interface of the embedded gateway: stop, restart, simulate faults, inspect. `start.ts` starts it.
import type { SandboxClock } from './gateway/clock.ts';
import type { Api } from './gateway/dialect.ts';
import type { FaultName } from './gateway/faults.ts';
import { type Delays, type SandboxStates } from './gateway/states.ts';

export type { Api, FaultName };
export const DELAYS: Delays = { debounceMs: 150, reloadStartMs: 1, reloadMs: 4, pollMs: 10, bcryptMs: 0 };

export interface SandboxOptions {
  /** Which generation of the gateway it is. Default: `v7`. */
  readonly api?: Api;
  /** Of v8: `A` are the first releases, based only on reading the source (C v8 §0). Default: `B`. */
  readonly generation?: 'A' | 'B';
  /** Its config.yaml; read at start and rewritten as the real gateway does. */
  readonly file: string;
  /** 0 uses a free port. Absent: the port of the file. */
  readonly port?: number;
  /** Absent: the host of the file; all interfaces if that is empty. */
  readonly host?: string;
  /** The local password, `--password` of the real one (C v0 §1.4). */
  readonly password?: string;
  /** Only `MANAGEMENT_PASSWORD` and `HOME` are read. Default: nothing is set. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `NAME` or `NAME=ARGUMENT`. */
  readonly faults?: readonly string[];
  /** `X-CPA-VERSION` and its companions. */
  readonly build?: {
    readonly version?: string;
    readonly commit?: string;
    readonly buildDate?: string;
    readonly supportsPlugins?: boolean;
  };
  readonly delays?: Partial<Delays>;
  /** The clock for its delays, timers and bans. Default: real time. */
  readonly clock?: SandboxClock;
  /** Of the hashes it creates; 10 in reality, 4 here to save time. */
  readonly bcryptCost?: number;
}

export interface LoggedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: string;
  readonly status: number;
  /** ms since the epoch. */
  readonly at: number;
}

export interface Sandbox {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  readonly file: string;
  stop(): Promise<void>;
  /** Stops the process and starts it again with the same file and port; false if it doesn't start. */
  restart(): Promise<boolean>;
  /** Turns a fault on. Throws a HoldfastError for an unknown name or argument. */
  fault(name: FaultName, argument?: string): void;
  /** Turns one fault off, or all of them. */
  clearFaults(name?: FaultName): void;
  states(): SandboxStates;
  /** Resolves when no reload is running or due and the watcher has checked the current file. */
  settled(): Promise<void>;
  /** All answered requests, oldest first; `clearRequests` removes them. */
  readonly requests: readonly LoggedRequest[];
  clearRequests(): void;
}
