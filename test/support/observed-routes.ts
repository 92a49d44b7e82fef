// What a gateway was seen to do with requests for models, and where `explain route` says otherwise.
import { credentialsIn } from '../../src/gateway/routing/credentials.ts';
import { modelNames, routeOf, strategyOf } from '../../src/gateway/routing/route.ts';
import type { Tree } from '../../src/lib/value.ts';

/** What an upstream was asked for. */
export interface Reached {
  readonly key: string;
  readonly model: string;
}

export interface ObservedCase {
  readonly memory: Tree;
  readonly builtIn: Readonly<Record<string, readonly string[]>>;
  readonly listed: readonly string[];
  readonly routes: readonly { readonly model: string; readonly reached: readonly Reached[] }[];
}

/** What `explain route` says otherwise than the gateway did. */
export function disagreements({ memory, builtIn, listed, routes }: ObservedCase): string[] {
  const credentials = credentialsIn(memory, (channel) => builtIn[channel]);
  const strategy = strategyOf(memory);
  const names = modelNames(credentials);
  const found = [
    ...listed.filter((model) => !names.includes(model)).map((model) => `${model} is listed and not expected`),
    ...names.filter((model) => !listed.includes(model)).map((model) => `${model} is expected and not listed`),
  ];
  for (const { model, reached: seen } of routes) {
    const first = routeOf(model, credentials, strategy).tiers[0]?.credentials ?? [];
    const serving = strategy === 'fill-first' ? first.slice(0, 1) : first;
    const expected = new Map(
      serving.map(({ secret, models: offered }) => [secret, offered.get(model) ?? []]),
    );
    const wrong = seen.filter(({ key, model: asked }) => !expected.get(key)?.includes(asked));
    const silent = strategy === 'weighted-round-robin' ? [] : [...expected.keys()];
    const missing = silent.filter((key) => silent.length <= 8 && !seen.some((one) => one.key === key));
    if (wrong.length > 0) found.push(`${model} (${strategy}) reached ${JSON.stringify(wrong[0])}`);
    if (missing.length > 0) found.push(`${model} (${strategy}) never reached ${missing.join(', ')}`);
    if (expected.size > 0 && seen.length === 0) found.push(`${model} (${strategy}) reached nobody`);
  }
  return found;
}
