// The gateway behind the HTTP server: five states that agree only when all reloads have finished (design-v8 rule 3)
// and the steps that change them: field write, PUT of the file, reload (C v0 §2.3, §6). Knows no HTTP.
import { type LoadOptions, type Memory } from '../../gateway/model/model.ts';
import type { SandboxClock } from './clock.ts';
import type { Dialect } from '../../gateway/dialect.ts';
import { type Disk, diskOf } from './disk.ts';
import type { Faults } from './faults.ts';
import { type Held, holds, type LoadText, textLoader } from './held.ts';
import { type Reloads, reloadsOf } from './reloads.ts';
import type { SaveOptions } from '../../gateway/v8/save.ts';
import { hashWith } from './secrets.ts';
import { type Watcher, watchFile } from './watcher.ts';
import { isFailure, type LoadFailure } from '../../yaml/failure.ts';
import type { Delays, SandboxStates } from './states.ts';

export interface GatewayOptions {
  readonly path: string;
  readonly dialect: Dialect;
  readonly delays: Delays;
  readonly clock: SandboxClock;
  readonly faults: Faults;
  readonly home: string | undefined;
  readonly bcryptCost: number;
}

/** The result of a write: `undefined` is success, otherwise the gateway's error. */
export type Complaint =
  | { readonly kind: 'save'; readonly message: string }
  | {
      readonly kind: 'invalid_yaml' | 'invalid_config' | 'write_failed' | 'reload_failed';
      readonly message: string;
    };

export interface Gateway {
  states(): SandboxStates;
  memory(): Memory;
  runtime(): Memory;
  /** `auth-index` by ID of what the runtime has registered. */
  authIndex(): ReadonlyMap<string, string>;
  readFile(): string | undefined;
  /** Why `readFile` returned nothing. */
  readProblem(): string;
  /** Memory gets a field write, saved or not; the reload follows (C v0 §6.1). */
  fieldWrite(memory: Memory, how?: SaveOptions): Complaint | undefined;
  /** A v8 write (C v8 §4.1 steps 9 and 10): the file, memory immediately, the reload follows. */
  storeV8(written: { readonly text: string; readonly memory: Memory }): Complaint | undefined;
  /** How texts load here, for responses that are about the file alone. */
  readonly loadOptions: LoadOptions;
  /** `PUT /config.yaml` (C v0 §2.3): memory immediately, the runtime through the watcher. */
  replaceFile(body: string): Complaint | undefined;
  /** An immediate reload, as the toggle of a credential causes it (C v0 §3.6). */
  reloadNow(): void;
  settled(): Promise<void>;
  stop(): void;
}

/** How often `settled` checks whether all reloads have finished. */
const SETTLING_MS = 2;

/** Starts with the current file, or reports why the process would exit immediately. */
export function startGateway(options: GatewayOptions): Gateway | LoadFailure {
  const { dialect, delays, clock, faults, path } = options;
  const disk = diskOf(path);
  const loadOptions: LoadOptions = {
    hash: hashWith(options.bcryptCost),
    ...(options.home !== undefined && { home: options.home }),
  };
  const loadText = textLoader(disk, dialect, loadOptions);
  const text = disk.read();
  if (text === undefined) return { ok: false, stage: 'decode', message: disk.problem() };
  const memory = loadText(text);
  if (isFailure(memory)) return memory as LoadFailure; // A text that is there fails only to load.

  const held = holds(memory, disk);
  const reloads = reloadsOf({ held, disk, loadText, delays, clock, faults });
  const watcher = watchFile({
    path,
    clock,
    pollMs: delays.pollMs,
    debounceMs: delays.debounceMs,
    changed: () => {
      if (!faults.active('dead-watcher')) reloads.afterChange();
    },
  });
  return {
    states: () => ({
      file: disk.read(),
      memory: held.memory,
      runtime: held.runtime,
      loadedHash: held.loadedHash,
      watcherAlive: watcher.alive() && !faults.active('dead-watcher'),
    }),
    loadOptions,
    memory: () => held.memory,
    runtime: () => held.runtime,
    authIndex: () => held.authIndex,
    readFile: () => disk.read(),
    readProblem: () => disk.problem(),
    ...writesOf(options, { disk, held, reloads, watcher, loadText, loadOptions }),
    reloadNow: () => reloads.now(),
    settled: async () => {
      for (watcher.look(); reloads.busy() || watcher.pending(); watcher.look())
        await clock.sleep(SETTLING_MS);
    },
    stop: () => {
      watcher.close();
      reloads.stop();
    },
  };
}

interface Parts {
  readonly disk: Disk;
  readonly held: Held;
  readonly reloads: Reloads;
  readonly watcher: Watcher;
  readonly loadText: LoadText;
  readonly loadOptions: LoadOptions;
}

function writesOf(
  options: GatewayOptions,
  { disk, held, reloads, watcher, loadText, loadOptions }: Parts,
): Pick<Gateway, 'fieldWrite' | 'storeV8' | 'replaceFile'> {
  const { dialect, faults, path } = options;
  return {
    fieldWrite: (next, how) => {
      held.memory = next;
      const problem = saved(next, disk, options, how);
      if (problem !== undefined) return { kind: 'save', message: problem };
      watcher.look();
      reloads.afterWrite();
      return undefined;
    },
    storeV8: ({ text: next, memory: parsed }) => {
      const failed = faults.strikes('save-failure');
      const problem = failed ? `open ${path}: permission denied` : disk.write(next);
      if (problem !== undefined) return { kind: 'write_failed', message: problem };
      held.memory = parsed;
      watcher.look();
      reloads.afterV8Write();
      return undefined;
    },
    replaceFile: (body) => {
      const written = dialect.put(body);
      const refused = refusalOf(body, dialect, loadOptions) ?? notWritten(written, disk, faults);
      if (refused) return refused;
      watcher.look();
      const loaded = loadText(written);
      if (isFailure(loaded)) return { kind: 'reload_failed', message: loaded.message };
      held.memory = loaded as Memory; // Not a failure.
      return undefined;
    },
  };
}

/** Saves memory into the file; returns why it failed (C v0 §6.2). */
function saved(
  memory: Memory,
  disk: Disk,
  { dialect, faults }: GatewayOptions,
  how: SaveOptions | undefined,
): string | undefined {
  if (faults.strikes('save-failure')) return `open ${disk.path}: permission denied`;
  const before = disk.read();
  if (before === undefined) return disk.problem();
  const after = dialect.save(before, memory, how);
  return after.ok ? disk.write(after.text) : after.message;
}

/** Steps 3 and 4 of `PUT /config.yaml`: the file for validation next to it, then the text in its place. */
function notWritten(text: string, disk: Disk, faults: Faults): Complaint | undefined {
  const beside = disk.validationProblem();
  if (beside !== undefined) return { kind: 'write_failed', message: beside };
  const failed = faults.strikes('save-failure') || disk.write(text) !== undefined;
  return failed ? { kind: 'write_failed', message: 'failed to write config' } : undefined;
}

/** The 400 and the 422 of `PUT /config.yaml`. */
function refusalOf(body: string, dialect: Dialect, options: LoadOptions): Complaint | undefined {
  const refused = dialect.refuses(body, options);
  if (!refused) return undefined;
  return { kind: refused.stage === 'decode' ? 'invalid_yaml' : 'invalid_config', message: refused.message };
}
