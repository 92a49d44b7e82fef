// `references` of holdfast.yaml: which variables and files desired state can refer to, which commands it can run, and
// which values can be shown.
import type { Sealed } from '../domain/secret.ts';
import { parseDuration } from '../lib/duration.ts';
import { listOf, treeOf, type Value } from '../lib/value.ts';
import { type Located, type LocatedMap, nodeAt, valueOf } from '../yaml/located.ts';
import { type Commands, openCommands } from '../input/commands.ts';
import type { Environment } from '../input/environment.ts';
import { type ReferenceRules, SECRET_DIRECTORIES } from '../input/reference-rules.ts';

interface Around {
  /** The directory of the settings file, absolute. */
  readonly dir: string;
  /** Absolute paths that references can't use: the state, the settings, their variables. */
  readonly closed: readonly string[];
  readonly commands?: Commands | undefined;
  /** The management keys, the digest keys, what only the daemon uses. */
  readonly credentials: Sealed<ReadonlySet<string>>;
}

/** The variables that contain the management key if the settings name none. */
const OWN_VARIABLES = ['HOLDFAST_KEY', 'MANAGEMENT_PASSWORD'];

/** `root` has passed the schema; undefined if flags replace a file. */
export function referencesOf(
  root: LocatedMap | undefined,
  { dir, closed, commands, credentials }: Around,
): ReferenceRules {
  const env = textsAt(root, 'env');
  return {
    ...(env && { env }),
    files: textsAt(root, 'files') ?? ['.', dir, ...SECRET_DIRECTORIES],
    closed,
    commands,
    public: textsAt(root, 'public') ?? [],
    own: {
      variables: new Set([...OWN_VARIABLES, ...(root ? ownVariables(root) : [])]),
      values: () => [...credentials.open()].filter((text) => text.trim() !== ''),
    },
  };
}

const TIMEOUT_MS = 10_000;

/** `references.exec`, before references are resolved. What doesn't pass the schema allows nothing. */
export function commandsIn(
  root: LocatedMap,
  around: { readonly dir: string; readonly env: Environment },
): Commands {
  const node = nodeAt(root, ['references', 'exec']);
  const named = node?.kind === 'map' ? [...node.members] : [];
  const allowed = named.flatMap(([name, { node: one }]) => {
    const { command, timeout, env, 'first-line': firstLine } = treeOf(valueOf(one));
    const texts = (value: Value | undefined): string[] => listOf(value).map(String);
    if (texts(command).length === 0) return [];
    const timeoutMs = (typeof timeout === 'string' ? parseDuration(timeout) : undefined) ?? TIMEOUT_MS;
    const rule = { command: texts(command), timeoutMs, env: texts(env), isFirstLine: firstLine === true };
    return [[name, rule] as const];
  });
  return openCommands({ allowed: new Map(allowed), ...around });
}

function textsAt(root: LocatedMap | undefined, name: string): readonly string[] | undefined {
  const node = root && nodeAt(root, ['references', name]);
  if (node?.kind !== 'list') return undefined;
  return node.items.flatMap((item) => (item.kind === 'scalar' ? [String(item.value)] : []));
}

/** Variables with keys of the settings themselves; probe values aren't secrets of Holdfast. */
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
