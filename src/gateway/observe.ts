// Reads what a gateway holds: shallow (memory) or deep (memory and file, compared through the model). Judges nothing
// against a desired state.
import { createHash } from 'node:crypto';
import type { Clock } from '../nouns/clock.ts';
import type { FileDocument } from '../nouns/file.ts';
import type { Agreement, Build, Live, LiveFile } from '../nouns/live.ts';
import type { DetectionMemory, KnownValues } from '../nouns/memory.ts';
import { fail, type HoldfastError, problem, type Problem } from '../nouns/problem.ts';
import { type Sealed, seal } from '../nouns/secret.ts';
import type { Target } from '../nouns/target.ts';
import type { Tree } from '../nouns/value.ts';
import { agreementOf } from './agreement.ts';
import { buildKey, buildOf } from './build.ts';
import type { Catalog } from './catalog/field.ts';
import type { Client, Purpose } from './client.ts';
import { detect, generationOf } from './detect.ts';
import { brickIn, findingsIn, layoutOf, notJson } from './findings.ts';
import { contentOf } from './model/decode.ts';
import { parseDocument } from './model/document.ts';
import { fromJson } from './model/json.ts';
import { load } from './model/load.ts';
import { isFailure } from './model/model.ts';
import { readFileText, readJson } from './read.ts';

export interface ObserveOptions {
  readonly depth: 'shallow' | 'deep';
  /** Something declared is blind in the JSON view: a shallow check reads the file too. */
  readonly blind?: boolean;
  readonly api: Target['api'];
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly known?: KnownValues;
  readonly detection?: DetectionMemory;
  /** What the requests are counted as. `observe` */
  readonly purpose?: Purpose;
  /**
   * For `restore`: a file that does not parse, that the gateway would refuse or does not understand (HF3023, HF3027)
   * becomes a finding. Such a reading has `agreement: unread` and must not be planned on.
   */
  readonly evenUnreadable?: boolean;
}

/** One or two requests, one more where the build is new. Rejects with HF3xxx where the gateway cannot be read. */
export async function observe(client: Client, options: ObserveOptions): Promise<Live> {
  const { depth, catalog, clock, purpose = 'observe' } = options;
  const before = total(client);
  const { value, answer } = await readJson(client, '/config', purpose);
  const build = buildOf(answer.headers) as Build;
  const setting = options.api;
  const api = await detect(client, {
    setting,
    build,
    ...(options.detection && { memory: options.detection }),
  });
  const wantsFile = depth === 'deep' || options.blind === true || value === undefined;
  const read = wantsFile ? await readFile(client, options, build) : undefined;
  if (value === undefined) throw unshowable(client.target, catalog, read?.file);
  const memory = fromJson(value.open(), catalog);
  return {
    target: client.target,
    readAt: clock.now(),
    depth,
    api,
    build,
    layout: read?.file ? layoutOf(read.file.document.open()) : 'legacy',
    memory: seal(memory),
    ...(read && { file: read.file }),
    agreement: agreement(memory, read, options, build),
    findings: [...findingsIn(memory, client.target), ...(read?.findings ?? [])],
    requests: total(client) - before,
  };
}

function total(client: Client): number {
  return Object.values(client.counts()).reduce((sum, count) => sum + count, 0);
}

interface ReadFile {
  readonly file: LiveFile;
  readonly findings: readonly Problem[];
  /** What the gateway would hold after loading it; undefined where it would not. */
  readonly loaded: Sealed<Tree> | undefined;
}

async function readFile(client: Client, options: ObserveOptions, build: Build): Promise<ReadFile> {
  const text = await readFileText(client, options.purpose ?? 'observe');
  const { document, fault } = parsed(text.open());
  const file: LiveFile = {
    text,
    hash: createHash('sha256').update(text.open()).digest('hex'),
    document: seal(document),
  };
  if (fault !== undefined) return unreadable(file, fault, client.target, options);
  if (layoutOf(document) === 'v8') return foreign(file, client, options, build);
  const loaded = load(document, options.catalog);
  if (!loaded.ok)
    return unreadable(file, `the gateway would refuse it: ${loaded.message}`, client.target, options);
  return { file, findings: brickIn(document, client.target), loaded: seal(loaded.memory) };
}

function parsed(text: string): { readonly document: FileDocument; readonly fault?: string } {
  const nothing: FileDocument = { text, root: undefined };
  if (text.trim() === '') return { document: nothing, fault: 'it is empty' };
  const document = parseDocument(text);
  if (isFailure(document)) return { document: nothing, fault: document.message };
  const readable = document as FileDocument;
  if (readable.root?.kind !== 'map') return { document: readable, fault: 'it is no mapping' };
  return { document: readable };
}

function unreadable(file: LiveFile, fault: string, target: string, options: ObserveOptions): ReadFile {
  const message = `the config.yaml of ${target} cannot be worked with: ${fault}`;
  return withFinding(file, problem('HF3027', message, { target }), options);
}

function withFinding(file: LiveFile, finding: Problem, { evenUnreadable }: ObserveOptions): ReadFile {
  if (evenUnreadable !== true)
    throw fail(finding.code, finding.message, { target: finding.target, remedy: finding.remedy });
  return { file, findings: [finding], loaded: undefined };
}

/** A v8 file: wrongly run by a v7 gateway after a downgrade, or rightly by a v8 gateway that we cannot manage yet. */
async function foreign(
  file: LiveFile,
  client: Client,
  options: ObserveOptions,
  build: Build,
): Promise<ReadFile> {
  const { target } = client;
  const memory = options.detection;
  if ((await generationOf(client, { build, ...(memory && { memory }) })) === 'v8')
    throw fail('HF3022', `the config.yaml of ${target} has the v8 layout, which this release cannot manage`, {
      target,
      remedy: 'Managing the v8 layout comes with a later release.',
    });
  const message = `${target} (${build.version}) runs a config.yaml of the v8 layout, which it does not understand`;
  return withFinding(file, problem('HF3023', message, { target }), options);
}

function agreement(
  memory: Tree,
  read: ReadFile | undefined,
  { catalog, known }: ObserveOptions,
  build: Build,
): Agreement {
  if (!read?.loaded) return { kind: 'unread' };
  const earlier = known && { values: known, build: buildKey(build) };
  return agreementOf(memory, read.loaded.open(), catalog, earlier);
}

/** The JSON view stayed empty: the file says why (design-v8 rule 5). */
function unshowable(target: string, catalog: Catalog, file: LiveFile | undefined): HoldfastError {
  const content = file && contentOf(file.document.open(), catalog);
  const culprit = content && notJson(content);
  if (culprit === undefined)
    return fail('HF3019', `GET /config of ${target} answered three times with an empty body`, { target });
  return fail('HF3020', `${target} cannot show its configuration: ${culprit}`, { target });
}
