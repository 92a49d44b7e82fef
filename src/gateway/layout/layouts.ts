// The differences between the two layouts of a config.yaml, as data, for code that reads or shows a file.
// gateway/dialect.ts decides which layout belongs to which gateway.
import type { Layout } from '../../domain/desired.ts';
import type { FileDocument } from '../../domain/yaml-node.ts';

export interface LayoutFacts {
  readonly layout: Layout;
  readonly other: Layout;
  /** Ends a sentence: `can't be expressed in …`. */
  readonly inWords: string;
  /** One word, for lists. */
  readonly label: 'flat' | 'v8';
  /** The keys of a provider are in groups, from which they inherit. */
  readonly hasGroups: boolean;
  /** The file contains values as they were written, including entries that the gateway drops. */
  readonly keepsWritten: boolean;
  /** What the gateway does with unknown keys in plain mappings. */
  readonly unknownKeys: 'kept' | 'refused';
  /** The paths of client keys and of the settings of the Management API. */
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

/** As the state records it: the flat layout has no name there. */
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

/** Detected by the roots that only v8 has, or by `api-keys` as a mapping (C v8 §4.8). */
export function layoutOf({ root }: FileDocument): Layout {
  if (root?.kind !== 'map') return 'legacy';
  const isV8 = root.pairs.some(
    ({ key, value }) => V8_ROOTS.has(key.text) || (key.text === 'api-keys' && value.kind === 'map'),
  );
  return isV8 ? 'v8' : 'legacy';
}
