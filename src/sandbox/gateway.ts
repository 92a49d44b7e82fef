// The gateway behind the HTTP server: five states that agree only when everything has settled (design-v8 rule 3) and
// the steps that move them: field write, PUT of the file, reload (C v0 §2.3, §6). Knows no HTTP.
import type { Catalog } from '../gateway/catalog/field.ts';
import { parseDocument } from '../gateway/model/document.ts';
import { load } from '../gateway/model/load.ts';
import { isFailure, type LoadFailure, type LoadOptions, type Memory } from '../gateway/model/model.ts';
import { save } from '../gateway/model/save.ts';
import { type Disk, diskOf } from './disk.ts';
import type { Faults } from './faults.ts';
import { holds, textLoader } from './held.ts';
import { reloadsOf } from './reloads.ts';
import type { Delays, SandboxStates } from './sandbox.ts';
import { hashWith } from './secrets.ts';
import { watchFile } from './watcher.ts';

export interface GatewayOptions {
  readonly path: string;
  readonly catalog: Catalog;
  readonly delays: Delays;
  readonly faults: Faults;
  readonly home: string | undefined;
  readonly bcryptCost: number;
}

/** What a write came to: `undefined` is success, otherwise the gateway's complaint. */
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
  /** `auth-index` by id of what the runtime has registered. */
  authIndex(): ReadonlyMap<string, string>;
  readFile(): string | undefined;
  /** Why `readFile` gave nothing. */
  readProblem(): string;
  /** Memory takes a field write, saved or not; the reload follows (C v0 §6.1). */
  fieldWrite(memory: Memory): Complaint | undefined;
  /** `PUT /config.yaml` (C v0 §2.3): memory at once, the runtime by the watcher. */
  replaceFile(body: string): Complaint | undefined;
  /** A reload at once, as the toggle of a credential makes it (C v0 §3.6). */
  reloadNow(): void;
  settled(): Promise<void>;
  stop(): void;
}

/** Starts on the file as it is, or says why the process would end at once. */
export function startGateway(options: GatewayOptions): Gateway | LoadFailure {
  const { catalog, delays, faults, path } = options;
  const disk = diskOf(path);
  const loadOptions: LoadOptions = {
    hash: hashWith(options.bcryptCost),
    ...(options.home !== undefined && { home: options.home }),
  };
  const loadText = textLoader(disk, catalog, loadOptions);
  const text = disk.read();
  if (text === undefined) return { ok: false, stage: 'decode', message: disk.problem() };
  const memory = loadText(text);
  if (isFailure(memory)) return memory as LoadFailure; // A text that is there fails only to load.

  const held = holds(memory, disk);
  const reloads = reloadsOf({ held, disk, loadText, delays, faults });
  const watcher = watchFile({
    path,
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
    memory: () => held.memory,
    runtime: () => held.runtime,
    authIndex: () => held.authIndex,
    readFile: () => disk.read(),
    readProblem: () => disk.problem(),
    fieldWrite: (next) => {
      held.memory = next;
      const problem = saved(next, disk, options);
      if (problem !== undefined) return { kind: 'save', message: problem };
      watcher.look();
      reloads.afterWrite();
      return undefined;
    },
    replaceFile: (body) => {
      const refused = refusalOf(body, catalog, loadOptions) ?? notWritten(body, disk, faults);
      if (refused) return refused;
      watcher.look();
      const loaded = loadText(unindented(body));
      if (isFailure(loaded)) return { kind: 'reload_failed', message: loaded.message };
      held.memory = loaded as Memory; // Not a failure.
      return undefined;
    },
    reloadNow: () => reloads.now(),
    settled: async () => {
      for (watcher.look(); reloads.busy() || watcher.pending(); watcher.look()) {
        await reloads.idle();
        if (watcher.pending()) await new Promise((wake) => setTimeout(wake, delays.pollMs));
      }
    },
    stop: () => {
      watcher.close();
      reloads.stop();
    },
  };
}

/** Saves memory into the file; the answer is why it failed (C v0 §6.2). */
function saved(memory: Memory, disk: Disk, { catalog, faults }: GatewayOptions): string | undefined {
  if (faults.strikes('save-failure')) return `open ${disk.path}: permission denied`;
  const before = disk.read();
  if (before === undefined) return disk.problem();
  const document = parseDocument(before);
  if (isFailure(document)) return document.message;
  const after = save(document, memory, catalog);
  return isFailure(after) ? after.message : disk.write(after.text);
}

/** Steps 3 and 4 of `PUT /config.yaml`: the file for validation beside it, then the body in its place. */
function notWritten(body: string, disk: Disk, faults: Faults): Complaint | undefined {
  const beside = disk.validationProblem();
  if (beside !== undefined) return { kind: 'write_failed', message: beside };
  const failed = faults.strikes('save-failure') || disk.write(unindented(body)) !== undefined;
  return failed ? { kind: 'write_failed', message: 'failed to write config' } : undefined;
}

/** The body as it is stored: comment lines lose their indentation, even inside block scalars (C v0 §2.3 step 4). */
const unindented = (body: string): string => body.replaceAll(/^[ \t]+(?=#)/gm, '');

/** The 400 and the 422 of `PUT /config.yaml`. */
function refusalOf(body: string, catalog: Catalog, options: LoadOptions): Complaint | undefined {
  const document = parseDocument(body);
  const loaded = isFailure(document) ? document : load(document, catalog, options);
  if (!isFailure(loaded)) return undefined;
  const decode = 'stage' in loaded && loaded.stage === 'decode';
  return { kind: decode ? 'invalid_yaml' : 'invalid_config', message: loaded.message };
}
