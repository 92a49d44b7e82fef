// Other writers at the same gateway: what they do before our n-th request, and what must remain of it.
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Checkpoint, Context } from '../../src/apply/apply.ts';
import type { Client, Request } from '../../src/gateway/client/client.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { formatPath, key } from '../../src/domain/path.ts';
import { pathsIn } from '../../src/gateway/layout/locate.ts';
import type { Problem } from '../../src/domain/problem/problem.ts';
import { changedBetween, type Holdings, holdings, holdingsNow } from './holdings.ts';
import { setup, type Fixture, type SetupOptions } from './setup.ts';

/** One edit by others, through the Management API or as `PUT /config.yaml`. */
export interface Edit {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  /** Instead of a request to a path: the whole file, edited. */
  readonly edit?: (text: string) => string;
}

/** A comment has no path, and is kept like every value. */
export const COMMENT_IN_FILE: Edit = {
  name: 'the whole file, a comment',
  edit: (text) => text.replace('port: 8317', 'port: 8317 # by others'),
};

/** What others do at a gateway; `key` is the client key that one of them adds. */
export const editsWith = (key: string): readonly Edit[] => [
  { name: 'the same value', path: 'request-retry', body: { value: 99 } },
  { name: 'another value', path: 'logging-to-file', body: { value: true } },
  {
    name: 'an entry of the same list',
    method: 'PATCH',
    path: 'api-keys',
    body: { old: 'sk-none', new: key },
  },
  { name: 'an entry of the same list goes', method: 'DELETE', path: 'api-keys?value=sk-test-0001' },
  {
    name: 'a header',
    method: 'PATCH',
    path: 'openai-compatibility',
    body: { name: 'openrouter', value: { headers: { 'X-Panel': 'yes' } } },
  },
  { name: 'the whole file, another value', edit: (text) => text.replace('port: 8317', 'port: 8318') },
  COMMENT_IN_FILE,
];

/** The value that we write too. */
export const SAME_VALUE_IN_FILE: Edit = {
  name: 'the whole file, the same value',
  edit: (text) => text.replace(/request-retry: \d+/, 'request-retry: 99'),
};

export async function foreignEdit(
  fixture: Fixture,
  { method = 'PUT', path = '', body, edit }: Edit,
  send: Fixture['panel'] = fixture.panel,
): Promise<void> {
  const status = edit
    ? await send('PUT', 'config.yaml', edit(await fixture.file()))
    : await send(method, path, body);
  if (status >= 300) throw new Error(`the edit itself is refused: ${method} ${path} ${status}`);
}

type Tell = (nth: number, request: Request) => Promise<void>;

/**
 * A context that tells of each request to the Management API right before it leaves, numbered from 1, and right after its
 * answer.
 */
export function beforeRequests(
  { context }: Pick<Fixture, 'context'>,
  tell: Tell,
  tellAfter?: Tell,
): Partial<Context> {
  let nth = 0;
  const connect: Context['connect'] = (lease) => {
    const client = context.connect(lease);
    const send: Client['send'] = async (request) => {
      if (request.credential !== 'management') return client.send(request);
      nth += 1;
      const mine = nth;
      await tell(mine, request);
      const answer = await client.send(request);
      await tellAfter?.(mine, request);
      return answer;
    };
    return { ...client, target: client.target, send };
  };
  return { connect };
}

export interface Scene {
  readonly options: SetupOptions;
  /** What is declared after the first, empty, run. */
  readonly desired: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What happens before the first read; nothing. */
  readonly prepare?: (fixture: Fixture) => Promise<unknown>;
  /** The transaction; an apply. */
  readonly act?: (fixture: Fixture, more: Partial<Context>) => Promise<Outcome>;
}

const apply = (fixture: Fixture, more: Partial<Context>): Promise<Outcome> =>
  fixture.reconcile({ allow: [{ guard: 'mass-delete' }] }, more);

async function ready({ options, desired, env, prepare }: Scene): Promise<Fixture> {
  const fixture = await setup(options);
  await fixture.reconcile();
  await fixture.declare(desired, env);
  await prepare?.(fixture);
  return fixture;
}

/** The transaction without other writers. */
export interface Alone {
  readonly requests: readonly Request[];
  readonly before: Holdings;
  readonly planned: Holdings;
}

/** The outcomes that say that all was done. */
const DONE: ReadonlySet<string> = new Set(['applied', 'restored', 'in-sync']);

export async function alone(scene: Scene): Promise<Alone> {
  const fixture = await ready(scene);
  const before = await holdings(fixture);
  const requests: Request[] = [];
  const more = beforeRequests(fixture, async (_, request) => void requests.push(request));
  const { kind, problems } = await (scene.act ?? apply)(fixture, more);
  if (!DONE.has(kind)) throw new Error(`the transaction itself fails: ${kind} ${JSON.stringify(problems)}`);
  return { requests, before, planned: await holdings(fixture) };
}

/** The writes of a transaction, e.g. `PUT /v0/management/debug`. */
export const writesOf = ({ requests }: Alone): readonly string[] =>
  requests.flatMap(({ purpose, method, path }) => (purpose === 'write' ? [`${method} ${path}`] : []));

/**
 * Before which requests the edit `i` of a table is tried, from 1: each where HOLDFAST_CONTENTION is `all`, otherwise the
 * first reading after the first write, and one that is another for each edit.
 */
export function instantsOf({ requests }: Alone, i: number): readonly number[] {
  if (process.env['HOLDFAST_CONTENTION'] === 'all') return requests.map((_, nth) => nth + 1);
  const settling = requests.findIndex(({ purpose }) => purpose === 'settle');
  const others = requests.flatMap((_, nth) => (nth === settling ? [] : [nth + 1]));
  const other = others[(i * SPREAD) % others.length];
  return [settling + 1, ...(other === undefined ? [] : [other])].filter((when) => when > 0);
}

/** Has no divisor in common with a usual number of requests, so that a table tries all of them. */
const SPREAD = 5;

/** Before the n-th request, from 1; or so many ms after its answer, while the gateway still loads what it wrote. */
export type Instant = number | { readonly nth: number; readonly loadingMs: number };

/** What is wrong with the transaction when somebody makes this edit at any of these instants. */
export async function complaintsOf(
  scene: Scene,
  quiet: Alone,
  edit: Edit,
  instants: readonly Instant[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const when of instants) {
    const played = await play(scene, edit, when);
    const wrong = complaint(played, quiet);
    const { method, path, purpose } = played.at ?? {};
    if (wrong !== undefined) found.push(`${JSON.stringify(when)} ${method} ${path} (${purpose}): ${wrong}`);
  }
  return found;
}

/** One transaction during which somebody edits. */
interface Played {
  readonly outcome: Outcome;
  readonly holds: Holdings;
  /** Right before the edit and right after it. */
  readonly edit: readonly [Holdings, Holdings];
  /** The request before or after which it happened; undefined: the transaction was over before. */
  readonly at: Request | undefined;
  /** A write goes out without another look: what happens right before it and concerns the same place cannot be seen. */
  readonly isUnseen: boolean;
}

async function play(scene: Scene, edit: Edit, when: Instant): Promise<Played> {
  const fixture = await ready(scene);
  let at: Request | undefined;
  let around: Played['edit'] | undefined;
  const before: Tell = async (nth, request) => {
    if (nth !== when) return;
    at = request;
    const first = await holdings(fixture);
    await foreignEdit(fixture, edit);
    around = [first, await holdings(fixture)];
  };
  const after: Tell = async (nth, request) => {
    if (typeof when === 'number' || nth !== when.nth) return;
    at = request;
    await fixture.clock.sleep(when.loadingMs);
    const first = await holdingsNow(fixture);
    await foreignEdit(fixture, edit, fixture.panelNow);
    around = [first, await holdingsNow(fixture)];
  };
  const outcome = await (scene.act ?? apply)(fixture, beforeRequests(fixture, before, after));
  const holds = await holdings(fixture);
  const isUnseen = typeof when === 'number' && at?.method !== 'GET' && at?.purpose !== 'way-back';
  return { outcome, holds, edit: around ?? [holds, holds], at, isUnseen };
}

/**
 * The law. What others changed stays as they left it. Everything else is as planned if the outcome says that it was
 * done, and as before if it doesn't; comments that were there at the start and in the end of each are kept, and those that
 * others added.
 */
function complaint({ outcome, holds, edit, at, isUnseen }: Played, quiet: Alone): string | undefined {
  if (at === undefined) return 'the transaction was over before';
  if (outcome.kind === 'rollback-failed') return `exit 7: ${outcome.reason}`;
  if (notesOf(outcome).some(({ code }) => code === 'HF4004')) return 'a passing disagreement is reported';
  const mayBe = isUnseen || at.purpose === 'observe' ? quiet.planned : undefined;
  const wrong = wrongIn(holds, edit, { quiet, isDone: DONE.has(outcome.kind), mayBe });
  return wrong === undefined
    ? unnamed(outcome, at, changedByMeaning(edit, quiet))
    : `${outcome.kind}, and ${wrong}`;
}

/** What the outcome and its plan report in addition. */
export const notesOf = (outcome: Outcome): readonly Problem[] => [
  ...outcome.problems,
  ...('plan' in outcome ? (outcome.plan?.notes ?? []) : []),
];

/**
 * What their edit changed, without the defaults that the gateway wrote out with it, and without what it made the gateway
 * load of ours: a value as ours cannot be told from ours.
 */
const changedByMeaning = ([before, after]: Played['edit'], quiet: Alone): readonly string[] =>
  changedBetween(before, after).filter(
    (path) =>
      after.leaves.get(path) !== quiet.planned.leaves.get(path) &&
      !isWrittenOut(path, before.leaves.get(path) ?? after.leaves.get(path), quiet),
  );

interface Expected {
  readonly quiet: Pick<Alone, 'before' | 'planned'>;
  readonly isDone: boolean;
  /** What may be at a path that others changed. */
  readonly mayBe?: Holdings | undefined;
}

/** What is neither as it should be nor as others left it; `edit` is what they did. */
export function wrongIn(
  holds: Holdings,
  edit: Played['edit'],
  { quiet, isDone, mayBe }: Expected,
): string | undefined {
  const theirs = changedBetween(...edit);
  const should = isDone ? quiet.planned : quiet.before;
  const isRight = (path: string): boolean => {
    const held = holds.leaves.get(path);
    const left = edit[1].leaves.get(path);
    if (isWrittenOut(path, held ?? left, quiet)) return true;
    if (!theirs.includes(path))
      return held === should.leaves.get(path) || isWhole(path, theirs, quiet.before);
    // What they set back to what it was cannot be told from a write that the gateway lost.
    const isSetBack = left === quiet.before.leaves.get(path) && held === should.leaves.get(path);
    // What they set as we did, or made the gateway load of ours, cannot be told from ours.
    const isAsOurs = left === quiet.planned.leaves.get(path) && held === should.leaves.get(path);
    return held === left || isSetBack || isAsOurs || (mayBe !== undefined && held === mayBe.leaves.get(path));
  };
  const paths = new Set([holds, edit[1], should].flatMap(({ leaves }) => [...leaves.keys()]));
  const wrong = [...paths].filter((path) => !isRight(path));
  if (wrong.length > 0) return `wrong: ${wrong.join(' ')}`;
  const isTheirs = (comment: string): boolean => mayBe === undefined && !edit[0].comments.includes(comment);
  const lost = edit[1].comments.filter(
    (comment) =>
      (should.comments.includes(comment) || isTheirs(comment)) && !holds.comments.includes(comment),
  );
  return lost.length > 0 ? `comments are lost: ${lost.join()}` : undefined;
}

/** A crash at this point, then an edit by others, then the next start: the same law by its record. */
export async function complaintAfterCrash(
  scene: Scene,
  quiet: Alone,
  point: Checkpoint,
  edit: Edit,
): Promise<string | undefined> {
  const fixture = await ready(scene);
  await fixture.crashAt(point, { allow: [{ guard: 'mass-delete' }] });
  const before = await holdings(fixture);
  await foreignEdit(fixture, edit);
  const around = [before, await holdings(fixture)] as const;
  const outcome = await fixture.recover();
  if (outcome.kind !== 'in-sync') return `${outcome.kind}: ${JSON.stringify(outcome.problems)}`;
  if (await fixture.store.journal('home')) return 'the journal is open';
  const history = await fixture.store.history('home');
  const isDone = history.at(0)?.outcome === 'applied';
  return wrongIn(await holdings(fixture), around, { quiet, isDone });
}

/**
 * A default that the gateway wrote out while it saved a field write, ours or theirs (C v0 §4.4 N10, C v8 §5). Every
 * field write of anybody leaves the same lines, so nobody can tell whose they are, and the gateway holds the same without
 * them: they are no change, and a rollback beside others does not write the whole file to take them out. Only what memory
 * showed before counts, under the same path and with the same value.
 */
function isWrittenOut(path: string, value: string | undefined, { before }: Expected['quiet']): boolean {
  if (value === undefined || !path.startsWith('file.') || before.leaves.has(path)) return false;
  return inMemory(path).some((shown) => before.leaves.get(shown) === value);
}

/** The paths in memory, which is flat on v8 too, of one in a file of either layout. */
function inMemory(path: string): readonly string[] {
  const [, place = '', rest = ''] = /^file\.([^[]*)(.*)$/.exec(path) ?? [];
  const flat = pathsIn('legacy', place.split('.').map(key), 'v8').map(formatPath);
  return [place, ...flat].map((one) => `memory.${one}${rest}`);
}

/** An entry that we added and others changed since stays as a whole. */
function isWhole(path: string, theirs: readonly string[], before: Holdings): boolean {
  const entries = theirs.flatMap((one) => one.match(/^.*\]/)?.[0] ?? []);
  return entries.some((entry) => !before.leaves.has(entry) && path.startsWith(entry));
}

/** What the first reading of a file after a write shows is told. */
function unnamed(
  outcome: Outcome,
  { purpose, path }: Request,
  theirs: readonly string[],
): string | undefined {
  if (purpose !== 'settle' || !path.endsWith('/config.yaml') || theirs.length === 0) return undefined;
  const told = 'evidence' in outcome ? outcome.evidence.map(({ check }) => check) : [];
  return told.some((check) => check.endsWith('and kept')) ? undefined : `${outcome.kind} does not name it`;
}

/** The law: nothing that others do before one of our requests is lost, in any scene. */
export function keepsWhatOthersDo(scenes: Readonly<Record<string, Scene>>, edits: readonly Edit[]): void {
  describe.each(Object.entries(scenes))('%s, while others change the gateway', (_, scene) => {
    let quiet: Alone;
    beforeAll(async () => {
      quiet = await alone(scene);
    });

    test.each(edits.map((edit, i) => ({ ...edit, i })))(
      '$name, before our requests',
      async ({ i, ...edit }) => {
        expect(await complaintsOf(scene, quiet, edit, instantsOf(quiet, i))).toEqual([]);
      },
    );
  });
}
