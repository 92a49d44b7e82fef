// Drives the model alone through a recorded case: no server, no clock, reloads take place at once. What a case shows of
// timing, authentication and the runtime is the sandbox's to replay.
import { parse, Parser } from 'yaml';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { commentsIn } from '../../../src/yaml/comments.ts';
import { parseDocument } from '../../../src/yaml/document.ts';
import { toJson } from '../../../src/gateway/model/json.ts';
import { load } from '../../../src/gateway/model/load.ts';
import { type LoadSuccess, type Memory } from '../../../src/gateway/model/model.ts';
import { save } from '../../../src/gateway/model/save.ts';
import { bricks, rehashed, stored } from '../../../src/gateway/model/stored.ts';
import { handle } from '../../../src/gateway/v7/endpoints.ts';
import type { FileDocument } from '../../../src/domain/yaml-node.ts';
import type { Tree } from '../../../src/lib/value.ts';
import { isFailure, type LoadFailure } from '../../../src/yaml/failure.ts';

export const catalog = loadCatalog('legacy');
export const HASH = '$2a$10$recorded.hash.of.a.secret.recorded.hash.of.a.secret.recor';
const OPTIONS = { hash: () => HASH, home: '<dir>' };

export interface RecordedCase {
  readonly id: string;
  readonly title: string;
  readonly start: { readonly 'config.yaml': string };
  readonly steps: readonly RecordedStep[];
}

export interface RecordedStep {
  readonly request?: {
    readonly method: string;
    readonly path: string;
    readonly body?: unknown;
    readonly body_text?: string;
    readonly query?: string;
  };
  readonly response?: { readonly status: number; readonly body?: unknown };
  readonly unsettled?: boolean;
  readonly restart?: boolean;
  readonly file?: { readonly op: string; readonly content?: string; readonly text?: string };
}

/** One fact of a case and the model's different value. */
export interface Observation {
  readonly step: number;
  readonly what: string;
  readonly recorded: unknown;
  readonly predicted: unknown;
}

export function loadText(text: string): LoadSuccess | LoadFailure {
  const document = parseDocument(text);
  return isFailure(document) ? (document as LoadFailure) : load(document as FileDocument, catalog, OPTIONS);
}

/** A file as it is judged: content with the order of keys, and the set of comments. */
export function judged(text: string): unknown {
  return { content: orderedContent(text), comments: commentsOf(text) };
}

function orderedContent(text: string): string {
  const blurred = text.replaceAll(/<bcrypt>|\$2a\$10\$[^\s"']+/g, HASH);
  return JSON.stringify(parse(blurred, { merge: true, uniqueKeys: false, maxAliasCount: -1 }));
}

function commentsOf(text: string): string[] {
  const tokens = [...new Parser().parse(text)];
  return tokens
    .flatMap((token) => commentsIn(token))
    .map(({ text: comment }) => comment)
    .sort();
}

class Replay {
  readonly seen: Observation[] = [];
  #file: string;
  #memory: Memory = {};
  #step = 0;

  constructor(file: string) {
    this.#file = file;
    this.#reload();
  }

  step(step: RecordedStep): void {
    if (step.request) this.#request(step, step.request);
    if (step.file) this.#touch(step.file);
    if (step.restart) this.#reload();
    this.#step += 1;
  }

  #compare(what: string, recorded: unknown, predicted: unknown): void {
    if (JSON.stringify(sorted(recorded)) !== JSON.stringify(sorted(predicted)))
      this.seen.push({ step: this.#step, what, recorded, predicted });
  }

  #touch(file: NonNullable<RecordedStep['file']>): void {
    if (file.op === 'read') this.#compare('file', judged(file.content ?? ''), judged(this.#file));
    if (file.op !== 'write') return;
    this.#file = file.text ?? file.content ?? '';
    this.#reload();
  }

  #request(step: RecordedStep, request: NonNullable<RecordedStep['request']>): void {
    const { method } = request;
    const url = new URL(request.path, 'http://gateway');
    if (!url.pathname.startsWith('/v0/management/')) return;
    if (url.pathname === '/v0/management/config.yaml') {
      if (method === 'PUT') this.#replace(request, step);
      return;
    }
    const body = request.body_text ?? (request.body === undefined ? '' : JSON.stringify(request.body));
    const query = Object.fromEntries(new URLSearchParams(request.query ?? url.search));
    const answer = handle(this.#memory, { method, path: url.pathname, query, body }, catalog);
    if (url.pathname === '/v0/management/config' && !step.unsettled && step.response?.status === 200)
      this.#compare(
        'GET /config',
        step.response.body ?? '',
        shownOf(step.response.body, toJson(this.#memory, catalog)),
      );
    if (answer.writes === 'file') this.#save(answer.memory);
  }

  #save(memory: Memory): void {
    this.#memory = memory;
    const document = parseDocument(this.#file);
    if (isFailure(document)) return;
    const saved = save(document as FileDocument, memory, catalog);
    if (isFailure(saved)) return;
    const { text } = saved as FileDocument;
    if (text === this.#file) return;
    this.#file = text;
    this.#reload();
  }

  #replace(request: NonNullable<RecordedStep['request']>, step: RecordedStep): void {
    const body =
      request.body_text ?? (typeof request.body === 'string' ? request.body : JSON.stringify(request.body));
    const brick = bricks(body ?? '') !== undefined;
    const kept = stored(body ?? '', catalog, OPTIONS);
    const status = typeof kept === 'string' ? (brick ? 500 : 200) : kept.stage === 'decode' ? 400 : 422;
    if (step.response?.status === 404 || step.response?.status === 403) return;
    this.#compare('PUT /config.yaml', step.response?.status, status);
    if (typeof kept !== 'string') return;
    this.#file = kept;
    this.#reload();
  }

  /** A file that does not load doesn't change memory; an empty one is ignored. */
  #reload(): void {
    const loaded = loadText(this.#file);
    if (!loaded.ok) return;
    this.#memory = loaded.memory;
    const document = parseDocument(this.#file);
    if (loaded.rewritten && !isFailure(document)) this.#file = rehashed(document as FileDocument, HASH);
  }
}

/** Cases record the keys that matter to them. */
function shownOf(recorded: unknown, predicted: Tree | undefined): unknown {
  if (typeof recorded !== 'object' || recorded === null || !predicted) return predicted ?? '';
  return Object.fromEntries(
    Object.keys(recorded)
      .filter((name) => name in predicted)
      .map((name) => [name, predicted[name]]),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

/** The facts of a case that the model contradicts; empty if they agree. */
export function replay(recorded: RecordedCase): readonly Observation[] {
  const run = new Replay(recorded.start['config.yaml'] ?? '');
  for (const step of recorded.steps) run.step(step);
  return run.seen;
}
