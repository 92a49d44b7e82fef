// What the gateway changed becomes the smallest edit of the files that declare it. Pure: files come in as texts, and the
// edited ones go out as texts; whether a plan of them is empty is for the caller to prove before it writes them.
import type { Catalog } from '../../gateway/catalog/field.ts';
import type { LayerFile } from '../../desired/desired.ts';
import { pathsIn } from '../../gateway/layout/locate.ts';
import { parsePath, type Path } from '../../domain/path.ts';
import type { Problem } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import type { Environment } from '../../input/environment.ts';
import type { Tree, Value } from '../../lib/value.ts';
import type { Judged } from '../../plan/diff/changes.ts';
import { withSecret } from '../../plan/guards/management-secret.ts';
import { type Comparison, compareSides } from '../../plan/compare-sides.ts';
import { undeclaredIn } from '../../plan/undeclared.ts';
import type { PlanInput } from '../../plan/types/input.ts';
import { type LocatedMap, valueOf } from '../../yaml/located.ts';
import type { Patch } from '../../yaml/splice/patch.ts';
import type { Variable } from '../variables.ts';
import { type Choice, choose } from './chosen.ts';
import { declaredPatch } from './declared-patch.ts';
import { distribute } from './distribute.ts';
import { type EditedText, editedText, type FileEdits, type LinesEdit } from './file-edits.ts';
import { imagesOf, policyOfFiles } from './images.ts';
import { neededIn, referred } from './referred.ts';
import { treeOfFile } from './source-tree.ts';

export interface AdoptDriftInput {
  /** What a plan of the files as they are is made from. */
  readonly input: PlanInput;
  /** As the settings describe it. */
  readonly target: Target;
  readonly choice: Choice;
  readonly declared: Declared;
  readonly env: Environment;
  /** Where new entries go. Its text is empty where there is no such file yet. */
  readonly into?: LayerFile | undefined;
}

/** All layers over each other, references resolved, and the files that they come from. */
export interface Declared {
  readonly root: LocatedMap;
  readonly catalog: Catalog;
  readonly files: readonly LayerFile[];
}

export interface AdoptedDrift {
  readonly taken: readonly Judged[];
  /** Differences that stay. */
  readonly left: readonly Judged[];
  /** What was undeclared and is declared now, in the words of the gateway. */
  readonly declares: readonly Path[];
  readonly files: readonly EditedText[];
  readonly lines: readonly LinesEdit[];
  /** New ones, with their values. */
  readonly variables: readonly Variable[];
  /** Nothing else is to be used where one is an error. */
  readonly problems: readonly Problem[];
}

export function adoptDrift(asked: AdoptDriftInput): AdoptedDrift {
  const { input, choice, target } = asked;
  const compared = compareSides(input);
  const { lastApplied } = input.state;
  const { taken, left, declares, problems } = choose(compared.judged, choice, {
    layout: input.dialect.catalog.layout,
    target: target.name,
    known: lastApplied !== undefined,
    sameRevision: lastApplied?.revision.digest === input.desired.revision.digest,
    undeclared: () => undeclaredBy(compared, input),
  });
  const nothing = { taken, left, declares, files: [], lines: [], variables: [], problems };
  if (problems.length > 0 || taken.length + declares.length === 0) return nothing;
  const patches = patchesFor(asked, compared, { left, declares });
  return patches ? { ...nothing, ...editsFor(asked, patches) } : nothing;
}

function undeclaredBy(
  { base, declared, fingerprints }: Comparison,
  { dialect, target }: PlanInput,
): readonly Path[] {
  const { catalog } = dialect;
  const found = undeclaredIn({ catalog, live: base.before, declared, policy: target.policy, fingerprints });
  return found.map(({ path }) => parsePath(path));
}

interface Patches {
  readonly plain: Patch;
  readonly written: Patch;
  readonly variables: readonly Variable[];
}

function patchesFor(
  asked: AdoptDriftInput,
  compared: Comparison,
  { left, declares }: Pick<AdoptedDrift, 'left' | 'declares'>,
): Patches | undefined {
  const {
    input,
    declared: { root, catalog },
    target,
    env,
  } = asked;
  const tree = valueOf(root) as Tree; // all layers are mappings
  const secret = input.managementSecret;
  const declared = secret ? withSecret(tree, () => secret.stored.open()) : tree;
  const { policy } = target;
  const images = imagesOf({ compared, left, gateway: input.dialect.catalog, catalog, declared, policy });
  const { fingerprints } = compared;
  const plain = declaredPatch({
    catalog,
    declared,
    images,
    policy: policyOfFiles({ catalog, policy }),
    fingerprints,
    hash: input.hash,
    declares: declares.flatMap((path) => pathsIn(catalog.layout, path)),
  });
  if (!plain) return undefined;
  const { patch: written, variables } = referred(plain, root, declared, catalog, env);
  return { plain, written, variables };
}

function editsFor(
  { declared: { root, catalog, files }, into, env }: AdoptDriftInput,
  { plain, written, variables }: Patches,
): Pick<AdoptedDrift, 'files' | 'lines' | 'variables' | 'problems'> {
  const trees = files.flatMap(treeOfFile);
  const known = into && trees.find(({ path }) => path === into.path);
  const [added] = into && !known ? treeOfFile(into) : [];
  const { edits, lines, problems } = distribute({
    patch: written,
    plain,
    root,
    files: trees,
    into: known ?? added,
    catalog,
  });
  const made = edits.map(editedText);
  const values = edits.flatMap((one) => valuesIn(one));
  return {
    files: made.filter((one): one is EditedText => one !== undefined && 'file' in one),
    lines,
    variables: neededIn(values, variables, env),
    problems: [...problems, ...made.filter((one): one is Problem => one !== undefined && 'code' in one)],
  };
}

function valuesIn(edits: FileEdits): readonly Value[] {
  const patch = edits.patch();
  return patch ? valuesOf(patch) : [];
}

function valuesOf(patch: Patch): readonly Value[] {
  if (patch.kind === 'replace') return [patch.value];
  if (patch.kind === 'list')
    return patch.items.flatMap((step) =>
      'from' in step ? (step.patch ? valuesOf(step.patch) : []) : [step.value],
    );
  return [...patch.keys.values()].flatMap((step) =>
    step.kind === 'remove' || step.kind === 'rename' ? [] : valuesOf(step),
  );
}
