// `PUT /config.yaml`: the raw file with the differences spliced in, verified by parsing it again (design §8).
// Chooses nothing.
import { type Catalog, MANAGEMENT_BASE } from '../../../gateway/catalog/field.ts';
import type { Dialect } from '../../../gateway/dialect.ts';
import { parseDocument } from '../../../yaml/document.ts';
import type { FileDocument } from '../../../domain/yaml-node.ts';
import { formatPath } from '../../../domain/path.ts';
import { fail } from '../../../domain/problem/problem.ts';
import { type Sealed, seal } from '../../../domain/secret.ts';
import { sameValue, type Tree } from '../../../lib/value.ts';
import type { Write } from '../../../domain/plan/write.ts';
import type { Difference } from '../../types/difference.ts';
import { pathOfArea } from '../../prediction/footprint.ts';
import { isState, settled, type State } from '../../prediction/predict.ts';
import { patchTowards } from '../../prediction/edits.ts';
import { splice, type UnsafeEdit } from '../../../yaml/splice/splice.ts';
import { done, failed, type Result } from '../../../lib/result.ts';
import { isFailure } from '../../../yaml/failure.ts';
import type { Area } from '../../types/area.ts';

/** Texts up to this length are verified when planned; longer ones only directly before they are sent. */
const PROVED_WHEN_PLANNED = 65_536;

/** The document that equals `proposed` in these areas. */
export function editedDocument(
  catalog: Catalog,
  document: FileDocument,
  content: Tree,
  proposed: Tree,
  areas: readonly Area[],
): Result<FileDocument, UnsafeEdit> {
  const patch = patchTowards(catalog, content, proposed, areas);
  return patch ? splice(document, patch) : done(document);
}

export interface FileEdit {
  readonly document: FileDocument;
  readonly after: State;
}

/** `unsafe`: the file can't be edited in place. `refused`: the gateway would refuse the edited file. */
export type NoFileEdit =
  | { readonly kind: 'unsafe'; readonly edit: UnsafeEdit }
  | { readonly kind: 'refused'; readonly message: string };

/** Of an edit that is wrong as a whole. */
export const unsafe = (message: string): NoFileEdit => ({ kind: 'unsafe', edit: { message, line: 1 } });

export function editFile(
  dialect: Dialect,
  start: State,
  proposed: Tree,
  areas: readonly Area[],
): Result<FileEdit, NoFileEdit> {
  const edited = editedDocument(dialect.catalog, start.document, start.content, proposed, areas);
  if (!edited.ok) return failed({ kind: 'unsafe', edit: edited.error });
  const document = edited.value;
  const after = settled(document, dialect);
  if (!isState(after))
    return failed({
      kind: 'refused',
      message: `the gateway would refuse the file with these changes: ${after.message}`,
    });
  const proof = document.text.length <= PROVED_WHEN_PLANNED ? prove(dialect, document) : done(document);
  return proof.ok ? done({ document, after }) : failed({ kind: 'unsafe', edit: proof.error });
}

/** Fails where the text doesn't mean what the nodes say. */
export function prove(dialect: Dialect, document: FileDocument): Result<FileDocument, UnsafeEdit> {
  const parsed = parseDocument(document.text);
  if (isFailure(parsed))
    return failed({ message: `the edited file couldn't be parsed: ${parsed.message}`, line: 1 });
  return sameValue(dialect.content(parsed as FileDocument), dialect.content(document))
    ? done(document)
    : failed({ message: "the edited file wouldn't match the plan", line: 1 });
}

/** The body for the file as it is directly before sending. Throws HF4010. */
export function bodyFor(
  dialect: Dialect,
  planned: FileEdit,
  start: State,
  proposed: Tree,
  areas: readonly Area[],
) {
  return (raw: Sealed<string>): Sealed<string> => {
    const text = raw.open();
    const edited =
      text === start.document.text ? done(planned.document) : reEdited(dialect, text, proposed, areas);
    const proved = edited.ok ? prove(dialect, edited.value) : edited;
    if (!proved.ok) throw fail('HF4010', `line ${proved.error.line}: ${proved.error.message}`);
    return seal(proved.value.text);
  };
}

/** The planned body, only for the file it was planned on. Throws HF4010. */
export function unchangedSince(start: State, edit: FileEdit) {
  return (raw: Sealed<string>): Sealed<string> => {
    if (raw.open() === start.document.text) return seal(edit.document.text);
    throw fail('HF4010', "the file changed and can't be edited in place");
  };
}

function reEdited(
  dialect: Dialect,
  text: string,
  proposed: Tree,
  areas: readonly Area[],
): Result<FileDocument, UnsafeEdit> {
  const parsed = parseDocument(text);
  if (isFailure(parsed)) return failed({ message: `the file can't be parsed: ${parsed.message}`, line: 1 });
  const document = parsed as FileDocument;
  return editedDocument(dialect.catalog, document, dialect.content(document), proposed, areas);
}

/** How to show a `PUT /config.yaml` of these differences: the edits as text, never the file. */
export function writeOfFile(
  differences: readonly Difference[],
  areas: readonly Area[],
  { rehashes }: Pick<State, 'rehashes'>,
  reason: string,
): Write {
  return {
    id: 'w1',
    method: 'PUT',
    path: `${MANAGEMENT_BASE}/config.yaml`,
    body: differences.map(({ kind, path }) => `${kind} ${formatPath(path)}`).join('\n'),
    makes: differences.map(({ id }) => id),
    footprint: { paths: areas.map(pathOfArea), defaults: [], secretHash: rehashes },
    reason,
  };
}
