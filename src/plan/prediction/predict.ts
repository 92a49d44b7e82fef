// What the gateway will show and store after a write, by the model. Decides nothing.
import { type AtRest, type Dialect, memoryView, V8 } from '../../gateway/dialect.ts';
import type { LoadSuccess, Memory } from '../../gateway/model/model.ts';
import { loadTree } from '../../gateway/v8/load.ts';
import { contentInView } from '../../gateway/v8/view.ts';
import type { FileDocument, FileNode } from '../../domain/yaml-node.ts';
import { seal, sealLater } from '../../domain/secret.ts';
import type { Tree } from '../../lib/value.ts';
import type { Prediction } from '../../domain/plan/write.ts';
import type { LoadFailure } from '../../yaml/failure.ts';

/** A gateway at rest, and the images derived from it. */
export interface State extends AtRest {
  /** Memory as `GET /config` shows it, in YAML spelling. */
  readonly view: Tree;
  /** What differences and guards look at. */
  readonly image: Tree;
}

/** The state after the gateway loaded this file, or why it refuses it. */
export function settled(document: FileDocument, dialect: Dialect): State | LoadFailure {
  const rest = dialect.rest(document);
  return 'ok' in rest ? rest : new Settled(rest, dialect);
}

/** The state after a request of the v8 API, from the nodes that it creates from the normalised tree. */
export function settledRoot(root: FileNode): State | LoadFailure {
  const document: FileDocument = { text: '', root };
  const loaded = loadTree(withoutFamilies(root));
  if (!loaded.ok) return loaded;
  const { memory, rewritten } = loaded;
  return new SettledTree(document, contentInView({ document, memory, rewritten }), loaded);
}

/** These take long to load, and the validation of the files has checked them in detail. */
const withoutFamilies = (root: FileNode): FileNode =>
  root.kind === 'map' ? { ...root, pairs: root.pairs.filter(({ key }) => key.text !== 'api-keys') } : root;

/** Memory is computed on first use: a plan that isn't applied never needs it. */
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
    return memoryView(this.memory, V8);
  }

  /** Families that the gateway would refuse are missing: it reports them itself when they are sent. */
  #load(): Memory {
    const loaded = this.document.root && loadTree(this.document.root);
    return loaded?.ok ? loaded.memory : this.#besides;
  }
}

/** The view and the image are computed on first use: nobody needs those of the state before a write. */
class Settled implements State {
  readonly document: FileDocument;
  readonly content: Tree;
  readonly memory: Memory;
  readonly rehashes: boolean;
  readonly #dialect: Dialect;
  #view: Tree | undefined;
  #image: Tree | undefined;

  constructor({ document, content, memory, rehashes }: AtRest, dialect: Dialect) {
    this.document = document;
    this.content = content;
    this.memory = memory;
    this.rehashes = rehashes;
    this.#dialect = dialect;
  }

  get view(): Tree {
    return (this.#view ??= memoryView(this.memory, this.#dialect));
  }

  get image(): Tree {
    return (this.#image ??= this.#dialect.image(this.view, this.content));
  }
}

export const isState = (result: State | LoadFailure): result is State => !('ok' in result);

export function predictionOf(state: State): Prediction {
  return { memory: sealLater(() => state.view), file: seal(state.content) };
}
