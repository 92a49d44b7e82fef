// Reads the state of a v8 gateway. The raw file, decoded as the tree that every v8 request sees, is the
// configuration. It is compared with the memory view of the v0 API through the model (design-v8 rules 1 to 4).
import type { Build, Live } from '../../domain/live.ts';
import { fail, type HoldfastError } from '../../domain/problem/problem.ts';
import { type Sealed, seal } from '../../domain/secret.ts';
import type { Tree } from '../../lib/value.ts';
import { buildKey, buildOf } from '../client/build.ts';
import type { Answer, Client } from '../client/client.ts';
import { V8, V8_FLAT } from '../dialect.ts';
import { generationOf } from './detect.ts';
import { brickIn, findingsIn } from './findings.ts';
import { layoutOf } from '../layout/layouts.ts';
import { parseDocument } from '../../yaml/document.ts';
import { fromJson, viewOf } from '../model/json.ts';
import { newerThanSupported } from './supported-versions.ts';
import { getFile, readJson } from './read.ts';
import {
  agreement,
  liveFile,
  type ObserveOptions,
  type ReadFile,
  total,
  unreadable,
  unshowable,
} from './reading.ts';
import { runtimeCatalog } from '../v8/runtime.ts';
import { viewV8 } from '../v8/view.ts';
import { unknownMemberFindings } from './unknown-members.ts';
import { normalise } from '../v8/normalise.ts';
import type { FileDocument } from '../../domain/yaml-node.ts';
import { isFailure, type LoadFailure } from '../../yaml/failure.ts';

interface Started {
  readonly build: Build;
  /** Requests sent before this reading began. */
  readonly before: number;
  /** If they were read already. */
  readonly text?: Sealed<string>;
  readonly memory?: Sealed<Tree>;
}

interface KnownTree extends Pick<Started, 'before'> {
  /** The file. */
  readonly answer: Answer;
  /** The recorded build, one of v8. */
  readonly remembered: string;
}

/** Undefined: the build isn't the recorded one, and isn't v8. */
export async function observeKnownTree(
  client: Client,
  options: ObserveOptions,
  { answer, before, remembered }: KnownTree,
): Promise<Live | undefined> {
  const { body: text, headers } = answer;
  const build = buildOf(headers) as Build; // A response without these headers was refused by the client.
  const { detection: memory } = options;
  const isSame = buildKey(build) === remembered;
  if (!isSame && (await generationOf(client, { build, ...(memory && { memory }) })) !== 'v8')
    return undefined;
  return observeTree(client, options, { build, before, text });
}

/** One request; two if the depth is deep. */
export async function observeTree(client: Client, options: ObserveOptions, started: Started): Promise<Live> {
  const { depth, clock, purpose = 'observe', known } = options;
  const { build, before } = started;
  const text = started.text ?? (await getFile(client, purpose)).body;
  const read = readTree(text, client.target, options);
  const shown =
    depth === 'deep' ? (started.memory ?? (await readJson(client, '/config', purpose)).value) : undefined;
  if (depth === 'deep' && shown === undefined)
    throw unshowable(client.target, V8.content(read.file.document.open()));
  const memory = shown
    ? fromJson(shown.open(), runtimeCatalog())
    : read.loaded
      ? viewOf(read.loaded.open(), runtimeCatalog())
      : {};
  return {
    target: client.target,
    readAt: clock.now(),
    depth,
    api: read.keptFlat === undefined ? 'v8' : 'v0',
    build,
    layout: read.layout,
    ...(read.keptFlat !== undefined && { keptFlat: read.keptFlat }),
    memory: seal(memory),
    file: read.file,
    agreement: shown ? agreement(memory, read, runtimeCatalog(), known, build) : { kind: 'unread' },
    findings: [
      ...findingsIn(memory, client.target, 'access.api-keys'),
      ...newerThanSupported(build.version, client.target),
      ...read.findings,
    ],
    requests: total(client) - before,
  };
}

type ReadTree = ReadFile & Pick<Live, 'layout' | 'keptFlat'>;

function faultOf(raw: string, { message }: LoadFailure): Pick<LoadFailure, 'message' | 'bound'> {
  if (raw.trim() === '') return { message: 'it is empty' };
  const parsed = parseDocument(raw);
  const isBound = isFailure(parsed) && 'bound' in parsed;
  return isBound ? (parsed as LoadFailure) : { message: `the gateway refuses it: ${message}` };
}

function readTree(text: Sealed<string>, target: string, options: ObserveOptions): ReadTree {
  const raw = text.open();
  const view = viewV8(raw);
  if (!view.ok) {
    const fault = faultOf(raw, view);
    return {
      ...unreadable(liveFile(text, asFarAsItGoes(raw)), fault, target, options),
      ...asItSeems(raw, options),
    };
  }
  const { layout } = view;
  if (options.api === 'v0' && layout === 'v8') throw notByV0(target);
  const parsed = parseDocument(raw);
  if (isFailure(parsed)) throw new TypeError('a text with a view parses');
  const document = parsed as FileDocument;
  const keptFlat = layout === 'legacy' ? reasonToKeep(options) : undefined;
  const [dialect, compared] = keptFlat === undefined ? [V8, view.document] : [V8_FLAT, document];
  return {
    file: liveFile(text, compared),
    findings: [
      ...brickIn(document, target),
      ...unknownMemberFindings(dialect.catalog, dialect.content(compared), target),
    ],
    loaded: seal(view.memory),
    layout,
    ...(keptFlat !== undefined && { keptFlat }),
  };
}

/** Field writes would add defaults to it and regroup its families (design-v8 rule 13). */
export function notByV0(target: string): HoldfastError {
  const message = `the config.yaml of ${target} has the v8 layout, which \`api: v0\` can't manage`;
  return fail('HF3037', message, { target });
}

function reasonToKeep({ api, keepFlat }: ObserveOptions): Live['keptFlat'] {
  if (api === 'v0') return 'by-settings';
  return keepFlat === true && api === 'auto' ? 'not-allowed' : undefined;
}

/** Whether a file that the gateway would refuse is one that stays flat. */
function asItSeems(raw: string, options: ObserveOptions): Pick<Live, 'layout' | 'keptFlat'> {
  const keptFlat = reasonToKeep(options);
  const parsed = parseDocument(raw);
  const isFlat = isFailure(parsed) || layoutOf(parsed as FileDocument) === 'legacy';
  return keptFlat !== undefined && isFlat ? { layout: 'legacy', keptFlat } : { layout: 'v8' };
}

/** For a file that the gateway would refuse, what it can be compared by. */
function asFarAsItGoes(raw: string): FileDocument {
  const normalised = normalise(raw);
  const parsed = parseDocument(normalised.ok ? normalised.text : raw);
  return isFailure(parsed) ? { text: raw, root: undefined } : (parsed as FileDocument);
}
