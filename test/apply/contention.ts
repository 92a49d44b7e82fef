// Somebody else at the same gateway: what they do before the n-th request of ours, and what must be left of it.
import type { Context } from '../../src/apply/apply.ts';
import { differences } from '../../src/apply/run/compare.ts';
import { loadCatalog } from '../../src/gateway/catalog/catalog.ts';
import type { Catalog } from '../../src/gateway/catalog/field.ts';
import { parseDocument } from '../../src/yaml/document.ts';
import { contentBy, memoryCatalog } from '../../src/gateway/v8/view.ts';
import type { Client, Request } from '../../src/gateway/client/client.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { formatPath } from '../../src/domain/path.ts';
import { isList, isTree, type Tree, type Value } from '../../src/lib/value.ts';
import { stage, type Stage, type StageOptions } from './setup.ts';

/** One edit of somebody else, through the Management API or as `PUT /config.yaml`. */
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

/** A context that tells of each request to the Management API right before it leaves, numbered from 1. */
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

/** Memory and content of the file, in which the order of texts in a list does not count. */
export interface Holdings {
  readonly memory: Tree;
  readonly file: Tree;
  readonly catalog: Catalog;
}

export async function holdings(home: Stage): Promise<Holdings> {
  await home.sandbox.settled();
  const file = await home.file();
  const catalog = loadCatalog(/^config-version:/m.test(file) ? 'v8' : 'legacy');
  const document = parseDocument(file);
  if ('ok' in document) throw new Error(document.message);
  const tree = (value: Tree): Tree => withoutOrder(value) as Tree; // A tree stays one.
  return { memory: tree(home.sandbox.states().memory), file: tree(contentBy(document, catalog)), catalog };
}

const same = (a: Holdings, b: Holdings): boolean =>
  a.catalog === b.catalog &&
  differences(a.file, b.file, a.catalog).length === 0 &&
  differences(a.memory, b.memory, memoryCatalog(a.catalog)).length === 0;

/** The authentication directory is another one on each stage. */
function withoutOrder(value: Value): Value {
  if (isList(value)) {
    const items = value.map(withoutOrder);
    return items.every((item) => typeof item === 'string') ? items.toSorted() : items;
  }
  if (!isTree(value)) return value;
  const members = Object.entries(value).filter(([name]) => name !== 'auth-dir');
  return Object.fromEntries(members.map(([name, member]) => [name, withoutOrder(member)]));
}

/** One transaction during which somebody edits before the n-th request. */
export interface Played {
  readonly outcome: Outcome;
  readonly holds: Holdings;
  /** The request before which it happened; undefined: the transaction was over before. */
  readonly at: Request | undefined;
  readonly home: Stage;
}

export interface Scene {
  readonly options: StageOptions;
  /** What is declared after the first, empty, run. */
  readonly desired: string;
  readonly env?: Readonly<Record<string, string>>;
}

export async function play(scene: Scene, edit: Edit | undefined, when: number): Promise<Played> {
  const home = await ready(scene);
  let at: Request | undefined;
  const more = beforeRequests(home, async (nth, request) => {
    if (nth !== when || !edit) return;
    at = request;
    await foreignEdit(home, edit);
  });
  const outcome = await home.reconcile({ allow: [{ guard: 'mass-delete' }] }, more);
  return { outcome, holds: await holdings(home), at, home };
}

async function ready({ options, desired, env }: Scene): Promise<Stage> {
  const home = await stage(options);
  await home.reconcile();
  await home.declare(desired, env);
  return home;
}

/** What the gateway holds after the edit alone, after the plan and then the edit, and after the plan alone. */
export interface Endings {
  readonly edited: Holdings;
  readonly both: Holdings;
  readonly planned: Holdings;
}

export async function endingsOf(scene: Scene, edit: Edit): Promise<Endings> {
  const alone = await ready(scene);
  await foreignEdit(alone, edit);
  const planned = await play(scene, undefined, 0);
  if (planned.outcome.kind !== 'applied') throw new Error(`the plan itself fails: ${planned.outcome.kind}`);
  await foreignEdit(planned.home, edit);
  return { edited: await holdings(alone), both: await holdings(planned.home), planned: planned.holds };
}

/** A write goes out without another look: what happens right before it and concerns the same place cannot be seen. */
const isUnseen = (at: Request): boolean => at.method !== 'GET' && at.purpose !== 'way-back';

/** Undefined: nobody lost anything, and the outcome tells what is there. */
export function complaint(
  { outcome, holds, at }: Played,
  { edited, both, planned }: Endings,
): string | undefined {
  const is = (ending: Holdings): boolean => same(holds, ending);
  if (at === undefined) return is(planned) ? undefined : 'not what was planned';
  if (outcome.kind === 'rollback-failed') return `exit 7: ${outcome.reason}`;
  if ((isUnseen(at) || at.purpose === 'observe') && is(planned)) return undefined;
  if (outcome.kind === 'applied')
    return is(both) ? undefined : `applied, and it is not both: ${text(holds, both)}`;
  return is(edited) ? undefined : `${outcome.kind}, and it is not the edit alone: ${text(holds, edited)}`;
}

const text = (is: Holdings, should: Holdings): string =>
  JSON.stringify([
    differences(is.file, should.file, is.catalog).map(formatPath),
    differences(is.memory, should.memory, memoryCatalog(is.catalog)).map(formatPath),
  ]);
