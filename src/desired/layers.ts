// The layers of a target, each of them read from its files, over each other; references resolved, not validated.
import { resolve, sep } from 'node:path';
import type { Desired, Layout } from '../domain/desired.ts';
import { type Problem, problem } from '../domain/problem/problem.ts';
import type { Target } from '../domain/target.ts';
import { loadCatalog } from '../gateway/catalog/catalog.ts';
import type { Catalog } from '../gateway/catalog/field.ts';
import { isFlat } from '../gateway/layout/layouts.ts';
import type { Environment } from '../input/environment.ts';
import { DEFAULT_RULES, type ReferenceRules } from '../input/reference-rules.ts';
import { resolveReferences, type Unresolved } from '../input/references.ts';
import { isEncrypted } from '../input/sops.ts';
import type { LocatedMap } from '../yaml/located.ts';
import { readYaml } from '../yaml/strict.ts';
import { withKnownChoices } from './check/choices.ts';
import { inLayout, layoutOf, MANAGED_LAYOUTS } from './layout/layout.ts';
import { withoutExpired } from './read/expired.ts';
import { type FileSource, readLayer, shownIn, type SourceFile } from './read/files.ts';
import { mergeFiles, mergeLayers } from './read/merge.ts';
import { namesInFiles, type NamesInFiles } from './read/names.ts';
import { commitOf } from './read/revision.ts';
import { decrypt } from './read/sops.ts';
import { typed } from './read/typed.ts';

export interface DesiredOptions {
  /** Files in another layout are refused. Default: what can be applied. */
  readonly layouts?: readonly Layout[];
  readonly env: Environment;
  /** Where relative references start and must stay, absolute; positions are relative to it. */
  readonly settingsDir: string;
  /**
   * What references can use. Default: files below the settings directory and in secret mounts, no variables of CI
   * systems.
   */
  readonly rules?: ReferenceRules;
  /** Where files are read from; the disk where absent. Files that a reference names and that aren't there are on the disk. */
  readonly source?: FileSource | undefined;
  /**
   * Files by absolute path with replacement content; those below a directory are read although they don't exist yet.
   */
  readonly texts?: ReadonlyMap<string, string>;
  /** The same for files that references name: by absolute path. */
  readonly referenced?: ReadonlyMap<string, string>;
  /** `--allow-unresolved`: the text of an unresolved reference is its value. For validation only. */
  readonly allowUnresolved?: Unresolved;
  /** Client keys that have expired by then aren't declared, ms since the epoch. Absent: those that expire are. */
  readonly now?: number | undefined;
  /** Whether `exec` references run. Default: as without `allowUnresolved`, and for files of a commit. */
  readonly runsCommands?: boolean;
  /** The layout, if no file has a key that only one layout has. */
  readonly otherwise?: Layout;
  /** Aborts reading the files: it rejects with HF5007. */
  readonly signal?: AbortSignal | undefined;
  /** The origin of the directories, if known; otherwise git is called. */
  readonly commit?: Desired['revision']['commit'];
}

/** What the desired state of a target depends on. */
export type DesiredTarget = Pick<Target, 'name' | 'desired' | 'policy' | 'digestKey' | 'named'>;

/** All layers over each other. */
export interface Merging {
  readonly root: LocatedMap;
  /** Of the layout of `root`. */
  readonly catalog: Catalog;
  readonly problems: readonly Problem[];
  readonly watched: readonly string[];
  readonly commit: Desired['revision']['commit'];
  readonly files: readonly LayerFile[];
  /** What comments call client keys. */
  readonly named: NamesInFiles['named'];
}

/** A file that was read, and the layer that it belongs to: 0 is the lowest. */
export interface LayerFile extends SourceFile {
  readonly layer: number;
}

/** References resolved, not validated. Rejects with HF5007 when aborted. */
export async function loadMerged(target: DesiredTarget, options: DesiredOptions): Promise<Merging> {
  const dirs = target.desired.map((dir) => resolve(options.settingsDir, dir));
  const [read, commit] = await Promise.all([
    Promise.all(dirs.map((dir) => readFiles(dir, options))),
    options.commit ?? commitOf(dirs),
  ]);
  const layout = commonLayout(read, options.otherwise);
  const catalog = loadCatalog(layout);
  const layers = read.map((files, i) => layerOf(files, layout, i > 0, options));
  const problems = layers.flatMap((layer) => layer.problems);
  const merged = mergeLayers(
    layers.map(({ root }) => root),
    catalog,
  );
  // A file that couldn't be read may have declared what `$remove` looks for.
  if (problems.length === 0) problems.push(...merged.problems);
  const { root: whole, problems: respelled } = withKnownChoices(
    typed(merged.root, catalog, catalog.root) as LocatedMap,
    catalog,
  );
  const { root, problems: ending } =
    options.now === undefined
      ? { root: whole, problems: [] }
      : withoutExpired(whole, layout, target, options.now);
  const files = read.flatMap(({ sources }, layer) => sources.map((source) => ({ ...source, layer })));
  const names = namesInFiles(root, layout, target, files);
  return {
    root,
    catalog,
    problems: [...problems, ...respelled, ...ending, ...names.problems],
    watched: [...new Set([...dirs, ...layers.flatMap((layer) => layer.watched)])],
    commit,
    files,
    named: names.named,
  };
}

interface Layer {
  readonly root: LocatedMap;
  readonly problems: readonly Problem[];
  readonly watched: readonly string[];
}

interface LayerFiles {
  readonly dir: string;
  readonly sources: readonly SourceFile[];
  readonly files: readonly LoadedFile[];
  readonly problems: readonly Problem[];
  readonly directories: readonly string[];
}

async function readFiles(dir: string, options: DesiredOptions): Promise<LayerFiles> {
  const { files, problems, directories } = await readLayer(dir, options);
  const given = [...(options.texts ?? [])]
    .filter(([path]) => path === dir || path.startsWith(`${dir}${sep}`))
    .map(([path, text]) => ({ path, text, shown: shownIn(options, path) }));
  const isGiven = (path: string): boolean => given.some((file) => file.path === path);
  const all = [...files.filter(({ path }) => !isGiven(path)), ...given].toSorted(byPath);
  const loaded = await Promise.all(all.map((file) => loadFile(file, options)));
  return {
    dir,
    sources: all,
    files: loaded,
    // The directory will be there, and not empty.
    problems: given.length > 0 ? problems.filter(({ code }) => !NO_FILES.has(code)) : problems,
    directories,
  };
}

const NO_FILES: ReadonlySet<string> = new Set(['HF2001', 'HF2003']);

const byPath = (a: SourceFile, b: SourceFile): number => (a.path < b.path ? -1 : 1);

/**
 * If one file has the v8 layout, all are translated to it, because it can express more. `otherwise`: if no file has
 * a layout.
 */
function commonLayout(layers: readonly LayerFiles[], otherwise: Layout = 'legacy'): Layout {
  const layouts = layers.flatMap(({ files }) => files.flatMap(({ layout }) => layout ?? []));
  if (layouts.length === 0) return otherwise;
  return layouts.some((layout) => !isFlat(layout)) ? 'v8' : 'legacy';
}

function layerOf(
  { dir, files, problems: found, directories }: LayerFiles,
  layout: Layout,
  partial: boolean,
  options: DesiredOptions,
): Layer {
  const translated = files.map((file) => fileIn(file, layout, partial));
  const merged = mergeFiles(translated.flatMap(({ root }) => (root ? [root] : [])));
  const problems = [...found, ...translated.flatMap((file) => file.problems), ...merged.problems];
  if (problems.length === 0 && merged.root.members.size === 0) problems.push(declaresNothing(dir, options));
  const watched = [...directories, ...files.flatMap((file) => file.watched)];
  return { root: merged.root, problems, watched };
}

function fileIn(file: LoadedFile, layout: Layout, partial: boolean): LoadedFile {
  if (!file.root || !file.layout) return file;
  const { root, problems } = inLayout(file.root, file.layout, layout, { partial });
  return { ...file, root, problems: [...file.problems, ...problems] };
}

function declaresNothing(dir: string, options: DesiredOptions): Problem {
  const shown = shownIn(options, dir);
  return problem('HF2003', `The files in ${shown} declare nothing`, {
    position: { file: shown, line: 1, column: 1 },
  });
}

interface LoadedFile {
  readonly root?: LocatedMap;
  /** Absent: what it declares has the same path in both layouts. */
  readonly layout?: Layout;
  readonly problems: readonly Problem[];
  readonly watched: readonly string[];
}

async function loadFile(file: SourceFile, options: DesiredOptions): Promise<LoadedFile> {
  const { layouts = MANAGED_LAYOUTS, env, settingsDir: dir, allowUnresolved = false } = options;
  const { rules = DEFAULT_RULES, runsCommands = !allowUnresolved || options.source !== undefined } = options;
  const read = readYaml(file.text, file.shown);
  if (!read.root) return { problems: read.problems, watched: [] };
  const sops = { env, allowUnresolved, isEarlier: options.source !== undefined };
  const plain = isEncrypted(read.root)
    ? await decrypt(read.root, file, sops)
    : { root: read.root, problems: [] };
  if (!plain.root) return { problems: plain.problems, watched: [] };
  const { layout, problem: mistaken } = layoutOf(plain.root, layouts);
  if (mistaken) return { problems: [mistaken], watched: [] };
  const readText = readerOf(options);
  const resolved = await resolveReferences(plain.root, {
    env,
    dir,
    allowUnresolved,
    runsCommands,
    rules,
    readText,
  });
  return {
    root: resolved.root,
    ...(layout && { layout }),
    problems: resolved.problems,
    watched: resolved.files,
  };
}

/** Where files that references name are read, before the disk. */
function readerOf({ referenced, source }: DesiredOptions): FileSource['readText'] | undefined {
  if (!referenced) return source?.readText;
  return async (path, shown) => {
    const text = referenced.get(path);
    return text === undefined ? source?.readText(path, shown) : { text };
  };
}
