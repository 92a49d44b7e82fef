// What the gateway changed becomes the smallest edit of the files that declare it. Pure: files come in as texts, and the
// edited ones go out as texts; whether a plan of them is empty is for the caller to prove before it writes them.
import { spokenBy } from '../../domain/desired.ts';
import { sep } from 'node:path';
import type { Catalog } from '../../gateway/catalog/field.ts';
import type { LayerFile } from '../../desired/layers.ts';
import { isFlat } from '../../gateway/layout/layouts.ts';
import { pathsIn } from '../../gateway/layout/locate.ts';
import { EXPIRED } from '../../domain/plan/change.ts';
import { formatPath, parsePath, type Path } from '../../domain/path.ts';
import { type Problem, problem } from '../../domain/problem/problem.ts';
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
import { chooseEverything, type Everything } from './choose-everything.ts';
import { type Choice, type Chosen, choose } from './chosen.ts';
import { declaredPatch } from './declared-patch.ts';
import { distribute } from './distribute.ts';
import { type EditedText, editedText, type FileEdits, type LinesEdit } from './file-edits.ts';
import { imagesOf, policyOfFiles } from './images.ts';
import { overrideIn } from './override.ts';
import { neededIn, referred } from './referred.ts';
import { fileFor, type SourceTree, treeOfFile } from './source-tree.ts';

export interface AdoptDriftInput {
  /** What a plan of the files as they are is made from. */
  readonly input: PlanInput;
  /** As the settings describe it. */
  readonly target: Target;
  readonly choice: Choice | Everything;
  readonly declared: Declared;
  readonly env: Environment;
  /** Where new entries go. Its text is empty where there is no such file yet. */
  readonly into?: LayerFile | undefined;
  /** Where new sections go. */
  readonly home?: Home | undefined;
  /** Paths of files that other targets read too: what they alone declare is overridden, not edited. */
  readonly shared?: ReadonlySet<string> | undefined;
}

/** The directory whose files get new sections, each the file of its subject. */
export interface Home {
  /** Absolute. */
  readonly dir: string;
  /** One that is new, if the directory has no file. */
  readonly file: LayerFile;
  /** The directory has no file, or doesn't exist. */
  readonly isEmpty: boolean;
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
  /** Of what is left, what the files declare and the gateway no longer has. */
  readonly gone: readonly Judged[];
  readonly files: readonly EditedText[];
  readonly lines: readonly LinesEdit[];
  /** New ones, with their values. */
  readonly variables: readonly Variable[];
  /** Nothing else is to be used where one is an error. */
  readonly problems: readonly Problem[];
}

export function adoptDrift(asked: AdoptDriftInput): AdoptedDrift {
  const compared = compareSides(asked.input);
  const { taken, left, declares: chosen, gone, problems } = chosenBy(asked, compared);
  const { declares, unfit } = declarable(asked, chosen);
  const nothing = {
    taken,
    left,
    declares,
    gone,
    files: [],
    lines: [],
    variables: [],
    problems: [...problems, ...unfit],
  };
  const isRefused = nothing.problems.some(({ severity }) => severity === 'error');
  if (isRefused || taken.length + declares.length === 0) return nothing;
  const patches = patchesFor(asked, compared, { left, declares });
  if (!patches) return nothing;
  const edits = editsFor(asked, patches);
  return { ...nothing, ...edits, problems: [...nothing.problems, ...edits.problems] };
}

/** What files of this layout can say; a pull reports the rest, and whoever named it can't have it. */
function declarable(
  { input: { dialect }, declared: { catalog }, choice, target }: AdoptDriftInput,
  chosen: readonly Path[],
): Pick<AdoptedDrift, 'declares'> & { readonly unfit: readonly Problem[] } {
  const { layout } = catalog;
  const fits = (path: Path): boolean =>
    pathsIn(layout, path, dialect.catalog.layout).some(
      (one) => catalog.at(one.map(({ name }) => String(name))) !== undefined,
    );
  const severity = 'paths' in choice ? ('error' as const) : ('warning' as const);
  const unfit = chosen
    .filter((path) => !fits(path))
    .map((path) => {
      const shown = formatPath(path);
      const message = `files in the ${isFlat(layout) ? 'flat' : 'v8'} layout can't declare \`${shown}\``;
      const remedy =
        'It stays unchanged on the gateway. `holdfast migrate` rewrites the files to the other layout.';
      return problem('HF2092', message, { severity, path: shown, target: target.name, remedy });
    });
  return { declares: chosen.filter(fits), unfit };
}

function chosenBy({ input, choice, target }: AdoptDriftInput, compared: Comparison): Chosen {
  const { lastApplied } = input.state;
  const circumstances = {
    layout: input.dialect.catalog.layout,
    spoken: spokenBy(input.desired),
    target: target.name,
    known: lastApplied !== undefined,
    isExpired: ({ attribution }: Judged) => attribution === EXPIRED,
    sameRevision: lastApplied?.revision.digest === input.desired.revision.digest,
    undeclared: () => undeclaredBy(compared, input),
  };
  if ('paths' in choice) return choose(compared.judged, choice, circumstances);
  const { base, declared } = compared;
  return chooseEverything(compared.judged, choice, { ...circumstances, live: base.before, declared });
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
    declares: declares.flatMap((path) => pathsIn(catalog.layout, path, input.dialect.catalog.layout)),
  });
  if (!plain) return undefined;
  const { patch: written, variables } = referred(plain, root, declared, catalog, env);
  return { plain, written, variables };
}

function editsFor(
  { declared: { root, catalog, files }, into, home, shared, env }: AdoptDriftInput,
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
    home: home && homeIn(trees, home, catalog),
    override: shared && overrideIn(files, trees, shared, catalog),
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

function homeIn(
  trees: readonly SourceTree[],
  { dir, file }: Home,
  { layout }: Catalog,
): (section: string) => SourceTree | undefined {
  const own = trees.filter(({ path, encrypted }) => path.startsWith(`${dir}${sep}`) && !encrypted);
  const [fresh] = own.length === 0 ? treeOfFile(file) : [];
  return (section) => fileFor(section, own, layout) ?? fresh;
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
