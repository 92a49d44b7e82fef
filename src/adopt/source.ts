// Which text of the gateway becomes a desired state, and in which layout: the raw file in its own layout. A v8
// gateway reads more than one layout can express; notes report what that excludes.
import type { Catalog, Field } from '../gateway/catalog/field.ts';
import { type Dialect, dialectOf, V7, V8 } from '../gateway/dialect.ts';
import { isFlat } from '../gateway/layout/layouts.ts';
import { layoutTable } from '../gateway/layout/table.ts';
import { contentOf } from '../gateway/model/decode.ts';
import { viewV8 } from '../gateway/v8/view.ts';
import type { FileDocument } from '../domain/yaml-node.ts';
import type { Live, LiveFile } from '../domain/live.ts';
import { formatPath, key, type Path } from '../domain/path.ts';
import { type Problem, problem } from '../domain/problem/problem.ts';
import { isTree, type Tree, valueAt } from '../lib/value.ts';
import type { LeftOut } from './ownership.ts';
import { parsed } from './prepare.ts';
import { spelled } from './spelling.ts';

export interface Source {
  readonly document: FileDocument;
  /** Of files in the layout of the document. */
  readonly dialect: Dialect;
  /** What it contains and no file of that layout can declare. */
  readonly unfit: readonly LeftOut[];
  readonly notes: readonly Problem[];
}

type Read = Pick<Live, 'api' | 'keptFlat' | 'layout' | 'agreement'> & { readonly file: LiveFile };

/** Throws HF2072 for a file that does not parse. */
export function sourceOf(live: Read): Source {
  const { layout, agreement, file } = live;
  if (isFlat(dialectOf(live).catalog.layout))
    return { document: file.document.open(), dialect: V7, unfit: unclear(agreement), notes: [] };
  const raw = parsed(file.text.open());
  return isFlat(layout) ? flatSource(raw, V7) : treeSource(raw, V8);
}

/** A flat file that a v8 gateway converts with the first write through its API. */
function flatSource(document: FileDocument, dialect: Dialect): Source {
  const { catalog } = dialect;
  const content = dialect.content(document);
  const unfit = [...beyondFlat(content, catalog), ...spelledOtherwise(catalog, catalog.root, content, [])];
  return { document, dialect, unfit, notes: [] };
}

/** What memory has differently from the file although nobody changed it: files can express only one of the two. */
function unclear(agreement: Live['agreement']): LeftOut[] {
  if (agreement.kind !== 'differ' || agreement.cause !== 'model-gap') return [];
  const why =
    agreement.because === 'folded-text'
      ? 'the gateway added blank lines to a folded text (`>`) in its file, so its memory and its file differ. Write the text as a literal block (`|`) or in quotes in that file'
      : "the gateway's memory and its file differ there";
  return agreement.paths.map((path) => ({ path, why }));
}

/**
 * If spellings of earlier versions are mixed with current ones, no file can say the same, so the gateway's
 * interpretation is used.
 */
function treeSource(raw: FileDocument, dialect: Dialect): Source {
  const { catalog } = dialect;
  const { document, notes } = respelled(raw);
  const content = contentOf(document, catalog);
  return { document, dialect, unfit: spelledOtherwise(catalog, catalog.root, content, []), notes };
}

function respelled(raw: FileDocument): Pick<Source, 'document' | 'notes'> {
  const seen = viewV8(raw.text);
  if (!seen.ok || seen.report.moved.length + seen.report.deleted.length === 0)
    return { document: raw, notes: [] };
  const { moved, deleted } = seen.report;
  return { document: seen.document, notes: [...moved.map(movedNote), ...deleted.map(deletedNote)] };
}

const movedNote = ({ old, now }: { readonly old: string; readonly now: string }): Problem =>
  problem('HF2070', `\`${old}\` is \`${now}\` to the gateway, so the pulled file uses that name`, {
    severity: 'warning',
    path: old,
  });

const deletedNote = (path: string): Problem =>
  problem('HF2070', `\`${path}\` has no effect because the current spelling is also there`, {
    severity: 'warning',
    path,
  });

/** A flat file on a v8 gateway: what v8 dropped, and what only v8 gateways know by a flat name. */
function beyondFlat(content: Tree, flat: Catalog): LeftOut[] {
  const { rows, families } = layoutTable();
  return [...rows, ...families].flatMap(({ legacy, v8 }): LeftOut[] => {
    const names = legacy?.split('.') ?? [];
    if (legacy === undefined || !isThere(content, names)) return [];
    if (v8 === undefined) return [{ path: legacy, why: 'v8 gateways no longer have this key' }];
    const why = `only files in the v8 layout can declare it, as \`${v8}\``;
    return flat.at(names) ? [] : [{ path: legacy, why }];
  });
}

/**
 * On v8, changes are counted from the file, and ` Claude ` in it is separate from the `claude` that files can
 * express.
 */
function spelledOtherwise(catalog: Catalog, field: Field, tree: Tree, at: Path): LeftOut[] {
  return Object.entries(tree).flatMap(([name, value]): LeftOut[] => {
    const held = spelled(field, name);
    const path = [...at, key(held)];
    const why = `\`${name}\` in the file is \`${held}\` to the gateway`;
    if (held !== name) return [{ path: formatPath(path), why }];
    const below = catalog.child(field, name);
    return below && isTree(value) ? spelledOtherwise(catalog, below, value, path) : [];
  });
}

const isThere = (content: Tree, names: readonly string[]): boolean => valueAt(content, names) !== undefined;
