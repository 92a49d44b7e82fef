// The gateway behind the HTTP server: five states that agree only when everything has settled (design-v8 rule 3) and
// the steps that move them: field write, PUT of the file, reload (C v0 §2.3, §6). Knows no HTTP.
import type { Catalog } from '../gateway/catalog/field.ts';
import type { FileDocument } from '../nouns/file.ts';
import { parseDocument } from '../gateway/model/document.ts';
import { load } from '../gateway/model/load.ts';
import { isFailure, type LoadFailure, type LoadOptions, type Memory } from '../gateway/model/model.ts';
import { save } from '../gateway/model/save.ts';
import { stored } from '../gateway/model/stored.ts';
import { credentialsOf } from '../gateway/v0/credentials.ts';
import { diskOf, hashOf } from './disk.ts';
import type { Faults } from './faults.ts';
import type { Delays, SandboxStates } from './sandbox.ts';
import { hashWith } from './secrets.ts';
import { watchFile, type Watcher } from './watcher.ts';

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
  endWatch(): void;
  settled(): Promise<void>;
  stop(): void;
}

/** What the gateway finds in a text: memory, and the text as it is on disk afterwards. */
interface Loaded {
  readonly memory: Memory;
  readonly text: string;
}

/** Starts on the file as it is, or says why the process would end at once. */
export function startGateway(options: GatewayOptions): Gateway | LoadFailure {
  const { catalog, delays, faults } = options;
  const disk = diskOf(options.path);
  const loadOptions: LoadOptions = {
    hash: hashWith(options.bcryptCost),
    ...(options.home !== undefined && { home: options.home }),
  };

  const loadText = (text: string): Loaded | LoadFailure => {
    const document = parseDocument(text);
    const first = isFailure(document) ? document : load(document, catalog, loadOptions);
    if (isFailure(first)) return first;
    if (!first.rewritten) return { memory: first.memory, text };
    return rehashed(text) ?? { memory: first.memory, text };
  };
  /** The file with its plaintext secret replaced; the memory is that of the new file, so that both hold one hash. */
  const rehashed = (text: string): Loaded | undefined => {
    const rewritten = stored(text, catalog, loadOptions);
    const document = typeof rewritten === 'string' ? parseDocument(rewritten) : rewritten;
    const again = isFailure(document) ? document : load(document as FileDocument, catalog, loadOptions);
    if (isFailure(again) || typeof rewritten !== 'string') return undefined;
    if (!stopped) disk.write(rewritten); // Errors of this rewrite are ignored (C v0 §1.4).
    return { memory: again.memory, text: rewritten };
  };

  let stopped = false;
  const text = disk.read();
  if (text === undefined) return { ok: false, stage: 'decode', message: disk.problem() };
  const start = loadText(text);
  if (isFailure(start)) return start;

  let memory = start.memory;
  let runtime = start.memory;
  let authIndex = indexesOf(runtime);
  let loadedHash = hashOf(disk.read() ?? '');
  /** Reloads that are waiting for their turn or at work. */
  let reloads = 0;
  let generation = 0;
  let last: Promise<void> = Promise.resolve();
  const timers = new Set<NodeJS.Timeout>();

  const sleep = (ms: number): Promise<void> =>
    new Promise((wake) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        wake();
      }, ms);
      timers.add(timer);
    });

  /** The first half of a reload: what the file holds now, or undefined where nothing is to be done (C v0 §6.3). */
  const readForReload = (): Memory | undefined => {
    const now = disk.read();
    if (stopped || now === undefined || now === '' || hashOf(now) === loadedHash) return undefined;
    const loaded = loadText(faults.strikes('empty-read') ? '' : now);
    return isFailure(loaded) ? undefined : loaded.memory;
  };
  /** The second half: it installs what was read, and remembers the file as it is by now. */
  const install = (read: Memory): void => {
    if (stopped) return;
    memory = read;
    runtime = read;
    authIndex = indexesOf(runtime);
    loadedHash = hashOf(disk.read() ?? '');
  };
  const reload = async (mine?: number): Promise<void> => {
    if (stopped || faults.active('reload-disabled')) return;
    if (mine !== undefined && mine !== generation) return; // A newer write has its own reload.
    const read = readForReload();
    if (!read) return;
    await sleep(faults.active('lost-update') ? faults.number('lost-update', 400) : delays.reloadMs);
    install(read);
  };
  const enqueue = (work: () => Promise<void>): void => {
    reloads += 1;
    last = last.then(work).finally(() => {
      reloads -= 1;
    });
  };
  const reloadAfterWrite = (): void => {
    generation += 1;
    const mine = generation;
    enqueue(async () => {
      await sleep(delays.reloadStartMs);
      await reload(mine);
    });
  };

  const watcher: Watcher = watchFile({
    path: options.path,
    pollMs: delays.pollMs,
    debounceMs: delays.debounceMs,
    changed: () => {
      if (!faults.active('dead-watcher')) enqueue(() => reload());
    },
  });

  const busy = (): boolean => reloads > 0 || watcher.pending();

  const saveMemory = (): Complaint | undefined => {
    const complain = (message: string): Complaint => ({ kind: 'save', message });
    if (faults.strikes('save-failure')) return complain(`open ${disk.path}: permission denied`);
    const before = disk.read();
    if (before === undefined) return complain(disk.problem());
    const document = parseDocument(before);
    const after = isFailure(document) ? document : save(document, memory, catalog);
    if (isFailure(after)) return complain(after.message);
    const problem = disk.write((after as FileDocument).text);
    return problem === undefined ? undefined : complain(problem);
  };

  return {
    states: () => ({
      file: disk.read(),
      memory,
      runtime,
      loadedHash,
      watcherAlive: watcher.alive() && !faults.active('dead-watcher'),
    }),
    memory: () => memory,
    runtime: () => runtime,
    authIndex: () => authIndex,
    readFile: () => disk.read(),
    readProblem: () => disk.problem(),
    fieldWrite: (next) => {
      memory = next;
      const problem = saveMemory();
      if (problem) return problem;
      watcher.look();
      reloadAfterWrite();
      return undefined;
    },
    replaceFile: (body) => {
      const checked = loadableBody(body, catalog, loadOptions);
      if (checked) return checked;
      const beside = disk.validationProblem();
      if (beside !== undefined) return { kind: 'write_failed', message: beside };
      const failed = { kind: 'write_failed', message: 'failed to write config' } as const;
      if (faults.strikes('save-failure')) return failed;
      if (disk.write(unindented(body)) !== undefined) return failed;
      watcher.look();
      const loaded = loadText(unindented(body));
      if (isFailure(loaded)) return { kind: 'reload_failed', message: loaded.message };
      memory = loaded.memory;
      return undefined;
    },
    reloadNow: () => {
      const read = readForReload();
      if (read) install(read);
    },
    endWatch: () => watcher.close(),
    settled: async () => {
      for (watcher.look(); busy(); watcher.look()) {
        await last;
        if (watcher.pending()) await new Promise((wake) => setTimeout(wake, delays.pollMs));
      }
    },
    stop: () => {
      stopped = true;
      watcher.close();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

const indexesOf = (memory: Memory): ReadonlyMap<string, string> =>
  new Map(credentialsOf(memory).map(({ id, index }) => [id, index]));

/** The body as it is stored: comment lines lose their indentation, even inside block scalars (C v0 §2.3 step 4). */
const unindented = (body: string): string => body.replaceAll(/^[ \t]+(?=#)/gm, '');

/** The 400 and the 422 of `PUT /config.yaml`. */
function loadableBody(body: string, catalog: Catalog, options: LoadOptions): Complaint | undefined {
  const document = parseDocument(body);
  const loaded = isFailure(document) ? document : load(document, catalog, options);
  if (!isFailure(loaded)) return undefined;
  const decode = 'stage' in loaded && loaded.stage === 'decode';
  return { kind: decode ? 'invalid_yaml' : 'invalid_config', message: loaded.message };
}
