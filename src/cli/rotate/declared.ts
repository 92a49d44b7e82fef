// The files of a target as a rotation sees them: what is declared, by the names that output uses, with its two entries.
import { entryAt, type Naming, type Steps } from '../../adopt/rotation/subject.ts';
import { linesFileOf, type RotationEdits } from '../../adopt/rotation/edits.ts';
import type { Variable } from '../../adopt/variables.ts';
import { editsOf, type FileEdit, type Stores } from '../../compose/adoption.ts';
import type { Session } from '../../compose/session.ts';
import { loadMerged } from '../../desired/layers.ts';
import { fingerprintsOf, withNames } from '../../domain/named-key.ts';
import { parsePath } from '../../domain/path.ts';
import { HoldfastError, problem, refuseErrors } from '../../domain/problem/problem.ts';
import type { Rotation } from '../../domain/state/rotation.ts';
import type { Target } from '../../domain/target.ts';
import { isTree, type Tree, type Value, valueAt } from '../../lib/value.ts';
import { nodeAt, valueOf } from '../../yaml/located.ts';

export type Declared = Awaited<ReturnType<typeof loadMerged>>;

export interface Files {
  readonly declared: Declared;
  readonly naming: Naming;
}

/** Rejects with a HoldfastError where the files have errors. */
export async function filesOf(session: Session, target: Target): Promise<Files> {
  const { env, settings } = session;
  const declared = await loadMerged(target, { env, rules: settings.references, settingsDir: settings.dir });
  refuseErrors(declared.problems);
  const tree = valueOf(declared.root) as Tree; // all layers are mappings
  const fingerprints = fingerprintsOf(withNames(target, declared.named));
  return { declared, naming: { tree, catalog: declared.catalog, fingerprints } };
}

/** One of the two values, where the files have it. */
export interface Standing {
  readonly steps: Steps;
  readonly index: number;
  readonly member: readonly string[];
  readonly value: string;
  /** It is a line of a file that a reference names. */
  readonly isLine: boolean;
  /** What the files say for it; undefined for a line of a file, and for a value in plain text. */
  readonly reference: string | undefined;
}

export interface Both {
  readonly old: Standing | undefined;
  readonly new: Standing | undefined;
}

/** By the hashes that the record of the rotation has. */
export function standing({ declared, naming }: Files, session: Session, rotation: Rotation): Both {
  const find = (hash: string): Standing | undefined => {
    const isIt = (text: string): boolean => session.store.hash(text) === hash;
    if (rotation.kind === 'management-secret') return secretAt({ declared, naming }, rotation.place, isIt);
    const found = entryAt(parsePath(rotation.place), naming, isIt);
    if (!found) return undefined;
    const { steps, index, list } = found;
    const item = valueAt(naming.tree, [...steps, index]);
    const name = isTree(item)
      ? list.identity.find((each) => list.item?.fields?.get(each)?.secret)
      : undefined;
    return standingAt(declared, { steps, index, member: name === undefined ? [] : [name] }, item);
  };
  return { old: find(rotation.old), new: find(rotation.new) };
}

function secretAt(
  { declared, naming }: Files,
  place: string,
  isIt: (text: string) => boolean,
): Standing | undefined {
  const steps = parsePath(place).map(({ name }) => String(name));
  const value = valueAt(naming.tree, steps);
  if (value === undefined || !isIt(String(value))) return undefined;
  return { ...standingAt(declared, { steps, index: -1, member: [] }, value), steps };
}

function standingAt(
  declared: Declared,
  entry: Pick<Standing, 'steps' | 'index' | 'member'>,
  item: Value | undefined,
): Standing {
  const { steps, index, member } = entry;
  const value = isTree(item) ? item[member[0] ?? ''] : item;
  const at = [...steps, ...(index < 0 ? [] : [index]), ...member].map(String);
  const node = nodeAt(declared.root, at);
  const isLine = index >= 0 && linesFileOf(declared, entry) !== undefined;
  const reference = node?.kind === 'scalar' && !isLine ? node.reference : undefined;
  return { ...entry, value: String(value), isLine, reference };
}

/** The edits as files to write. Rejects where one can't be made, or the files wouldn't be valid. */
export async function writable(
  session: Session,
  target: Target,
  { files, lines, problems }: RotationEdits,
  made?: { readonly variable: Variable; readonly stores: Stores } | undefined,
): Promise<readonly FileEdit[]> {
  refuseErrors(problems);
  const variables = made ? [made.variable] : [];
  const edits = await editsOf({ session, env: session.env }, { files, lines, variables }, made?.stores ?? {});
  const of = (...kinds: readonly FileEdit['kind'][]): ReadonlyMap<string, string> =>
    new Map(edits.filter(({ kind }) => kinds.includes(kind)).map(({ path, after }) => [path, after]));
  const added = Object.fromEntries(variables.map(({ name, secret }) => [name, secret.open()]));
  const loaded = await session.loadDesired(target, {
    settingsDir: session.settings.dir,
    texts: of('yaml'),
    referenced: of('lines', 'secret'),
    env: { ...session.env, ...added },
  });
  if (loaded.desired) return edits;
  throw new HoldfastError([
    problem('HF2094', "the edited files aren't valid", { target: target.name }),
    ...loaded.problems,
  ]);
}
