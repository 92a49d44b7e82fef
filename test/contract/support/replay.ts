// Replays one recorded scenario on the sandbox and says where it behaves differently.
//
// What is judged, and why not more:
// - A settled step: status, the kept headers, the body, the file. This is everything a transcript says.
// - `unsettled`: a read straight after a field write sees the old or the new memory by chance. Only its status.
// - A step in `differs` of a racy case came out differently on the real gateway itself. Only its status.
// - A case that is racy by nature measures how long something takes: any answer the case shows to the same request.
// - A step with a tally: its value must be one that the real gateway was seen to give; the final file likewise.
// - The text of a YAML parser's message is the parser's own; status and error code are not.
// - Files by content, order of keys and set of comments; byte for byte where the gateway stores a text as it was sent.
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { type VirtualClock, virtualSandbox } from '../../support/virtual-clock.ts';
import { ask } from './ask.ts';
import {
  expand,
  normalise,
  type RecordedCase,
  type RecordedFile,
  type RecordedResponse,
  type RecordedStep,
} from './recorded.ts';
import { fileDifference } from './same-file.ts';

/** As on the gateway that was recorded; time is virtual. */
const DELAYS = { debounceMs: 150, reloadStartMs: 1, reloadMs: 4, pollMs: 2, bcryptMs: 60 };
/** Long enough that a second write at once falls into it, as it does on the real gateway (C v8 §4.12). */
const DELAYS_V8 = { ...DELAYS, reloadStartMs: 0, reloadMs: 60, bcryptMs: 0 };

interface Replay {
  readonly recorded: RecordedCase;
  readonly directory: string;
  readonly sandbox: Sandbox;
  readonly clock: VirtualClock;
  /** Whether the file on disk is a text as it was sent or written from outside. */
  verbatim: boolean;
  readonly differences: string[];
}

/** Every difference, one line each; empty: it behaves as recorded. */
export async function replay(recorded: RecordedCase, api: 'v7' | 'v8' = 'v7'): Promise<readonly string[]> {
  const root = mkdtempSync(join(tmpdir(), 'replay-'));
  const directory = join(root, 'gateway');
  mkdirSync(join(directory, 'auths'), { recursive: true });
  const file = join(directory, 'config.yaml');
  writeFileSync(file, String(expand(recorded.start['config.yaml'], directory)));
  const { args = [], env = {} } = recorded.start;
  const { sandbox, clock } = await virtualSandbox({
    api,
    file,
    port: 0,
    host: '127.0.0.1',
    env: { HOME: directory, ...env },
    build: { version: 'dev' },
    delays: api === 'v8' ? DELAYS_V8 : DELAYS,
    ...(args[0] === '-password' && args[1] !== undefined && { password: args[1] }),
  });
  const run: Replay = {
    recorded,
    directory,
    sandbox,
    clock,
    verbatim: !hasPlainSecret(recorded.start['config.yaml']),
    differences: [],
  };
  try {
    for (const [index, step] of recorded.steps.entries()) await take(run, index, step);
    await sandbox.settled();
    judgeFinal(run);
  } finally {
    await sandbox.stop();
    rmSync(root, { recursive: true, force: true });
  }
  return run.differences;
}

const hasPlainSecret = (text: string): boolean => /^\s*secret-key:\s*(?!["']?(?:\$2[aby]\$|<bcrypt>)|["']{2}|\s*$)\S/m.test(text);

async function take(run: Replay, index: number, step: RecordedStep): Promise<void> {
  if (step.request) await takeRequest(run, index, step);
  else if (step.parallel) await Promise.all(step.parallel.map((each) => takeRequest(run, index, each)));
  else if (step.wait_ms !== undefined) await run.clock.sleep(step.wait_ms);
  else if (step.file) takeFile(run, index, step.file);
  else if (step.restart) await restart(run, index, step.restarted === true);
}

async function restart({ sandbox, differences }: Replay, index: number, expected: boolean): Promise<void> {
  const before = sandbox.port;
  const up = (await sandbox.restart()) && sandbox.port === before;
  if (up !== expected) differences.push(`${index}: restarted ${up}, recorded ${expected}`);
}

async function takeRequest(run: Replay, index: number, step: RecordedStep): Promise<void> {
  const { request, response } = step;
  if (!request || !response) return;
  const found = await ask(request, { url: run.sandbox.url, directory: run.directory });
  if (found.status < 300 && request.method !== 'GET')
    run.verbatim = request.path.endsWith('/config.yaml') && !hasPlainSecret(request.body_text ?? '');
  const what = `${index}: ${request.method} ${request.path}`;
  if (step.tally !== undefined) judgeTally(run, what, step, found);
  if (isRacy(run.recorded, index) && step.tally !== undefined) return;
  if (found.status !== response.status) {
    run.differences.push(`${what}: status ${found.status}, recorded ${response.status}: ${show(found.body)}`);
    return;
  }
  if (step.unsettled || isRacy(run.recorded, index)) return;
  if (!isDeepStrictEqual(found.headers ?? {}, response.headers ?? {}))
    run.differences.push(`${what}: headers ${show(found.headers)}, recorded ${show(response.headers)}`);
  if (isTiming(run.recorded) && shownElsewhere(run.recorded, step, found)) return;
  if (!isDeepStrictEqual(judged(request.path, found.body), judged(request.path, response.body)))
    run.differences.push(`${what}: body ${show(found.body)}, recorded ${show(response.body)}`);
}

const isTiming = ({ racy, observed }: RecordedCase): boolean => racy && !observed;

const shownElsewhere = ({ steps }: RecordedCase, step: RecordedStep, found: RecordedResponse): boolean =>
  steps.some(
    ({ request, response }) =>
      isDeepStrictEqual(request, step.request) && isDeepStrictEqual(response?.body, found.body),
  );

const isRacy = ({ differs = [], observed }: RecordedCase, index: number): boolean =>
  differs.includes(index) || observed !== undefined;

const show = (value: unknown): string => JSON.stringify(value)?.slice(0, 1500) ?? '';

/** The part of a body that is the gateway's own: no parser's prose, no descriptions of models. */
function judged(path: string, body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return unquoted(body);
  if (path.includes('/model-definitions/') && 'models' in body)
    return (body.models as readonly { id: string }[]).map(({ id }) => id); // Its answer's shape.
  const { error } = body as { error?: unknown };
  if (error === 'invalid_yaml' || error === 'reload_failed') return error;
  if (error === 'invalid_config' && 'message' in body && /^yaml: line \d/.test(String(body.message))) return error;
  if (typeof error === 'string' && /^failed to save config: (?:yaml:|line \d)/.test(error))
    return 'failed to save config: yaml:';
  return unquoted(body);
}

/** Numbers as JavaScript knows them, whatever their spelling. */
const unquoted = (value: unknown): unknown =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);

/** Of lists that lose items by chance not every combination was seen: any loss from the fullest one is as good. */
function isLossOf(seen: readonly string[], value: string | undefined): boolean {
  const lists = seen.map((text) => JSON.parse(text) as unknown).filter((list) => Array.isArray(list));
  const found = value === undefined ? undefined : (JSON.parse(value) as unknown);
  const fullest = lists.toSorted((a, b) => b.length - a.length)[0];
  if (!fullest || !Array.isArray(found) || found[0] !== fullest[0]) return false;
  const places = found.map((item) => fullest.indexOf(item));
  return places.every((place, n) => place >= 0 && (n === 0 || place > (places[n - 1] ?? -1)));
}

function judgeTally(run: Replay, what: string, step: RecordedStep, found: RecordedResponse): void {
  const seen = run.recorded.observed?.[step.tally ?? ''];
  const value = JSON.stringify(at(found, step.at ?? ''));
  if (typeof seen === 'object' && !same(Object.keys(seen), value) && !isLossOf(Object.keys(seen), value))
    run.differences.push(`${what}: ${value}, seen were ${Object.keys(seen).join(' ')}`);
}

/** A tally over several keys is a draw for each of them: every one must have been seen, not their combination. */
function same(seen: readonly string[], text: string): boolean {
  const values: unknown[] = seen.map((each) => JSON.parse(each));
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return values.some((each) => isDeepStrictEqual(each, value));
  return Object.entries(value).every(([key, item]) =>
    values.some((each) => isDeepStrictEqual((each as Record<string, unknown>)[key], item)),
  );
}

function at(value: unknown, pointer: string): unknown {
  for (const part of pointer.split('/').filter(Boolean))
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string, unknown>)[part]
        : '<absent>';
  return value;
}

function takeFile(run: Replay, index: number, file: RecordedFile): void {
  const path = join(run.directory, file.path ?? 'config.yaml');
  const text = String(expand(file.text ?? '', run.directory));
  if (file.op === 'read') judgeFile(run, String(index), file.content ?? null);
  else if (file.op === 'chmod') chmodSync(path, Number.parseInt(file.mode ?? '644', 8));
  else {
    change(file.op, path, text, run.directory);
    run.verbatim = !hasPlainSecret(text);
  }
}

function change(op: RecordedFile['op'], path: string, text: string, directory: string): void {
  if (op === 'write') writeFileSync(path, text);
  else if (op === 'append') appendFileSync(path, text);
  else if (op === 'remove') rmSync(path);
  else if (op === 'rename') {
    writeFileSync(join(directory, 'new'), text);
    renameSync(join(directory, 'new'), path);
  }
}

function judgeFinal(run: Replay): void {
  const { recorded } = run;
  for (const [label, pattern] of Object.entries(recorded.tally_final ?? {})) {
    const found = String(new RegExp(pattern.replace('(?m)', ''), 'm').test(contentOf(run) ?? ''));
    const seen = recorded.observed?.[label];
    if (typeof seen === 'object' && !Object.hasOwn(seen, found))
      run.differences.push(`final: ${label} is ${found}, which was never seen`);
  }
  if (!recorded.differs?.includes('final') && !recorded.observed)
    judgeFile(run, 'final', recorded.final['config.yaml']);
}

const contentOf = ({ directory }: Replay): string | null => {
  const path = join(directory, 'config.yaml');
  return existsSync(path) ? String(normalise(readFileSync(path, 'utf8'), directory)) : null;
};

function judgeFile(run: Replay, where: string, expected: string | null): void {
  const found = contentOf(run);
  const problem = run.verbatim
    ? found === expected
      ? undefined
      : 'bytes'
    : fileDifference(expected, found);
  if (problem !== undefined)
    run.differences.push(`${where}: the file differs in ${problem}:\n${found}\n--- recorded:\n${expected}`);
}
