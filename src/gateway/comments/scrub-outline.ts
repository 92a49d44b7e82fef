// The outline of a commented block of YAML, line by line: under which commented keys a line stands. Pure but for itself.

interface Parent {
  readonly indent: number;
  /** What stands below it are credentials. */
  readonly isCredential: boolean;
  /** The key, where nothing says that a text follows: entries of a list or a remark can stand below it. */
  readonly name?: string;
}

export class Outline {
  readonly #holdsKeys: boolean;
  #parents: readonly Parent[] = [];

  /** `holdsKeys`: the block stands in or beside a list of keys. */
  constructor(holdsKeys: boolean) {
    this.#holdsKeys = holdsKeys;
  }

  /** Moves on to a line of this indentation. An item may be indented as far as the key of its list. */
  enter(indent: number, isItem: boolean): void {
    this.#parents = this.#parents.filter((one) => one.indent < indent || (isItem && one.indent === indent));
  }

  /** A key whose value stands on the lines below. */
  open(parent: Parent): void {
    this.#parents = [...this.#parents, parent];
  }

  /** Whether a text here is the value, or a part of it, of a key that carries credentials. */
  get isInCredential(): boolean {
    return this.#parents.at(-1)?.isCredential === true;
  }

  /** The key that a text here is below; undefined: the text is its value, whatever it looks like. */
  get keyAbove(): string | undefined {
    return this.#parents.at(-1)?.name;
  }

  /** Whether an item here is a key. */
  get isInKeys(): boolean {
    return this.#parents.length === 0 ? this.#holdsKeys : this.isInCredential;
  }
}
