// `references` of holdfast.yaml: which variables and files desired state may refer to, and which values may be shown.
import type { Sealed } from '../domain/secret.ts';
import { type Located, type LocatedMap, nodeAt } from '../yaml/located.ts';
import { type ReferenceRules, SECRET_DIRECTORIES } from '../input/reference-rules.ts';

interface Around {
  /** The directory of the settings file, absolute. */
  readonly dir: string;
  /** Absolute paths that hold what is nobody's business: the state, the settings, their variables. */
  readonly closed: readonly string[];
  /** The management keys, the digest keys, what only the daemon uses. */
  readonly credentials: Sealed<ReadonlySet<string>>;
}

/** The variables that Holdfast takes its management key from, where nothing else is said. */
const OWN_VARIABLES = ['HOLDFAST_KEY', 'MANAGEMENT_PASSWORD'];

/** `root` has passed the schema; undefined where flags stand in for a file. */
export function referencesOf(
  root: LocatedMap | undefined,
  { dir, closed, credentials }: Around,
): ReferenceRules {
  const env = textsAt(root, 'env');
  return {
    ...(env && { env }),
    files: textsAt(root, 'files') ?? ['.', dir, ...SECRET_DIRECTORIES],
    closed,
    public: textsAt(root, 'public') ?? [],
    own: {
      variables: new Set([...OWN_VARIABLES, ...(root ? ownVariables(root) : [])]),
      values: () => [...credentials.open()].filter((text) => text.trim() !== ''),
    },
  };
}

function textsAt(root: LocatedMap | undefined, name: string): readonly string[] | undefined {
  const node = root && nodeAt(root, ['references', name]);
  if (node?.kind !== 'list') return undefined;
  return node.items.flatMap((item) => (item.kind === 'scalar' ? [String(item.value)] : []));
}

/** Variables that the settings take keys of their own from; what is asked of a gateway is no secret of Holdfast's. */
function ownVariables(root: LocatedMap): readonly string[] {
  const targets = nodeAt(root, ['targets']);
  const each = targets?.kind === 'list' ? targets.items : [];
  const places = [
    ...each.flatMap((target) => [nodeAt(target, ['key']), nodeAt(target, ['digest-key'])]),
    nodeAt(root, ['digest-key']),
    nodeAt(root, ['daemon']),
  ];
  return places.flatMap((node) => (node ? variablesIn(node) : []));
}

function variablesIn(node: Located): string[] {
  if (node.kind === 'list') return node.items.flatMap(variablesIn);
  if (node.kind === 'map') return [...node.members.values()].flatMap((member) => variablesIn(member.node));
  return [...(node.reference ?? '').matchAll(/\$\{(?:env|list):([^}]*)\}/g)].map(([, name = '']) => name);
}
