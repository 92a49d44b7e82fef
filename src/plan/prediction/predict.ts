// What the gateway will show and store after a write, by the model. Decides nothing.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { contentOf } from '../../gateway/model/decode.ts';
import { fromJson, toJson } from '../../gateway/model/json.ts';
import { load } from '../../gateway/model/load.ts';
import { parseDocument } from '../../yaml/document.ts';
import { type LoadSuccess, type Memory } from '../../gateway/model/model.ts';
import { loadTree, loadV8 } from '../../gateway/v8/load.ts';
import { contentInView, viewV8, viewSeen } from '../../gateway/v8/view.ts';
import type { FileDocument, FileNode } from '../../domain/yaml-node.ts';
import { seal, sealLater } from '../../domain/secret.ts';
import { isTree, type Tree, treeOf, type Value } from '../../lib/value.ts';
import type { Prediction } from '../../domain/plan/write.ts';
import { isFailure, type LoadFailure } from '../../yaml/failure.ts';

/** A gateway at rest: a file, and the memory it was loaded into. */
export interface State {
  readonly document: FileDocument;
  /** Decoded by type, unknown keys kept. */
  readonly content: Tree;
  readonly memory: Memory;
  /** Memory as `GET /config` shows it, in YAML spelling. */
  readonly view: Tree;
  /** What differences and guards look at. */
  readonly image: Tree;
  /** The gateway would replace a plaintext secret by its hash. */
  readonly rehashes: boolean;
}

/** The state after the gateway has loaded this file, or why it refuses it. */
export function settled(document: FileDocument, catalog: Catalog): State | LoadFailure {
  if (catalog.layout === 'v8') return settledTree(document.text);
  if (catalog.generation === 'v8') return settledFlat(document, catalog);
  const loaded = load(document, catalog);
  if (!loaded.ok) return loaded;
  const content = contentOf(document, catalog);
  const held = loaded.rewritten ? withSecretOf(loaded.memory, content) : content;
  return new Settled(document, held, loaded.memory, loaded.rewritten, catalog);
}

/** On v8 the tree that every request sees is the configuration, and memory is flat (design-v8 rules 1 and 2). */
function settledTree(text: string): State | LoadFailure {
  const seen = viewV8(text);
  if (!seen.ok) return seen;
  const content = contentInView(seen);
  const { document, memory, rewritten: rehashes } = seen;
  return { document, content, memory, view: viewSeen(seen), image: content, rehashes };
}

/** A flat file of a v8 gateway that stays flat: it is the configuration as well, only said otherwise. */
function settledFlat(given: FileDocument, catalog: Catalog): State | LoadFailure {
  const parsed = given.root ? given : parseDocument(given.text);
  if (isFailure(parsed)) return parsed as LoadFailure; // A failure to parse.
  const document = parsed as FileDocument;
  const loaded = document.root ? loadTree(document.root) : loadV8(document.text);
  if (!loaded.ok) return loaded;
  const { memory, rewritten: rehashes } = loaded;
  const said = contentOf(document, catalog);
  const content = rehashes ? withSecretOf(memory, said) : said;
  return { document, content, memory, view: viewSeen({ memory }), image: content, rehashes };
}

/** The state after a request of the v8 API, from the nodes that it makes of the normalised tree. */
export function settledRoot(root: FileNode): State | LoadFailure {
  const document: FileDocument = { text: '', root };
  const loaded = loadTree(withoutFamilies(root));
  if (!loaded.ok) return loaded;
  const { memory, rewritten } = loaded;
  return new SettledTree(document, contentInView({ document, memory, rewritten }), loaded);
}

/** What takes long to load, and what validation of the files has looked at in every detail. */
const withoutFamilies = (root: FileNode): FileNode =>
  root.kind === 'map' ? { ...root, pairs: root.pairs.filter(({ key }) => key.text !== 'api-keys') } : root;

/** Memory is worked out when first asked for: a plan that is not applied never does. */
class SettledTree implements State {
  readonly document: FileDocument;
  readonly content: Tree;
  readonly image: Tree;
  readonly rehashes: boolean;
  readonly #besides: Memory;
  #memory: Memory | undefined;

  constructor(document: FileDocument, content: Tree, besides: LoadSuccess) {
    this.document = document;
    this.content = content;
    this.image = content;
    this.rehashes = besides.rewritten;
    this.#besides = besides.memory;
  }

  get memory(): Memory {
    return (this.#memory ??= this.#load());
  }

  get view(): Tree {
    return viewSeen({ memory: this.memory });
  }

  /** Families that the gateway would refuse are missing: it says so itself when they are sent. */
  #load(): Memory {
    const loaded = this.document.root && loadTree(this.document.root);
    return loaded?.ok ? loaded.memory : this.#besides;
  }
}

/** The view and the image are worked out when first asked for: of the state before a write nobody asks. */
class Settled implements State {
  readonly document: FileDocument;
  readonly content: Tree;
  readonly memory: Memory;
  readonly rehashes: boolean;
  readonly #catalog: Catalog;
  #view: Tree | undefined;
  #image: Tree | undefined;

  constructor(document: FileDocument, content: Tree, memory: Memory, rehashes: boolean, catalog: Catalog) {
    this.document = document;
    this.content = content;
    this.memory = memory;
    this.rehashes = rehashes;
    this.#catalog = catalog;
  }

  get view(): Tree {
    return (this.#view ??= viewOf(this.memory, this.#catalog));
  }

  get image(): Tree {
    return (this.#image ??= imageOf(this.view, this.content, this.#catalog));
  }
}

export const isState = (result: State | LoadFailure): result is State => !('ok' in result);

/** Where `GET /config` would answer with an empty body, memory itself. */
function viewOf(memory: Memory, catalog: Catalog): Tree {
  const json = toJson(memory, catalog);
  return json ? fromJson(json, catalog) : memory;
}

function withSecretOf(memory: Memory, content: Tree): Tree {
  const management = content['remote-management'];
  const held = memory['remote-management'];
  if (!isTree(management) || !isTree(held)) return content;
  return {
    ...content,
    'remote-management': { ...management, 'secret-key': held['secret-key'] ?? '' },
  };
}

export function predictionOf(state: State): Prediction {
  return { memory: sealLater(() => state.view), file: seal(state.content) };
}

/**
 * The one picture of a gateway that differences and guards look at: the memory view, completed with what the JSON hides
 * (`visible: yaml`) from the content of the file. Keys of the file that the catalog does not know are kept where the
 * memory view has no say: at the top level and in plain mappings, never inside list entries.
 */
export function imageOf(memoryView: Tree, fileContent: Tree, catalog: Catalog): Tree {
  return imageAt(catalog.root, memoryView, fileContent);
}

function imageAt(field: Field, view: Tree, content: Tree): Tree {
  const image: Record<string, Value> = { ...view };
  for (const [name, filed] of Object.entries(content)) {
    const inner = field.kind === 'map' ? field.value : field.fields?.get(name);
    const shown = view[name];
    if (!inner || inner.visible !== 'json') {
      if (filed !== null) image[name] = overlaid(inner, shown, filed);
    } else if (isTree(filed) && inner.kind !== 'any' && (isTree(shown) || hidesBelow(inner)))
      image[name] = imageAt(inner, treeOf(shown), filed);
    else if (isListOfHidden(inner, shown, filed)) image[name] = entriesOf(inner, shown, filed);
    else if (shown === undefined && inner.kind === 'any' && filed !== null && hidesBelow(inner))
      image[name] = filed;
  }
  return image;
}

/** A value that only the file shows; what memory shows of it wins. */
function overlaid(field: Field | undefined, shown: Value | undefined, filed: Value): Value {
  if (!isTree(shown) || !isTree(filed))
    return shown !== undefined && field?.visible === 'json' ? shown : filed;
  return { ...filed, ...shown };
}

export function hidesBelow(field: Field): boolean {
  if (field.visible !== 'json') return true;
  if (field.value && hidesBelow(field.value)) return true;
  if (field.item && hidesBelow(field.item)) return true;
  return [...(field.fields?.values() ?? [])].some(hidesBelow);
}

function isListOfHidden(field: Field, shown: Value | undefined, filed: Value): shown is readonly Value[] {
  return (
    Array.isArray(shown) &&
    Array.isArray(filed) &&
    shown.length === filed.length &&
    field.item !== undefined &&
    field.item.kind === 'struct' &&
    [...(field.item.fields?.values() ?? [])].some((member) => member.visible !== 'json')
  );
}

/** Entries with members the JSON hides (the credentials of ICE servers): no loader drops any, so places agree. */
function entriesOf(field: Field, shown: readonly Value[], filed: Value): readonly Value[] {
  return shown.map((entry, i) => {
    const beside = (filed as readonly Value[])[i];
    if (!isTree(entry) || !isTree(beside)) return entry;
    const hidden = [...(field.item?.fields ?? [])].flatMap(([name, member]) =>
      member.visible !== 'json' && beside[name] !== undefined && beside[name] !== null
        ? [[name, beside[name]] as const]
        : [],
    );
    return hidden.length === 0 ? entry : { ...entry, ...Object.fromEntries(hidden) };
  });
}
