// Replays one recorded scenario on a gateway and says where it behaves differently.
//
// What is judged, and why not more:
// - A settled step: status, the kept headers, the body, the file. This is everything a transcript says.
// - `unsettled`: a read straight after a field write sees the old or the new memory by chance. Only its status.
// - A step in `differs` of a racy case came out differently on the real gateway itself. Only its status.
// - A case that is racy by nature measures how long something takes: any answer the case shows to the same request.
// - A step with a tally: its value must be one that the real gateway was seen to give; the final file likewise.
// - The text of a YAML parser's message is the parser's own; status and error code are not.
// - Files by content, order of keys and set of comments; byte for byte where the gateway stores a text as it was sent.
import { isDeepStrictEqual } from 'node:util';
import { ask, type Place } from './ask.ts';
import {
  normalise,
  type RecordedCase,
  type RecordedFile,
  type RecordedResponse,
  type RecordedStep,
} from './recorded.ts';
import { fileDifference } from './same-file.ts';

/** A gateway that was started, or set up, with the file of the case. */
export interface Subject {
  readonly place: Place;
  sleep(ms: number): Promise<void>;
  /** Until what was written is in memory and file. */
  settled(): Promise<void>;
  /** Whether it came up again at the same address. Absent: the case has no such step. */
  restart?(): Promise<boolean>;
  /** Changes its file beside the API. Absent: the case has no such step. */
  change?(step: RecordedFile): void;
  /** An answer without what differs between builds that behave the same. Absent: everything counts. */
  comparable?(response: RecordedResponse): RecordedResponse;
}

export interface Difference {
  readonly step: number | 'final';
  /** Absent: the file, or a restart. */
  readonly request?: { readonly method: string; readonly path: string };
  readonly what: 'status' | 'headers' | 'body' | 'seen' | 'file' | 'restart';
  readonly found: unknown;
  readonly recorded: unknown;
}

interface Replay {
  readonly recorded: RecordedCase;
  readonly subject: Subject;
  /** Whether the file on disk is a text as it was sent or written from outside. */
  verbatim: boolean;
  readonly differences: Difference[];
}

/** Empty: it behaves as recorded. */
export async function replay(recorded: RecordedCase, subject: Subject): Promise<readonly Difference[]> {
  const run: Replay = {
    recorded,
    subject,
    verbatim: !hasPlainSecret(recorded.start['config.yaml']),
    differences: [],
  };
  for (const [index, step] of recorded.steps.entries()) await take(run, index, step);
  await subject.settled();
  await judgeFinal(run);
  return run.differences;
}

export const hasPlainSecret = (text: string): boolean => /^\s*secret-key:\s*(?!["']?(?:\$2[aby]\$|<bcrypt>)|["']{2}|\s*$)\S/m.test(text);

async function take(run: Replay, index: number, step: RecordedStep): Promise<void> {
  if (step.request) await takeRequest(run, index, step);
  else if (step.parallel) await Promise.all(step.parallel.map((each) => takeRequest(run, index, each)));
  else if (step.wait_ms !== undefined) await run.subject.sleep(step.wait_ms);
  else if (step.file) await takeFile(run, index, step.file);
  else if (step.restart) await restart(run, index, step.restarted === true);
}

async function restart({ subject, differences }: Replay, step: number, recorded: boolean): Promise<void> {
  const found = await subject.restart?.();
  if (found !== recorded) differences.push({ step, what: 'restart', found, recorded });
}

async function takeRequest(run: Replay, index: number, step: RecordedStep): Promise<void> {
  const { request, response } = step;
  if (!request || !response) return;
  const { place, comparable = (answer) => answer } = run.subject;
  const found = comparable(await ask(request, place));
  const expected = comparable(response);
  if (found.status < 300 && request.method !== 'GET')
    run.verbatim = request.path.endsWith('/config.yaml') && !hasPlainSecret(request.body_text ?? '');
  const differs = (what: Difference['what'], is: unknown, was: unknown): void => {
    const { method, path } = request;
    run.differences.push({ step: index, request: { method, path }, what, found: is, recorded: was });
  };
  if (step.tally !== undefined) judgeTally(run, differs, step, found);
  if (isRacy(run.recorded, index) && step.tally !== undefined) return;
  if (found.status !== expected.status) return differs('status', found, expected);
  if (step.unsettled || isRacy(run.recorded, index)) return;
  if (!isDeepStrictEqual(found.headers ?? {}, expected.headers ?? {}))
    differs('headers', found.headers, expected.headers);
  if (isTiming(run.recorded) && shownElsewhere(run.recorded, step, found)) return;
  const [is, was] = [judged(request.path, found.body), judged(request.path, expected.body)];
  if (!isDeepStrictEqual(is, was)) differs('body', is, was);
}

const isTiming = ({ racy, observed }: RecordedCase): boolean => racy && !observed;

const shownElsewhere = ({ steps }: RecordedCase, step: RecordedStep, found: RecordedResponse): boolean =>
  steps.some(
    ({ request, response }) =>
      isDeepStrictEqual(request, step.request) && isDeepStrictEqual(response?.body, found.body),
  );

const isRacy = ({ differs = [], observed }: RecordedCase, index: number): boolean =>
  differs.includes(index) || observed !== undefined;

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

function judgeTally(
  run: Replay,
  differs: (what: 'seen', found: unknown, recorded: unknown) => void,
  step: RecordedStep,
  found: RecordedResponse,
): void {
  const seen = run.recorded.observed?.[step.tally ?? ''];
  const value = JSON.stringify(at(found, step.at ?? ''));
  if (typeof seen === 'object' && !same(Object.keys(seen), value) && !isLossOf(Object.keys(seen), value))
    differs('seen', value, Object.keys(seen));
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

async function takeFile(run: Replay, index: number, file: RecordedFile): Promise<void> {
  if (file.op === 'read') return judgeFile(run, index, file.content ?? null);
  run.subject.change?.(file);
  if (file.op !== 'chmod') run.verbatim = !hasPlainSecret(file.text ?? '');
}

async function judgeFinal(run: Replay): Promise<void> {
  const { recorded } = run;
  const content = await contentOf(run);
  for (const [label, pattern] of Object.entries(recorded.tally_final ?? {})) {
    const found = String(new RegExp(pattern.replace('(?m)', ''), 'm').test(content ?? ''));
    const seen = recorded.observed?.[label];
    if (typeof seen === 'object' && !Object.hasOwn(seen, found))
      run.differences.push({ step: 'final', what: 'seen', found: { [label]: found }, recorded: seen });
  }
  if (!recorded.differs?.includes('final') && !recorded.observed)
    await judgeFile(run, 'final', recorded.final['config.yaml']);
}

async function contentOf({ subject: { place } }: Replay): Promise<string | null> {
  const text = await place.file();
  return text === null ? null : String(normalise(text, place.texts));
}

/** Byte for byte where the gateway keeps a text as it was sent. */
async function judgeFile(run: Replay, step: Difference['step'], recorded: string | null): Promise<void> {
  const found = await contentOf(run);
  const isSame = run.verbatim ? found === recorded : fileDifference(recorded, found) === undefined;
  if (!isSame) run.differences.push({ step, what: 'file', found, recorded });
}
