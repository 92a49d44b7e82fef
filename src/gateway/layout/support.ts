// Which keys of a declared tree a gateway version would ignore, refuse, or interpret in a narrower sense. Pure.
import { isFlat } from './layouts.ts';
import { escapeToken } from '../../domain/path.ts';
import { isList, isTree, type Tree, type Value } from '../../lib/value.ts';
import { loadCatalog } from '../catalog/catalog.ts';
import type { Catalog, Field } from '../catalog/field.ts';
import { isBefore, parseVersion } from '../../lib/version.ts';
import { narrowing } from './setting-scope.ts';
import type { Layout } from './rewrite.ts';
import { layoutTable } from './table.ts';
import { originOf, translate } from './translate.ts';

/** One key that this version can't express as declared. */
export interface Unsupported {
  /** JSON pointer into the declared tree. */
  readonly pointer: string;
  /** A clause that follows the path: `is not known to v8.0.4`. */
  readonly message: string;
  /** The first version that supports it; absent if none is known. */
  readonly needs?: string;
}

const FIRST_V8 = 'v8.0.0';

/** The layout of gateways of this version. `version` is one (`parseVersion`). */
export function layoutFor(version: string): Layout {
  return isBefore(version, FIRST_V8) ? 'legacy' : 'v8';
}

/** In the order of the translated tree; for an unknown list or mapping, only itself. */
export function unsupportedBy(tree: Tree, layout: Layout, version: string): readonly Unsupported[] {
  if (!parseVersion(version)) throw new Error(`${version} isn't a version`);
  const translation = translate(tree, layout, layoutFor(version));
  const catalog = loadCatalog(translation.layout);
  const walk = new Walk(catalog, version);
  walk.value(catalog.root, translation.tree, '');
  const found = walk.found.map((one) => ({ ...one, pointer: originOf(translation, one.pointer) }));
  const refused = translation.refusals.map(({ pointer, why }) => ({
    pointer,
    message: why === 'gone' ? `was removed from v8 gateways` : `isn't known to ${version}`,
  }));
  return unique([...found, ...refused]);
}

/** A member of a group is listed once for all its keys. */
function unique(found: readonly Unsupported[]): readonly Unsupported[] {
  return [...new Map(found.map((one) => [one.pointer, one])).values()];
}

class Walk {
  readonly found: Unsupported[] = [];
  readonly #catalog: Catalog;
  readonly #version: string;

  constructor(catalog: Catalog, version: string) {
    this.#catalog = catalog;
    this.#version = version;
  }

  value(field: Field, value: Value, pointer: string): void {
    const below = this.#below(field, value);
    if (below.length === 0 || !isSection(field)) this.#judge(field, pointer);
    if (this.found.at(-1)?.pointer === pointer) return;
    for (const [name, member] of below) {
      const at = `${pointer}/${escapeToken(name)}`;
      const child = this.#catalog.child(field, name);
      if (child) this.value(child, member, at);
      else this.#unknownKey(`${field.pattern}.${name}`.replace(/^\./, ''), member, at);
    }
  }

  #below(field: Field, value: Value): readonly (readonly [string, Value])[] {
    if (field.kind === 'any') return [];
    if (isList(value)) return value.map((item, i) => [String(i), item]);
    return isTree(value) ? Object.entries(value) : [];
  }

  #judge({ since, until, pattern }: Field, pointer: string): void {
    const version = this.#version;
    if (until !== undefined && isBefore(until, version))
      this.found.push({ pointer, message: `was removed in ${until}` });
    else if (since !== undefined && isBefore(version, since))
      this.found.push({ pointer, message: this.#tooEarly(pattern), needs: since });
  }

  /**
   * An earlier spelling can have a narrower meaning: what applied only to OAuth credentials isn't a substitute
   * (design-v8 rule 21).
   */
  #tooEarly(pattern: string): string {
    return narrowing(pattern, this.#version) ?? `isn't known to ${this.#version}`;
  }

  /** What the flat catalog doesn't know came with v8; for a section, this applies to each key. */
  #unknownKey(path: string, value: Value, pointer: string): void {
    const { rows } = layoutTable();
    const isSectionOfV8 = rows.some(({ legacy }) => legacy?.startsWith(`${path}.`));
    if (isSectionOfV8 && isTree(value)) {
      for (const [name, member] of Object.entries(value))
        this.#unknownKey(`${path}.${name}`, member, `${pointer}/${escapeToken(name)}`);
      return;
    }
    const message = `isn't known to ${this.#version}`;
    const needs = rows.find(({ legacy }) => legacy === path)?.since ?? FIRST_V8;
    this.found.push({ pointer, message, ...(isFlat(this.#catalog.layout) && { needs }) });
  }
}

/** A mapping of named keys outside lists: its keys are judged, not the mapping. */
function isSection(field: Field): boolean {
  return field.kind === 'struct' && !field.pattern.includes('[*]');
}
