// Who serves which model, now and after the plan: what `explain route` and `plan --routes` share.
import { planOnce } from '../../../apply/plan-once.ts';
import { fingerprintsOf, keyIn } from '../../../domain/named-key.ts';
import { type Sealed } from '../../../domain/secret.ts';
import type { Target } from '../../../domain/target.ts';
import { builtInModels } from '../../../gateway/checks/built-in-models.ts';
import { mapUrlSecrets } from '../../../gateway/catalog/url-secrets.ts';
import { readJson } from '../../../gateway/observe/read.ts';
import { routeChanges } from '../../../gateway/routing/compare.ts';
import { type Credential, credentialsIn } from '../../../gateway/routing/credentials.ts';
import { type Route, routeOf, type Strategy, strategyOf } from '../../../gateway/routing/route.ts';
import type { Tree } from '../../../lib/value.ts';
import type { RouteView, RouteChangeView, ServingView } from '../../../report/text/routes.ts';
import type { Session } from '../../../compose/session.ts';

interface Routing {
  readonly credentials: readonly Credential[];
  readonly strategy: Strategy;
}

/** The route of one model, on the gateway as it is or as the plan would make it. */
export async function routeAt(
  session: Session,
  target: Target,
  model: string,
  planned: boolean,
): Promise<RouteView> {
  const [now, after] = await routings(session, target, planned);
  const { credentials, strategy } = planned ? after : now;
  return viewOf(target, routeOf(model, credentials, strategy));
}

/** Every model that the plan would make other credentials serve. */
export async function routeChangesAt(session: Session, target: Target): Promise<readonly RouteChangeView[]> {
  const [now, after] = await routings(session, target, true);
  const serving = servingBy(target);
  return routeChanges(now, after).map(({ model, before, after: then }) => ({
    model,
    before: before.map((one) => serving(one, model)),
    after: then.map((one) => serving(one, model)),
  }));
}

async function routings(
  session: Session,
  target: Target,
  planned: boolean,
): Promise<readonly [now: Routing, after: Routing]> {
  const [now, after] = await memories(session, target, planned);
  const builtIn = await session.withClient(target, 'explain route', (client) =>
    builtInModels(client, [now.open(), after.open()]),
  );
  const routing = (memory: Sealed<Tree>): Routing => ({
    credentials: credentialsIn(memory.open(), builtIn),
    strategy: strategyOf(memory.open()),
  });
  return [routing(now), routing(after)];
}

async function memories(
  session: Session,
  target: Target,
  planned: boolean,
): Promise<readonly [Sealed<Tree>, Sealed<Tree>]> {
  if (planned)
    return planOnce(session.contextOf(target), 'looking', { mode: 'apply' }, async ({ planned: to }) => {
      const now = to.live.memory;
      return [now, to.prepared.prediction?.memory ?? now];
    });
  const { value } = await session.withClient(target, 'explain route', (client) =>
    readJson(client, '/config', 'status'),
  );
  if (!value) throw new TypeError('readJson answers HF3018 for an empty body');
  return [value, value];
}

function servingBy(target: Target): (credential: Credential, model: string) => ServingView {
  const fingerprints = fingerprintsOf(target);
  return ({ family, provider, secret, baseUrl, weight, models }, model) => ({
    family,
    provider,
    ...(secret !== '' && keyIn(fingerprints, secret)),
    baseUrl: mapUrlSecrets(baseUrl, (part) => `#${fingerprints.of(part)}`),
    weight,
    upstream: models.get(model) ?? [],
  });
}

function viewOf(target: Target, { model, strategy, tiers, hidden, unknown }: Route): RouteView {
  const serving = servingBy(target);
  return {
    target: target.name,
    model,
    strategy,
    tiers: tiers.map(({ priority, credentials }) => ({
      priority,
      credentials: credentials.map((one) => serving(one, model)),
    })),
    notServing: hidden.map(({ credential, why, by }) => ({ ...serving(credential, model), why, by })),
    unknown: unknown.map((one) => serving(one, model)),
  };
}
