// Reads of a run: everything (deep), memory alone (shallow), or the raw file alone.
import { createHash } from 'node:crypto';
import type { Purpose } from '../../gateway/client/client.ts';
import { lasting } from '../../gateway/observe/lasting.ts';
import { observe, type ObserveOptions, observeUnless } from '../../gateway/observe/observe.ts';
import { dialectOf } from '../../gateway/dialect.ts';
import type { Live, LiveFile } from '../../domain/live.ts';
import { fail } from '../../domain/problem/problem.ts';
import type { Sealed } from '../../domain/secret.ts';
import { detectionMemoryOf } from '../../state/detection-memory.ts';
import { knownValuesOf } from '../../state/known-values.ts';
import { noteFile } from './pace.ts';
import { type LiveRun, pause, type Run, windowOf } from './run.ts';

/** A deep reading: it includes the file. */
export type DeepLive = Live & { readonly file: LiveFile };

/** The reading, and the run that continues in its dialect. */
export interface Opened<L extends Live = DeepLive> {
  readonly run: LiveRun;
  readonly live: L;
}

interface OpenOptions {
  /** Whether a flat file of a v8 gateway stays flat; false if the current work doesn't depend on it. */
  readonly keepFlat: boolean;
  readonly purpose?: Purpose;
}

/** A reading to plan on; a difference of memory and file in it lasts. Rejects with HF3023 or HF3027 if the gateway's file must not be written to. */
export async function readDeep(run: Run, options: OpenOptions): Promise<Opened> {
  return opened(run, options, deep(await readLasting(run, { depth: 'deep', ...options })));
}

/** A reading whatever the state of the file: before a restore, or after a crash. */
export async function readFirst(run: Run, options: OpenOptions): Promise<Opened> {
  return opened(
    run,
    options,
    deep(await readLasting(run, { depth: 'deep', evenUnreadable: true, ...options })),
  );
}

interface ShallowOptions extends OpenOptions {
  /** The memory view doesn't show something that is declared, so the file is read too. */
  readonly blind: boolean;
}

export async function readShallow(run: Run, options: ShallowOptions): Promise<Opened<Live>> {
  return opened(run, options, await readLasting(run, { depth: 'shallow', ...options }));
}

/** The same; without `opened` if the gateway sends what `isKnown`. `seen` identifies what it sent. */
export async function readShallowUnless(
  run: Run,
  options: ShallowOptions,
  isKnown: (seen: string) => boolean,
): Promise<{ readonly seen: string; readonly opened?: Opened<Live> }> {
  const { seen, live } = await observeUnless(
    run.client,
    observing(run, { depth: 'shallow', ...options }),
    isKnown,
  );
  if (!live) return { seen };
  noteFileOf(run, live);
  const lasts = await lastingFrom(run, live, () => read(run, { depth: 'shallow', ...options }));
  return { seen, opened: opened(run, options, lasts) };
}

/**
 * Another reading whatever the state of the file: after a write. Rejects with HF5005 if the gateway or file now has
 * another dialect, because readings in two dialects can't be compared.
 */
export async function readAnything(run: LiveRun, purpose: Purpose): Promise<DeepLive> {
  const { keepFlat, dialect, context } = run;
  const live = deep(await read(run, { depth: 'deep', keepFlat, purpose, evenUnreadable: true }));
  if (dialectOf(live) === dialect) return live;
  const { name } = context.target;
  throw fail('HF5005', `the config.yaml of ${name} changed its layout in the meantime`, { target: name });
}

/** As `readAnything`, and what memory and file disagree about lasts: to decide what to revert. */
export function readLastingly(run: LiveRun, purpose: Purpose): Promise<DeepLive> {
  return untilLasting(run, () => readAnything(run, purpose));
}

const opened = <L extends Live>(run: Run, { keepFlat }: OpenOptions, live: L): Opened<L> => ({
  run: { ...run, dialect: dialectOf(live), keepFlat },
  live,
});

function deep(live: Live): DeepLive {
  if (!live.file) throw fail('HF9001', 'a deep reading came without the file');
  return { ...live, file: live.file };
}

interface Reading extends OpenOptions {
  readonly depth: Live['depth'];
  readonly blind?: boolean;
  readonly evenUnreadable?: boolean;
}

const readLasting = (run: Run, reading: Reading): Promise<Live> =>
  untilLasting(run, () => read(run, reading));

const untilLasting = async <L extends Live>(run: Run, again: () => Promise<L>): Promise<L> =>
  lastingFrom(run, await again(), again);

function lastingFrom<L extends Live>(run: Run, live: L, again: () => Promise<L>): Promise<L> {
  const known = knownValuesOf(run.context.store, run.state);
  return lasting(live, again, {
    known,
    window: () => windowOf(run),
    sleep: (ms) => pause(run, ms, 'its memory and its file to agree'),
  });
}

async function read(run: Run, reading: Reading): Promise<Live> {
  const live = await observe(run.client, observing(run, reading));
  noteFileOf(run, live);
  return live;
}

function noteFileOf(run: Run, { file, readAt }: Live): void {
  if (file) noteFile(run, file.hash, readAt);
}

function observing({ context, state }: Run, reading: Reading): ObserveOptions {
  const { target, store, clock } = context;
  return {
    ...reading,
    api: target.api,
    clock,
    known: knownValuesOf(store, state),
    detection: detectionMemoryOf(store, target.name),
  };
}

export interface RawFile {
  readonly text: Sealed<string>;
  /** As `LiveFile.hash`. */
  readonly hash: string;
}

export async function readRaw(run: Run, purpose: Purpose): Promise<RawFile> {
  const answer = await run.client.send({
    method: 'GET',
    path: '/v0/management/config.yaml',
    purpose,
    credential: 'management',
  });
  if (answer.status !== 200)
    throw fail('HF3026', `GET /config.yaml answered ${answer.status}`, { target: run.context.target.name });
  const hash = createHash('sha256').update(answer.body.open()).digest('hex');
  noteFile(run, hash, run.context.clock.now());
  return { text: answer.body, hash };
}
