// Which models would be served by other credentials than now. Pure.
import type { Credential } from './credentials.ts';
import { modelNames, type Route, routeOf, type Strategy } from './route.ts';

export interface RouteChange {
  readonly model: string;
  /** The credentials that serve it first. Empty: nobody serves it. */
  readonly before: readonly Credential[];
  readonly after: readonly Credential[];
}

interface Routing {
  readonly credentials: readonly Credential[];
  readonly strategy: Strategy;
}

export function routeChanges(before: Routing, after: Routing): readonly RouteChange[] {
  const models = new Set([...modelNames(before.credentials), ...modelNames(after.credentials)]);
  return [...models].toSorted().flatMap((model) => {
    const was = first(routeOf(model, before.credentials, before.strategy));
    const willBe = first(routeOf(model, after.credentials, after.strategy));
    return same(was, willBe) ? [] : [{ model, before: was, after: willBe }];
  });
}

/** `fill-first` uses one credential; the other strategies use all of the highest priority. */
function first({ tiers, strategy }: Route): readonly Credential[] {
  const serving = tiers[0]?.credentials ?? [];
  return strategy === 'fill-first' ? serving.slice(0, 1) : serving;
}

const same = (a: readonly Credential[], b: readonly Credential[]): boolean =>
  a.length === b.length && new Set([...a.map(mark), ...b.map(mark)]).size === new Set(a.map(mark)).size;

/** Who serves, and how often. */
const mark = ({ id, weight }: Credential): string => `${id} ${weight}`;
