// Who serves which model, now and after the plan: what `explain route` and `plan --routes` share.
import { planOnce } from '../../../apply/plan-once.ts';
import { fingerprintsOf, keyIn } from '../../../domain/named-key.ts';
import { type Sealed } from '../../../domain/secret.ts';
import type { Target } from '../../../domain/target.ts';
import { accountsWithModels } from '../../../gateway/checks/accounts.ts';
import { builtInModels } from '../../../gateway/checks/built-in-models.ts';
import { mapUrlSecrets } from '../../../gateway/catalog/url-secrets.ts';
import { readJson } from '../../../gateway/observe/read.ts';
import { accountCredentials, changedForAccounts } from '../../../gateway/routing/accounts.ts';
import { routeChanges } from '../../../gateway/routing/compare.ts';
import { type Credential, credentialsIn } from '../../../gateway/routing/credentials.ts';
import { routeOf, type Strategy, strategyOf } from '../../../gateway/routing/route.ts';
import type { Tree } from '../../../lib/value.ts';
import type { RouteChangesView, RouteView, ServingView } from '../../../report/text/routes.ts';
import type { Session } from '../../../compose/session.ts';

interface Routing {
  readonly credentials: readonly Credential[];
  readonly strategy: Strategy;
  /** Whether the gateway shows its accounts. */
  readonly showsAccounts: boolean;
  /** Settings that the plan changes, by which its accounts will offer other models than those here. */
  readonly accountsUnder: readonly string[];
}

/** The route of one model, on the gateway as it is or as the plan would make it. */
export async function routeAt(
  session: Session,
  target: Target,
  model: string,
  planned: boolean,
): Promise<RouteView> {
  const [now, after] = await routings(session, target, planned);
  return viewOf(target, model, planned ? after : now);
}

/** Every model that the plan would make other credentials serve. */
export async function routeChangesAt(session: Session, target: Target): Promise<RouteChangesView> {
  const [now, after] = await routings(session, target, true);
  const serving = servingBy(target);
  const changes = routeChanges(now, after).map(({ model, before, after: then }) => ({
    model,
    before: before.map((one) => serving(one, model)),
    after: then.map((one) => serving(one, model)),
  }));
  return { target: target.name, changes, accountsUnder: after.accountsUnder };
}

async function routings(
  session: Session,
  target: Target,
  planned: boolean,
): Promise<readonly [now: Routing, after: Routing]> {
  const [now, after] = await memories(session, target, planned);
  const { accounts, builtIn } = await session.withClient(target, 'explain route', async (client) => {
    const shown = await accountsWithModels(client);
    const channels = (shown ?? []).map(({ provider }) => provider);
    return { accounts: shown, builtIn: await builtInModels(client, [now.open(), after.open()], channels) };
  });
  const routing = (sealed: Sealed<Tree>): Routing => {
    const memory = sealed.open();
    const configured = credentialsIn(memory, builtIn);
    // In case a gateway lists configured keys among its accounts.
    const known = new Set(configured.map(({ id }) => id));
    const own = (accounts ?? []).filter(({ id }) => !known.has(id));
    return {
      credentials: [
        ...configured,
        ...accountCredentials(own, { memory: now.open(), builtIn, now: session.clock.now() }),
      ],
      strategy: strategyOf(memory),
      showsAccounts: accounts !== undefined,
      accountsUnder: own.length > 0 ? changedForAccounts(now.open(), memory) : [],
    };
  };
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
  return ({ family, provider, secret, baseUrl, weight, models, account }, model) => ({
    family,
    provider,
    ...(secret !== '' && keyIn(fingerprints, secret)),
    baseUrl: mapUrlSecrets(baseUrl, (part) => `#${fingerprints.of(part)}`),
    weight,
    upstream: models.get(model) ?? [],
    ...(account && { account }),
  });
}

function viewOf(target: Target, asked: string, routing: Routing): RouteView {
  const route = routeOf(asked, routing.credentials, routing.strategy);
  const { model, strategy, tiers, hidden, unknown, disabled } = route;
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
    disabledAccounts: disabled.length,
    showsAccounts: routing.showsAccounts,
    accountsUnder: routing.accountsUnder,
  };
}
