// Other writers at the same gateway: what they do before our n-th request, and what must remain of it.
import type { Checkpoint, Context } from '../../src/apply/apply.ts';
import { nativeDialect } from '../../src/gateway/dialect.ts';
import { effectiveEntries, familyAt } from '../../src/gateway/layout/effective.ts';
import { parseDocument } from '../../src/yaml/document.ts';
import type { Client, Request } from '../../src/gateway/client/client.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import type { Problem } from '../../src/domain/problem/problem.ts';
import { isList, isTree, type Tree, treeOf, type Value } from '../../src/lib/value.ts';
import { stage, type Stage, type StageOptions } from './setup.ts';

/** One edit by others, through the Management API or as `PUT /config.yaml`. */
export interface Edit {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  /** Instead of a request to a path: the whole file, edited. */
  readonly edit?: (text: string) => string;
}

export async function foreignEdit(
  home: Stage,
  { method = 'PUT', path = '', body, edit }: Edit,
): Promise<void> {
  const status = edit
    ? await home.panel('PUT', 'config.yaml', edit(await home.file()))
    : await home.panel(method, path, body);
  if (status >= 300) throw new Error(`the edit itself is refused: ${method} ${path} ${status}`);
}

/** A context that reports each request to the Management API directly before it is sent, numbered from 1. */
export function beforeRequests(
  { context }: Pick<Stage, 'context'>,
  tell: (nth: number, request: Request) => Promise<void>,
): Partial<Context> {
  let nth = 0;
  const connect: Context['connect'] = (lease) => {
    const client = context.connect(lease);
    const send: Client['send'] = async (request) => {
      if (request.credential === 'management') {
        nth += 1;
        await tell(nth, request);
      }
      return client.send(request);
    };
    return { ...client, target: client.target, send };
  };
  return { connect };
}

/**
 * The state of the gateway, leaf by leaf: `memory.debug`, `file.api-keys[sk-test-0001]`, and the comments of the
 * file.
 */
export interface Holdings {
  readonly leaves: ReadonlyMap<string, string>;
  readonly comments: readonly string[];
}

export async function holdings(home: Stage): Promise<Holdings> {
  await home.sandbox.settled();
  const file = await home.file();
  const document = parseDocument(file);
  if ('ok' in document) throw new Error(document.message);
  const { content } = nativeDialect(/^config-version:/m.test(file) ? 'v8' : 'legacy');
  const leaves = [
    ...leavesOf(home.sandbox.states().memory, 'memory'),
    ...leavesOf(inKeys(content(document)), 'file'),
  ];
  const comments = (file.match(/(?<=^|\s)#.*/gm) ?? []).filter((text) => !text.startsWith('# holdfast:'));
  return { leaves: new Map(leaves), comments };
}

/** How keys of a v8 file are grouped makes no difference: each with what it inherits. */
function inKeys(content: Tree): Tree {
  const families = Object.entries(treeOf(content['api-keys'])).map(([provider, groups]) => {
    const family = familyAt(`api-keys.${provider}`);
    return [provider, family ? effectiveEntries(groups, family).map(({ entry }) => entry) : groups] as const;
  });
  return families.length === 0 ? content : { ...content, 'api-keys': Object.fromEntries(families) };
}

/**
 * Entries of a list are keyed by their identity, whatever their order. Zero and empty values are like absent ones.
 */
function leavesOf(value: Value, path: string): [string, string][] {
  if (isTree(value))
    return Object.entries(value)
      .filter(([name]) => name !== 'auth-dir' && name !== 'secret-key')
      .flatMap(([name, member]) => leavesOf(member, `${path}.${name}`));
  if (!isList(value)) return value ? [[path, String(value)]] : [];
  const seen: string[] = [];
  return value.flatMap((item): [string, string][] => {
    const name = nameOf(item);
    seen.push(name);
    const place = `${path}[${name}${'+'.repeat(seen.filter((other) => other === name).length - 1)}]`;
    return [[place, ''], ...(isTree(item) ? leavesOf(item, place) : [])];
  });
}

function nameOf(item: Value): string {
  if (!isTree(item)) return String(item);
  const names = ['name', 'alias', 'api-key', 'base-url'].filter((name) => item[name]);
  return names.length > 0 ? names.map((name) => String(item[name])).join() : JSON.stringify(item);
}

/** The leaves that only one side has, or that differ. */
const changedBetween = (a: Holdings, b: Holdings): readonly string[] =>
  [...new Set([...a.leaves.keys(), ...b.leaves.keys()])].filter(
    (path) => a.leaves.get(path) !== b.leaves.get(path),
  );

export interface Scene {
  readonly options: StageOptions;
  /** What is declared after the first, empty, run. */
  readonly desired: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What happens before the first read; nothing. */
  readonly prepare?: (home: Stage) => Promise<unknown>;
  /** The transaction; an apply. */
  readonly act?: (home: Stage, more: Partial<Context>) => Promise<Outcome>;
}

const apply = (home: Stage, more: Partial<Context>): Promise<Outcome> =>
  home.reconcile({ allow: [{ guard: 'mass-delete' }] }, more);

async function ready({ options, desired, env, prepare }: Scene): Promise<Stage> {
  const home = await stage(options);
  await home.reconcile();
  await home.declare(desired, env);
  await prepare?.(home);
  return home;
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
  const home = await ready(scene);
  const before = await holdings(home);
  const requests: Request[] = [];
  const more = beforeRequests(home, async (_, request) => void requests.push(request));
  const { kind, problems } = await (scene.act ?? apply)(home, more);
  if (!DONE.has(kind)) throw new Error(`the transaction itself fails: ${kind} ${JSON.stringify(problems)}`);
  return { requests, before, planned: await holdings(home) };
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

/** What is wrong with the transaction if others make this edit before any of these requests. */
export async function complaintsOf(
  scene: Scene,
  quiet: Alone,
  edit: Edit,
  instants: readonly number[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const when of instants) {
    const played = await play(scene, edit, when);
    const wrong = complaint(played, quiet);
    const { method, path, purpose } = played.at ?? {};
    if (wrong !== undefined) found.push(`${when} ${method} ${path} (${purpose}): ${wrong}`);
  }
  return found;
}

/** One transaction during which others edit before the n-th request. */
interface Played {
  readonly outcome: Outcome;
  readonly holds: Holdings;
  /** Right before the edit and right after it. */
  readonly edit: readonly [Holdings, Holdings];
  /** The request before which it happened; undefined: the transaction was over before. */
  readonly at: Request | undefined;
}

async function play(scene: Scene, edit: Edit, when: number): Promise<Played> {
  const home = await ready(scene);
  let at: Request | undefined;
  let around: Played['edit'] | undefined;
  const more = beforeRequests(home, async (nth, request) => {
    if (nth !== when) return;
    at = request;
    const before = await holdings(home);
    await foreignEdit(home, edit);
    around = [before, await holdings(home)];
  });
  const outcome = await (scene.act ?? apply)(home, more);
  const holds = await holdings(home);
  return { outcome, holds, edit: around ?? [holds, holds], at };
}

/** A write is sent without another read: a change directly before it at the same path can't be noticed. */
const isUnseen = (at: Request): boolean => at.method !== 'GET' && at.purpose !== 'way-back';

/**
 * The law. What others changed stays as they left it. Everything else is as planned if the outcome says that it was
 * done, and as before if it doesn't; comments that were there at the start and in the end of each are kept.
 */
function complaint({ outcome, holds, edit, at }: Played, quiet: Alone): string | undefined {
  if (at === undefined) return 'the transaction was over before';
  if (outcome.kind === 'rollback-failed') return `exit 7: ${outcome.reason}`;
  if (notesOf(outcome).some(({ code }) => code === 'HF4004')) return 'a passing disagreement is reported';
  const mayBe = isUnseen(at) || at.purpose === 'observe' ? quiet.planned : undefined;
  const wrong = wrongIn(holds, edit, { quiet, isDone: DONE.has(outcome.kind), mayBe });
  return wrong === undefined
    ? unnamed(outcome, at, changedBetween(...edit))
    : `${outcome.kind}, and ${wrong}`;
}

/** What the outcome and its plan report in addition. */
export const notesOf = (outcome: Outcome): readonly Problem[] => [
  ...outcome.problems,
  ...('plan' in outcome ? (outcome.plan?.notes ?? []) : []),
];

interface Expected {
  readonly quiet: Alone;
  readonly isDone: boolean;
  /** What may be at a path that others changed. */
  readonly mayBe?: Holdings | undefined;
}

function wrongIn(
  holds: Holdings,
  edit: Played['edit'],
  { quiet, isDone, mayBe }: Expected,
): string | undefined {
  const theirs = changedBetween(...edit);
  const should = isDone ? quiet.planned : quiet.before;
  const isRight = (path: string): boolean => {
    const held = holds.leaves.get(path);
    if (!theirs.includes(path))
      return (
        held === should.leaves.get(path) ||
        isWhole(path, theirs, quiet.before) ||
        isWrittenOut(path, held, quiet)
      );
    const left = edit[1].leaves.get(path);
    // What they set back to its previous value can't be distinguished from a write that the gateway lost.
    const isSetBack = left === quiet.before.leaves.get(path) && held === should.leaves.get(path);
    return held === left || isSetBack || (mayBe !== undefined && held === mayBe.leaves.get(path));
  };
  const paths = new Set([holds, edit[1], should].flatMap(({ leaves }) => [...leaves.keys()]));
  const wrong = [...paths].filter((path) => !isRight(path));
  if (wrong.length > 0) return `wrong: ${wrong.join(' ')}`;
  const lost = edit[1].comments.filter(
    (comment) => should.comments.includes(comment) && !holds.comments.includes(comment),
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
  const home = await ready(scene);
  await home.crashAt(point, { allow: [{ guard: 'mass-delete' }] });
  const before = await holdings(home);
  await foreignEdit(home, edit);
  const around = [before, await holdings(home)] as const;
  const outcome = await home.recover();
  if (outcome.kind !== 'in-sync') return `${outcome.kind}: ${JSON.stringify(outcome.problems)}`;
  if (await home.store.journal('home')) return 'the journal is open';
  const history = await home.store.history('home');
  const isDone = history.at(0)?.outcome === 'applied';
  return wrongIn(await holdings(home), around, { quiet, isDone });
}

/**
 * A default that the gateway wrote out while it saved a field write (C v0 §4.4 N10). Every field write of anybody leaves the
 * same lines, so nobody can tell whose they are, and the gateway holds the same without them: they are no change, and a
 * roll-back beside others does not write the whole file to take them out. Only what memory showed before counts, under
 * the same path and with the same value, and only where the plan has a field write.
 */
function isWrittenOut(path: string, held: string | undefined, { requests, before }: Alone): boolean {
  const isSaved = requests.some(({ purpose, path }) => purpose === 'write' && !path.endsWith('/config.yaml'));
  if (!isSaved || held === undefined || !path.startsWith('file.') || before.leaves.has(path)) return false;
  return before.leaves.get(path.replace(/^file\./, 'memory.')) === held;
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
