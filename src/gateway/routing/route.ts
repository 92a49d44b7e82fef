// Which credentials serve a request for a model, in which order, and why others don't. Pure.
import type { Credential, Hidden } from './credentials.ts';
import type { Tree } from '../../lib/value.ts';
import { strategy as canonicalStrategy } from '../model/rules.ts';

const STRATEGIES = ['round-robin', 'weighted-round-robin', 'fill-first'] as const;

export type Strategy = (typeof STRATEGIES)[number];

export interface Route {
  readonly model: string;
  readonly strategy: Strategy;
  /** Highest priority first. The next one serves only when no credential of those before can. */
  readonly tiers: readonly Tier[];
  /** Credentials that would serve it if it weren't for a setting. */
  readonly hidden: readonly (Hidden & { readonly credential: Credential })[];
  /** Credentials that offer models which aren't known here; one of them can be this one. */
  readonly unknown: readonly Credential[];
  /** Disabled accounts that aren't in `hidden`. The gateway doesn't tell which models they would offer. */
  readonly disabled: readonly Credential[];
}

export interface Tier {
  readonly priority: number;
  /** In the order in which `fill-first` uses them; the other strategies take turns. */
  readonly credentials: readonly Credential[];
}

export function strategyOf(memory: Tree): Strategy {
  const routing = memory['routing'];
  const text =
    typeof routing === 'object' && routing !== null && 'strategy' in routing ? routing.strategy : '';
  const name = canonicalStrategy(String(text));
  return STRATEGIES.find((known) => known === name) ?? 'round-robin';
}

/** A thinking suffix, as in `model(8192)`, isn't part of the name. */
const withoutSuffix = (model: string): string => /^(.*[^(])\([^()]*\)$/.exec(model)?.[1] ?? model;

export function routeOf(model: string, credentials: readonly Credential[], strategy: Strategy): Route {
  const requested = model.trim();
  const offering = (name: string): readonly Credential[] =>
    credentials.filter(({ models }) => models.has(name));
  const base = withoutSuffix(requested);
  const name = offering(base).length > 0 ? base : requested;
  const serving = offering(name);
  const able = strategy === 'weighted-round-robin' ? serving.filter(({ weight }) => weight > 0) : serving;
  const hides = ({ hidden }: Credential): boolean => hidden.some((one) => one.model === name);
  return {
    model: name,
    strategy,
    tiers: tiersOf(name, able, serving),
    hidden: credentials.flatMap((credential) =>
      credential.models.has(name)
        ? []
        : credential.hidden.filter((one) => one.model === name).map((one) => ({ ...one, credential })),
    ),
    unknown: serving.length > 0 ? [] : credentials.filter(({ offersUnknown }) => offersUnknown),
    disabled: credentials.filter((one) => one.account?.state === 'disabled' && !hides(one)),
  };
}

function tiersOf(
  model: string,
  able: readonly Credential[],
  serving: readonly Credential[],
): readonly Tier[] {
  // The upstream that lists the model most often comes first, among equals by name.
  const counts = new Map<string, number>();
  for (const { provider, repeated } of serving)
    counts.set(provider, (counts.get(provider) ?? 0) + (repeated.get(model) ?? 1));
  const countOf = ({ provider }: Credential): number => counts.get(provider) ?? 0;
  const byOrder = (a: Credential, b: Credential): number =>
    countOf(b) - countOf(a) || compare(a.provider, b.provider) || compare(a.id, b.id);
  const tiers = Map.groupBy(able, ({ priority }) => priority);
  return [...tiers]
    .toSorted(([a], [b]) => b - a)
    .map(([priority, members]) => ({ priority, credentials: members.toSorted(byOrder) }));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Every name that a client can ask for. */
export function modelNames(credentials: readonly Credential[]): readonly string[] {
  return [...new Set(credentials.flatMap(({ models }) => [...models.keys()]))].toSorted(compare);
}
