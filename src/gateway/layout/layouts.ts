// What the two layouts of a config.yaml differ in, as data: whoever reads or shows a file looks it up here. Which layout
// belongs to which gateway is decided in gateway/dialect.ts.
import type { Layout } from '../../domain/desired.ts';
import type { FileDocument } from '../../domain/yaml-node.ts';

export interface LayoutFacts {
  readonly layout: Layout;
  readonly other: Layout;
  /** Ends a sentence: `cannot be said in …`. */
  readonly inWords: string;
  /** One word, for lists. */
  readonly label: 'flat' | 'v8';
  /** The keys of a provider stand in groups, which they inherit from. */
  readonly hasGroups: boolean;
  /** The file holds values as they were written, entries that the gateway drops among them. */
  readonly keepsWritten: boolean;
  /** What the gateway does with keys that it does not know, in plain mappings. */
  readonly unknownKeys: 'kept' | 'refused';
  /** Where client keys and the settings of the Management API stand. */
  readonly clientKeys: string;
  readonly management: string;
}

const FACTS: Readonly<Record<Layout, LayoutFacts>> = {
  legacy: {
    layout: 'legacy',
    other: 'v8',
    inWords: 'the flat layout',
    label: 'flat',
    hasGroups: false,
    keepsWritten: false,
    unknownKeys: 'kept',
    clientKeys: 'api-keys',
    management: 'remote-management',
  },
  v8: {
    layout: 'v8',
    other: 'legacy',
    inWords: 'the layout of v8',
    label: 'v8',
    hasGroups: true,
    keepsWritten: true,
    unknownKeys: 'refused',
    clientKeys: 'access.api-keys',
    management: 'management',
  },
};

export const factsOf = (layout: Layout): LayoutFacts => FACTS[layout];

export const isFlat = (layout: Layout): boolean => layout === 'legacy';

export const sameLayout = (a: Layout, b: Layout): boolean => a === b;

/** As the state remembers it: the flat layout is the one that is not named. */
export const remembered = (layout: Layout): { readonly layout?: 'v8' } => (layout === 'v8' ? { layout } : {});

export const fromRemembered = (layout: Layout | undefined): Layout => layout ?? 'legacy';

const V8_ROOTS: ReadonlySet<string> = new Set([
  'config-version',
  'server',
  'management',
  'access',
  'credentials',
  'requests',
  'oauth',
  'upstream',
  'multimedia',
  'observability',
  'models',
]);

/** Told by the roots that only v8 has, or by `api-keys` as a mapping (C v8 §4.8). */
export function layoutOf({ root }: FileDocument): Layout {
  if (root?.kind !== 'map') return 'legacy';
  const isV8 = root.pairs.some(
    ({ key, value }) => V8_ROOTS.has(key.text) || (key.text === 'api-keys' && value.kind === 'map'),
  );
  return isV8 ? 'v8' : 'legacy';
}
