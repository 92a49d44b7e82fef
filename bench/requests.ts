// The currency: how many requests a look and a change cost the gateway, as the sandbox counts them.
import { check, reconcile } from '../src/apply/apply.ts';
import type { Outcome } from '../src/domain/outcome/outcome.ts';
import type { Tree } from '../src/lib/value.ts';
import { type Figure, figure } from './figure.ts';
import { gatewayWith } from './inputs.ts';
import { type Fixture, setup } from './setup.ts';

export async function requestFigures(): Promise<Figure[]> {
  const live = gatewayWith(100);
  const { host: _, port: __, ...visible } = live;
  const blind = { ...visible, 'remote-management': { 'disable-control-panel': true } };
  await using place = await setup({ ...live, 'remote-management': { 'disable-control-panel': true } });
  await settledOn(place, visible);
  const shallow = await counted(place, () => reconcile(place.context, { depth: 'shallow' }));
  const deep = await counted(place, () => check(place.context, { depth: 'deep' }));
  await settledOn(place, blind);
  const shallowBlind = await counted(place, () => reconcile(place.context, { depth: 'shallow' }));
  await place.declare({ ...blind, 'request-retry': 5 });
  const oneField = await counted(place, () => reconcile(place.context));
  const fifty = await fiftyChanges(place, { ...blind, 'request-retry': 5 });
  return [
    requests('shallow check', shallow, 1, 'in-sync'),
    requests('shallow check, something declared shows in the file only', shallowBlind, 2, 'in-sync'),
    requests('deep check', deep, 2, 'in-sync'),
    requests('one field changed and verified', oneField, 8, 'applied'),
    fifty,
  ];
}

/** A v8 gateway: the raw file is all that a look needs, and one PATCH all that a change needs. */
export async function treeRequestFigures(): Promise<Figure[]> {
  const live = gatewayWith(100);
  const { host: _, port: __, ...desired } = live;
  await using place = await setup(live, 'v8');
  await settledOn(place, desired);
  const shallow = await counted(place, () => reconcile(place.context, { depth: 'shallow' }));
  const deep = await counted(place, () => check(place.context, { depth: 'deep' }));
  await place.declare({ ...desired, 'request-retry': 5 });
  const oneField = await counted(place, () => reconcile(place.context));
  const family = live['gemini-api-key'] as readonly Tree[];
  await place.declare({
    ...desired,
    'request-retry': 6,
    debug: true,
    'gemini-api-key': family.map((entry, i) => (i < 40 ? { ...entry, priority: 50 } : entry)),
  });
  const many = await counted(place, () => reconcile(place.context));
  const { plan } = many.outcome;
  return [
    requests('v8: shallow check', shallow, 1, 'in-sync'),
    requests('v8: deep check', deep, 2, 'in-sync'),
    requests('v8: one field changed and verified', oneField, 9, 'applied'),
    figure('v8: writes of a plan of many values', 'requests', plan?.writes.length ?? NaN, 1, {
      outcome: many.outcome.kind,
      changes: plan?.changes.length,
      writes: plan?.writes.map(({ method, path }) => `${method} ${path}`),
    }),
  ];
}

interface Counted {
  readonly outcome: Outcome;
  readonly management: number;
  readonly proxy: number;
}

/** Applied, so that detection, way back and pace are known, as in every look but the first. */
async function settledOn(place: Fixture, desired: Tree): Promise<void> {
  await place.declare(desired);
  const outcome = await reconcile(place.context);
  if (outcome.kind !== 'in-sync' && outcome.kind !== 'applied')
    throw new Error(`not in sync: ${outcome.kind}`);
}

async function counted({ sandbox }: Fixture, work: () => Promise<Outcome>): Promise<Counted> {
  sandbox.clearRequests();
  const outcome = await work();
  const management = sandbox.requests.filter(({ path }) => /^\/v[08]\/management/.test(path)).length;
  return { outcome, management, proxy: sandbox.requests.length - management };
}

function requests(
  name: string,
  { outcome, management, proxy }: Counted,
  bound: number,
  kind: string,
): Figure {
  const right = outcome.kind === kind;
  const made = figure(name, 'requests', management, bound, {
    outcome: outcome.kind,
    byPurpose: outcome.requests,
    proxyProbes: proxy,
    ms: Math.round(outcome.durationMs),
  });
  return { ...made, ok: made.ok && right };
}

/** Fifty entries of one family get another priority. */
async function fiftyChanges(place: Fixture, desired: Tree): Promise<Figure> {
  const family = desired['gemini-api-key'] as readonly Tree[];
  const changed = family.map((entry, i) => (i < 40 ? { ...entry, priority: 50 } : entry));
  const providers = desired['openai-compatibility'] as readonly Tree[];
  await place.declare({
    ...desired,
    'gemini-api-key': changed,
    'openai-compatibility': providers.map((one) => ({ ...one, priority: 5 })),
  });
  const { plan } = await check(place.context, { depth: 'deep' });
  return figure('writes of a plan of 50 changes', 'requests', plan?.writes.length ?? NaN, 1, {
    changes: plan?.changes.length,
    writes: plan?.writes.map(({ method, path }) => `${method} ${path}`),
  });
}
