// Reads of a run: everything (deep), memory alone (shallow), or the raw file alone.
import { createHash } from 'node:crypto';
import type { Purpose } from '../../gateway/client/client.ts';
import { observe } from '../../gateway/observe/observe.ts';
import { catalogFor } from '../../gateway/v8/runtime.ts';
import type { Live, LiveFile } from '../../domain/live.ts';
import { fail } from '../../domain/problem/problem.ts';
import type { Sealed } from '../../domain/secret.ts';
import { detectionMemoryOf } from '../../state/detection-memory.ts';
import { knownValuesOf } from '../../state/known-values.ts';
import type { Run } from './run.ts';

/** A deep reading: its file is there. */
export type DeepLive = Live & { readonly file: LiveFile };

/** To plan on. Rejects with HF3023 or HF3027 where the gateway's file is none that may be written to. */
export async function readDeep(run: Run, purpose: Purpose = 'observe'): Promise<DeepLive> {
  return deep(run, { depth: 'deep', purpose });
}

/**
 * To look at, whatever state the file is in: after a write, before a restore. Rejects with HF5005 where somebody gave it
 * the other layout since it was read for the first time: nothing that is compared would mean the same.
 */
export async function readAnything(run: Run, purpose: Purpose): Promise<DeepLive> {
  const { speech, context } = run;
  const before = speech.catalog;
  const live = await deep(run, { depth: 'deep', purpose, evenUnreadable: true });
  if (before.generation !== 'v8' || before === speech.catalog) return live;
  speech.catalog = before;
  const { name } = context.target;
  throw fail('HF5005', `the config.yaml of ${name} changed its layout in the meantime`, { target: name });
}

async function deep(run: Run, reading: Reading): Promise<DeepLive> {
  const live = await read(run, reading);
  if (!live.file) throw fail('HF9001', 'a deep reading came without the file');
  return { ...live, file: live.file };
}

/** `blind`: something declared is not in the memory view, so the file is read too. */
export async function readShallow(run: Run, blind: boolean): Promise<Live> {
  return read(run, { depth: 'shallow', blind, purpose: 'observe' });
}

interface Reading {
  readonly depth: Live['depth'];
  readonly blind?: boolean;
  readonly evenUnreadable?: boolean;
  readonly purpose: Purpose;
}

async function read({ context, client, state, speech }: Run, reading: Reading): Promise<Live> {
  const { target, store, clock } = context;
  const live = await observe(client, {
    ...reading,
    api: target.api,
    keepFlat: speech.keepFlat,
    catalog: speech.flat,
    clock,
    known: knownValuesOf(store, state),
    detection: detectionMemoryOf(store, target.name),
  });
  speech.catalog = catalogFor(live, speech.flat);
  return live;
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
  return { text: answer.body, hash: createHash('sha256').update(answer.body.open()).digest('hex') };
}
