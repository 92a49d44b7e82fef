// Reads the state of a gateway: shallow (memory) or deep (memory and file, compared through the model). Doesn't
// compare it with a desired state.
import { createHash } from 'node:crypto';
import type { FileDocument } from '../../domain/yaml-node.ts';
import type { Build, Live, LiveFile } from '../../domain/live.ts';
import { problem } from '../../domain/problem/problem.ts';
import { seal } from '../../domain/secret.ts';
import { buildOf } from '../client/build.ts';
import type { Answer, Client } from '../client/client.ts';
import { detect, generationOf } from './detect.ts';
import { brickIn, findingsIn } from './findings.ts';
import { layoutOf } from '../layout/layouts.ts';
import { V7 } from '../dialect.ts';
import { parseDocument } from '../../yaml/document.ts';
import { fromJson } from '../model/json.ts';
import { newerThanSupported } from './supported-versions.ts';
import { notByV0, observeKnownTree, observeTree } from './observe-tree.ts';
import { getFile, getMemory, memoryIn, readFileText } from './read.ts';
import {
  agreement,
  liveFile,
  type ObserveOptions,
  type ReadFile,
  total,
  unreadable,
  unshowable,
  withFinding,
} from './reading.ts';
import { unknownMemberFindings } from './unknown-members.ts';
import { isFailure, type LoadFailure } from '../../yaml/failure.ts';

export type { ObserveOptions } from './reading.ts';

/**
 * One or two requests, one more if the build is new. Rejects with HF3xxx if the gateway can't be read. For a known
 * v8 gateway, it reads the file first, because a shallow check needs only the file (design-v8 rule 1).
 */
export async function observe(client: Client, options: ObserveOptions): Promise<Live> {
  return continued(client, options, await begun(client, options));
}

/** A reading that may have shown nothing new. */
export interface Noticed {
  /** What the first response was: the view, the build and every byte of it, as one hash. */
  readonly seen: string;
  /** Absent if `isKnown` said so. */
  readonly live?: Live;
}

/** As `observe`, but a first response that `isKnown` isn't parsed, and no other one is requested. */
export async function observeUnless(
  client: Client,
  options: ObserveOptions,
  isKnown: (seen: string) => boolean,
): Promise<Noticed> {
  const first = await begun(client, options);
  const seen = createHash('sha256')
    .update(JSON.stringify([first.build === undefined, buildOf(first.answer.headers)]))
    .update(first.answer.body.open())
    .digest('hex');
  return isKnown(seen) ? { seen } : { seen, live: await continued(client, options, first) };
}

/** The first response of a reading. */
interface First {
  /** The memory view, or the file if `build` is there. */
  readonly answer: Answer;
  /** Requests sent before. */
  readonly before: number;
  /** The recorded build, if it is one of v8. */
  readonly build?: string;
}

async function begun(client: Client, options: ObserveOptions): Promise<First> {
  const last = await options.detection?.last?.();
  if (last?.api !== 'v8') return begunWithMemory(client, options);
  const before = total(client);
  const answer = await getFile(client, options.purpose ?? 'observe');
  return { answer, before, build: last.build };
}

async function begunWithMemory(client: Client, { purpose = 'observe' }: ObserveOptions): Promise<First> {
  const before = total(client);
  return { answer: await getMemory(client, purpose), before };
}

async function continued(client: Client, options: ObserveOptions, first: First): Promise<Live> {
  const { answer, before, build } = first;
  if (build === undefined) return observeFlat(client, options, first);
  const live = await observeKnownTree(client, options, { answer, before, remembered: build });
  return live ?? observeFlat(client, options, await begunWithMemory(client, options));
}

/** Continues with the file if the gateway turns out to be v8. */
async function observeFlat(
  client: Client,
  options: ObserveOptions,
  { answer, before }: First,
): Promise<Live> {
  const { depth, clock } = options;
  const value = memoryIn(answer, client);
  const build = buildOf(answer.headers) as Build; // A response without these headers was refused by the client.
  const generation = await detect(client, {
    setting: options.api,
    build,
    ...(options.detection && { memory: options.detection }),
  });
  if (generation === 'v8')
    return observeTree(client, options, { build, before, ...(value && { memory: value }) });
  const wantsFile = depth === 'deep' || options.blind === true || value === undefined;
  const read = wantsFile ? await readFile(client, options, build) : undefined;
  if (value === undefined) throw unshowable(client.target, read && V7.content(read.file.document.open()));
  const memory = fromJson(value.open(), V7.memoryCatalog);
  return {
    target: client.target,
    readAt: clock.now(),
    depth,
    api: 'v0',
    build,
    layout: read?.file ? layoutOf(read.file.document.open()) : 'legacy',
    memory: seal(memory),
    ...(read && { file: read.file }),
    agreement: agreement(memory, read, V7.memoryCatalog, options.known, build),
    findings: [
      ...findingsIn(memory, client.target),
      ...newerThanSupported(build.version, client.target),
      ...(read?.findings ?? []),
    ],
    requests: total(client) - before,
  };
}

async function readFile(client: Client, options: ObserveOptions, build: Build): Promise<ReadFile> {
  const text = await readFileText(client, options.purpose ?? 'observe');
  const { document, fault } = parsed(text.open());
  const file = liveFile(text, document);
  if (fault) return unreadable(file, fault, client.target, options);
  if (layoutOf(document) === 'v8') return foreign(file, client, options, build);
  const loaded = V7.load(document);
  if (!loaded.ok)
    return unreadable(
      file,
      { message: `the gateway would refuse it: ${loaded.message}` },
      client.target,
      options,
    );
  const findings = [
    ...brickIn(document, client.target),
    ...unknownMemberFindings(V7.catalog, V7.content(document), client.target),
  ];
  return { file, findings, loaded: seal(loaded.memory) };
}

function parsed(text: string): {
  readonly document: FileDocument;
  readonly fault?: Pick<LoadFailure, 'message' | 'bound'>;
} {
  const nothing: FileDocument = { text, root: undefined };
  if (text.trim() === '') return { document: nothing, fault: { message: 'it is empty' } };
  const document = parseDocument(text);
  if (isFailure(document)) return { document: nothing, fault: document as LoadFailure };
  const readable = document as FileDocument;
  if (readable.root?.kind !== 'map') return { document: readable, fault: { message: "it isn't a mapping" } };
  return { document: readable };
}

/**
 * A v8 file: wrongly run by a v7 gateway after a downgrade, or correctly by a v8 gateway that reports another
 * version.
 */
async function foreign(
  file: LiveFile,
  client: Client,
  options: ObserveOptions,
  build: Build,
): Promise<ReadFile> {
  const { target } = client;
  const memory = options.detection;
  if ((await generationOf(client, { build, ...(memory && { memory }) })) === 'v8') throw notByV0(target);
  const message = `${target} (${build.version}) runs a config.yaml of the v8 layout, which it doesn't understand`;
  return withFinding(file, problem('HF3023', message, { target }), options);
}
