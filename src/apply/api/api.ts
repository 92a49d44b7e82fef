// The engine of `holdfast api`: sends one request to the Management API, with the precautions that scripts lack. It
// reads before a write, takes a backup before a PUT, waits, reads the result, and doesn't trust a 200.
import { secretsIn } from '../../gateway/catalog/secrets.ts';
import { contentOf } from '../../gateway/model/decode.ts';
import { parseDocument } from '../../yaml/document.ts';
import { catalogOfText, type Dialect, V8 } from '../../gateway/dialect.ts';
import { sameLayout } from '../../gateway/layout/layouts.ts';
import type { Answer, Purpose } from '../../gateway/client/client.ts';
import type { RequestCounts } from '../../domain/outcome/outcome.ts';
import type { Path } from '../../domain/path.ts';
import { fail, type Problem, problem } from '../../domain/problem/problem.ts';
import { isTree, type Value } from '../../lib/value.ts';
import type { Prediction } from '../../domain/plan/write.ts';
import { threeWay, type ThreeWay } from '../../plan/route/rollback/three-way.ts';
import { predicted } from './prediction.ts';
import { type AnswerContext, withoutSecrets } from './answer.ts';
import { addressOf, type ApiRequest, V0_BASE } from './request.ts';
import { undo } from './undo.ts';

import { refusal } from './refusal.ts';
import { type FieldRequest, unheld, withoutSubject } from './requested.ts';
import { requireLasting, takeBackup } from '../record/backup.ts';
import type { Context } from '../run/context.ts';
import { judgeFile, keptProblem } from '../steps/foreign-edits.ts';
import { contentIn, differences, shownPaths } from '../run/compare.ts';
import { type DeepLive, readDeep, readRaw } from '../run/read.ts';
import { withRun } from '../run/with-run.ts';
import { earlierTexts, type LiveRun, type Run } from '../run/run.ts';
import { settle } from '../steps/settle.ts';
import type { Settled } from '../types/settled.ts';

/**
 * The effect of a write. `nothing`: the gateway responded with 200 and changed nothing. `same`: the requested state
 * existed before.
 */
export type ApiEffect =
  | { readonly kind: 'read' }
  | { readonly kind: 'changed'; readonly paths: string }
  | { readonly kind: 'same' }
  | { readonly kind: 'nothing' }
  /** Only memory has it: the next write or restart loses it. */
  | { readonly kind: 'memory-only'; readonly paths: string }
  /** Only the file has it: the gateway runs without it (C v8 §4.12). */
  | { readonly kind: 'file-only'; readonly paths: string }
  /** Not a configuration endpoint: there is nothing to read afterwards. */
  | { readonly kind: 'unread' }
  | { readonly kind: 'refused' };

export interface ApiResult {
  readonly status: number;
  /** Parsed if it was JSON. Without secrets unless the caller requested them. */
  readonly body: Value | string;
  readonly effect: ApiEffect;
  readonly backup?: string;
  /** Empty if everything succeeded. The exit code is that of the worst problem. */
  readonly problems: readonly Problem[];
  readonly requests: RequestCounts;
}

/** Rejects with a HoldfastError if the request had no effect: locked, unreachable, unknown path, no backup. */
export async function callApi(context: Context, request: ApiRequest): Promise<ApiResult> {
  return withRun(context, { purpose: 'api' }, (run) =>
    request.method === 'GET' ? read(run, request) : write(run, request),
  );
}

async function send(run: Run, request: ApiRequest, purpose: Purpose = 'api'): Promise<Answer> {
  const { path, query } = addressOf(request.path);
  return run.client.send({
    method: request.method,
    path,
    ...(Object.keys(query).length > 0 && { query }),
    ...(request.body && { body: request.body }),
    ...(path.endsWith('/config.yaml') && request.body && { contentType: 'application/yaml' }),
    ...(request.destructive && { destructive: true }),
    purpose,
    credential: 'management',
  });
}

/** A GET needs no other reads: v8 knows every secret that v7 has in its responses, and those of its own. */
const UNREAD = V8;

type Answering = Run & Pick<LiveRun, 'dialect'>;

async function read(run: Run, request: ApiRequest): Promise<ApiResult> {
  const { path } = addressOf(request.path);
  const secrets = request.reveal || path === `${V0_BASE}config` ? [] : await secretsOfMemory(run);
  const answer = await send(run, request);
  return resultOf(
    { ...run, dialect: UNREAD },
    request,
    answer,
    { kind: answer.status < 400 ? 'read' : 'refused' },
    secrets,
  );
}

/** By value, for responses that quote keys in names or texts (`/api-key-usage`, C v0 §7). */
async function secretsOfMemory(run: Run): Promise<readonly string[]> {
  const answer = await run.client.send({
    method: 'GET',
    path: `${V0_BASE}config`,
    purpose: 'api',
    credential: 'management',
  });
  const shown = parsed(answer.body.open());
  return isTree(shown) ? secretsIn(UNREAD.memoryCatalog.root, shown) : [];
}

function parsed(text: string): Value | string {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}

interface More {
  readonly backup?: string;
  readonly problems?: readonly Problem[];
}

function resultOf(
  run: Answering,
  request: ApiRequest,
  answer: Answer,
  effect: ApiEffect,
  secrets: Iterable<string>,
  { backup, problems = [] }: More = {},
): ApiResult {
  const body = parsed(answer.body.open());
  const refused = answer.status >= 400 ? [refusal(run.context.target.name, request, answer)] : [];
  return {
    status: answer.status,
    body: request.reveal ? body : withoutSecrets(request.path, body, answering(run, secrets)),
    effect,
    ...(backup !== undefined && { backup }),
    problems: [...refused, ...problems],
    requests: run.client.counts(),
  };
}

function answering(run: Answering, secrets: Iterable<string>): AnswerContext {
  const { target } = run.context;
  return {
    dialect: run.dialect,
    known: earlierTexts(run),
    secrets: [...secrets, ...target.keys.map((key) => key.open())],
  };
}

/** Secrets of a raw `config.yaml`. */
function secretsOfText(run: LiveRun, text: string): readonly string[] {
  const document = parseDocument(text);
  if ('ok' in document) return [];
  const own = catalogOfText(document, run.dialect);
  return secretsIn(own.root, contentOf(document, own));
}

async function write(under: Run, request: ApiRequest): Promise<ApiResult> {
  const { run, live: before } = await readDeep(under, { keepFlat: false, purpose: 'api' });
  const { dialect } = run;
  const { catalog } = dialect;
  const secrets = [...secretsIn(catalog.root, contentIn(before.file, dialect)), ...bodySecrets(run, request)];
  const expected = predicted(dialect, request, before);
  const isTree = addressOf(request.path).tree !== undefined;
  const isBackedUp = request.method === 'PUT' || isTree;
  if (isBackedUp) requireLasting(run);
  const backup = isBackedUp ? await takeBackup(run, before, 'before-api') : undefined;
  if (backup) await unchangedSince(run, before);
  const answer = await send(run, request);
  const about = backup ? { backup: backup.id } : {};
  if (answer.status >= 400 && answer.status < 500)
    return resultOf(run, request, answer, { kind: 'refused' }, secrets, about);
  if (!expected) return resultOf(run, request, answer, { kind: 'unread' }, secrets, about);
  const settled = await settle(run, expected);
  const found = judgeFile(run, contentIn(before.file, dialect), expected.file.open(), settled.live);
  const effect = effectOf(run, before, settled, expected, found);
  const requested = fieldRequestIn(request);
  const missing = requested ? unheld(dialect.memoryCatalog, settled.live.memory.open(), requested) : [];
  const untrue = requested && withoutSubject(dialect.memoryCatalog, before.memory.open(), requested);
  const reported: ApiEffect =
    effect.kind === 'same' && (missing.length > 0 || untrue !== undefined) ? { kind: 'nothing' } : effect;
  const complaint =
    requested && untrue !== undefined
      ? [deniedBy(run, requested, untrue)]
      : complaints(run, reported, missing);
  const undone = complaint.length > 0 ? await undo(run, before, expected, settled) : undefined;
  return resultOf(run, request, answer, reported, secrets, {
    ...about,
    problems: [
      ...complaint,
      ...(undone ? [undone] : []),
      ...(found.foreign.length > 0 ? [keptProblem({ run, known: earlierTexts(run) }, found.foreign)] : []),
      ...converted(run, before, settled),
    ],
  });
}

/** The backup took time. Don't overwrite what others changed in the meantime. */
async function unchangedSince(run: Run, before: DeepLive): Promise<void> {
  if ((await readRaw(run, 'api')).hash === before.file.hash) return;
  const { name } = run.context.target;
  throw fail('HF5005', 'the config.yaml changed just before the request; nothing was sent', {
    target: name,
  });
}

function bodySecrets(run: LiveRun, { body }: ApiRequest): readonly string[] {
  const text = body?.open() ?? '';
  const value = parsed(text);
  if (typeof value === 'string') return secretsOfText(run, text);
  return secretsIn(undefined, value);
}

/** What others changed in the meantime isn't an effect of this request. */
function effectOf(
  run: LiveRun,
  before: DeepLive,
  after: Settled,
  expected: Prediction,
  { foreign, inForce }: ThreeWay,
): ApiEffect {
  const { dialect } = run;
  const { catalog } = dialect;
  const wasInFile = contentIn(before.file, dialect);
  const isAlone = foreign.length === 0;
  const inFile = isAlone ? differences(wasInFile, after.content, catalog) : inForce;
  const inMemory = isAlone
    ? differences(before.memory.open(), after.live.memory.open(), dialect.memoryCatalog)
    : inMemoryOfOurs(dialect, before, after, expected);
  const intended = [
    ...differences(wasInFile, expected.file.open(), catalog),
    ...differences(before.memory.open(), expected.memory.open(), dialect.memoryCatalog),
  ];
  if (inFile.length + inMemory.length === 0) return { kind: intended.length === 0 ? 'same' : 'nothing' };
  const { agreement } = after.live;
  const apart = agreement.kind === 'differ' && agreement.cause !== 'model-gap';
  if (apart && inFile.length === 0) return { kind: 'memory-only', paths: shownPaths(inMemory) };
  if (apart && inMemory.length === 0) return { kind: 'file-only', paths: shownPaths(inFile) };
  return { kind: 'changed', paths: shownPaths([...inMemory, ...inFile]) };
}

const inMemoryOfOurs = (
  dialect: Dialect,
  before: DeepLive,
  { live }: Settled,
  expected: Prediction,
): readonly Path[] =>
  threeWay(dialect.memoryCatalog, {
    before: before.memory.open(),
    ours: expected.memory.open(),
    now: live.memory.open(),
  }).inForce;

/** Of a request to the v0 API. The v8 API stores a request as it is or refuses it as a whole. */
function fieldRequestIn(request: ApiRequest): FieldRequest | undefined {
  const { path, query } = addressOf(request.path);
  if (!path.startsWith(V0_BASE)) return undefined;
  return {
    method: request.method,
    endpoint: path.slice(V0_BASE.length - 1),
    body: request.body?.open() ?? '',
    query,
  };
}

/** A v8 write stores a flat file as a tree (C v8 §4.6). */
function converted(run: Run, before: DeepLive, { live }: Settled): readonly Problem[] {
  if (sameLayout(before.layout, live.layout)) return [];
  const target = run.context.target.name;
  const message = "the gateway's file now has the v8 layout, which v7 gateways can't read";
  return [problem('HF5054', message, { severity: 'warning', target })];
}

function deniedBy(run: Run, { endpoint }: FieldRequest, what: string): Problem {
  const name = endpoint.replace(/^\//, '');
  return problem('HF5050', `the gateway responded with 200, but ${what}`, {
    target: run.context.target.name,
    remedy: `See what is there with \`holdfast api get ${name}\`. To add or remove items, edit the files and run \`holdfast apply\`.`,
  });
}

function complaints(run: Run, effect: ApiEffect, missing: readonly string[]): readonly Problem[] {
  const target = run.context.target.name;
  if (missing.length > 0 && effect.kind !== 'memory-only')
    return [
      problem(
        'HF5050',
        `the gateway responded with 200 but doesn't contain the requested value at ${missing.join(', ')}`,
        { target },
      ),
    ];
  if (effect.kind === 'nothing')
    return [problem('HF5050', 'the gateway responded with 200 but nothing changed', { target })];
  if (effect.kind === 'file-only')
    return [
      problem('HF5050', `only the file contains ${effect.paths}: the gateway hasn't loaded it`, {
        target,
        remedy: 'Make another write that changes the file, or restart the gateway.',
      }),
    ];
  if (effect.kind === 'memory-only')
    return [
      problem('HF5050', `only memory contains ${effect.paths}. The next write or restart loses it`, {
        target,
      }),
    ];
  return [];
}
