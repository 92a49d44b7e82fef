// Reverts in memory what a failed save left there (C v0 §6.5): it sends the previous values to the same endpoints.
// The response can be 500 again although memory changes, so only a read shows the result.
import { toJson } from '../../gateway/model/json.ts';
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { sameAt } from '../../gateway/model/equal.ts';
import { seal } from '../../domain/secret.ts';
import { type Tree, type Value, valueAt } from '../../lib/value.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import { repairWrite } from '../../plan/route/rollback/rollback-writes.ts';
import { threeWay } from '../../plan/route/rollback/three-way.ts';
import { contentIn } from '../run/compare.ts';
import type { DeepLive } from '../run/read.ts';
import { awaitReload, type Run, type LiveRun } from '../run/run.ts';
import type { Transaction } from '../types/transaction.ts';
import { sendWrite } from '../steps/write.ts';

/** Keeps what others changed in memory in the meantime. */
export async function undoInMemory(
  run: LiveRun,
  { planned, oursInMemory }: Transaction,
  now: DeepLive,
): Promise<void> {
  const { dialect } = run;
  const { catalog } = dialect;
  const { without } = threeWay(dialect.memoryCatalog, {
    before: planned.live.memory.open(),
    ours: oursInMemory.open(),
    now: now.memory.open(),
  });
  const before = toJson(without, catalog) ?? {};
  const endpoints = new Set(planned.prepared.writes.map(({ write }) => endpointOf(write.path)));
  for (const endpoint of endpoints) {
    const value = formerValue(before, endpoint, catalog) ?? formerSettings(run, planned, endpoint);
    if (value === undefined) continue;
    await put(run, endpoint, value);
    await awaitReload(run);
  }
  const isNew = [...endpoints].some(
    (endpoint) => pluginOf(endpoint) !== undefined && !formerSettings(run, planned, endpoint),
  );
  if (endpoints.has('/config.yaml') || isNew) await touch(run, now);
}

/**
 * Whether memory no longer has what we wrote, where `GET /config` doesn't show it: the settings of plugins (C v0
 * §2.1). Sends one request per written plugin.
 */
export async function hiddenIsBack(run: LiveRun, { planned }: Transaction): Promise<boolean> {
  for (const { write, prediction } of planned.prepared.writes) {
    const endpoint = endpointOf(write.path);
    if (pluginOf(endpoint) === undefined) continue;
    const held = await settingsHeld(run, endpoint);
    const field = run.dialect.catalog.at(['plugins', 'configs', pluginOf(endpoint) ?? '']);
    const written = settingsIn(prediction.file.open(), endpoint);
    const former = formerSettings(run, planned, endpoint);
    if (field && held && sameAt(field, held, written) && !sameAt(field, held, former)) return false;
  }
  return true;
}

async function settingsHeld(run: Run, endpoint: string): Promise<Value | undefined> {
  const answer = await run.client.send({
    method: 'GET',
    path: `/v0/management${endpoint}`,
    purpose: 'roll-back',
    credential: 'management',
  });
  if (answer.status === 404) return undefined;
  const { name } = run.context.target;
  // What can't be read is not as before.
  if (answer.status !== 200)
    throw fail('HF3026', `GET ${endpoint} of ${name} responded with ${answer.status}`, { target: name });
  try {
    return JSON.parse(answer.body.open()) as Value;
  } catch {
    throw fail('HF3018', `GET ${endpoint} of ${name} didn't respond with JSON`, { target: name });
  }
}

function pluginOf(endpoint: string): string | undefined {
  const id = /^\/plugins\/([^/]+)\/config$/.exec(endpoint)?.[1];
  return id === undefined ? undefined : decodeURIComponent(id);
}

function formerSettings(run: LiveRun, { live }: Transaction['planned'], endpoint: string): Value | undefined {
  return settingsIn(contentIn(live.file, run.dialect), endpoint);
}

function settingsIn(content: Tree, endpoint: string): Value | undefined {
  const names = ['plugins', 'configs', pluginOf(endpoint) ?? ''];
  return valueAt(content, names);
}

const endpointOf = (path: string): string => path.replace('/v0/management', '');

/** The body that sets an endpoint to its previous value; undefined: no field has this endpoint. */
function formerValue(before: Tree, endpoint: string, catalog: Catalog): Value | undefined {
  const field = catalog.all().find(({ route }) => 'endpoint' in route && same(route.endpoint, endpoint));
  if (!field) return undefined;
  const value = valueAt(before, field.pattern.split('.')) ?? undefined;
  switch (field.route.kind) {
    case 'scalar':
      return { value: value ?? zeroOf(field) };
    case 'channels':
      return value ?? {};
    default:
      return value ?? [];
  }
}

const same = (declared: string, endpoint: string): boolean => endpointOf(declared) === endpoint;

function zeroOf({ kind }: Field): Value {
  if (kind === 'boolean') return false;
  return kind === 'integer' || kind === 'number' ? 0 : '';
}

async function put(run: Run, endpoint: string, value: Value): Promise<void> {
  await run.client
    .send({
      method: 'PUT',
      path: `/v0/management${endpoint}`,
      body: seal(JSON.stringify(value)),
      contentType: 'application/json',
      purpose: 'roll-back',
      credential: 'management',
    })
    .catch((error: unknown) => {
      if (!(error instanceof HoldfastError)) throw error;
    });
}

/**
 * After a `PUT /config.yaml` that didn't change the file: a write that changes bytes makes memory equal to the file.
 */
async function touch(run: LiveRun, now: DeepLive): Promise<void> {
  const repair = repairWrite(now.file, run.dialect);
  if (repair.ok) await sendWrite(run, repair.write, now.file.text, 'roll-back');
}
