// Writes without a difference: the byte-changing repair, and the rollbacks. All use `PUT /config.yaml`. Doesn't
// decide whether they may be sent.
import type { Catalog } from '../../../gateway/catalog/field.ts';
import { MANAGEMENT_BASE } from '../../../gateway/catalog/field.ts';
import type { Dialect } from '../../../gateway/dialect.ts';
import { parseDocument } from '../../../yaml/document.ts';
import type { FileDocument } from '../../../domain/yaml-node.ts';
import type { Verdict } from '../../../domain/plan/guard.ts';
import type { LiveFile } from '../../../domain/live.ts';
import { fail } from '../../../domain/problem/problem.ts';
import { type Sealed, seal } from '../../../domain/secret.ts';
import { sameValue, type Tree } from '../../../lib/value.ts';
import type { Footprint, PreparedWrite } from '../../../domain/plan/write.ts';
import { isState, predictionOf, settled, type State } from '../../prediction/predict.ts';
import { threeWay } from './three-way.ts';
import { patchTowards } from '../../prediction/edits.ts';
import { prove } from '../file/route-file.ts';
import type { Patch } from '../../../yaml/splice/patch.ts';
import { brickIn, unsafeEdit, unsupported } from '../../prediction/verdicts.ts';
import { lineStart } from '../../../yaml/splice/text.ts';
import { splice, type UnsafeEdit } from '../../../yaml/splice/splice.ts';
import { done, failed, type Result } from '../../../lib/result.ts';
import { isFailure } from '../../../yaml/failure.ts';
import type { Area } from '../../types/area.ts';

/** A write, or the verdicts that forbid it. */
export type RollbackWrite =
  | { readonly ok: true; readonly write: PreparedWrite }
  | { readonly ok: false; readonly verdicts: readonly Verdict[] };

const MARKER = '# holdfast: written again so that the gateway loads this file';
const MARKER_LINE =
  /^# holdfast: written again so that the gateway loads this file(?: \((\d+)\))?[ \t]*\r?\n/m;

export const isOwnMarker = (comment: string): boolean => comment.startsWith(MARKER);

/**
 * The byte-changing repair of stale memory (design-v8 rule 6): one marker comment directly above the first key,
 * replaced and never appended.
 */
export function repairWrite(file: LiveFile, dialect: Dialect): RollbackWrite {
  const text = file.text.open();
  const body = remarked(text);
  if (body === undefined) return refused(unsupported('the file has no first key to write above', []));
  return whole(body, dialect, [], (raw) => {
    const now = raw.open();
    return now === text ? body : (remarked(now) ?? body);
  }, 'the gateway loads a file only when its bytes change; no value changes'); // prettier-ignore
}

/** Restores a whole backup: `PUT /config.yaml` of its text, byte for byte. */
export function restoreWrite(backup: Sealed<string>, dialect: Dialect): RollbackWrite {
  const text = backup.open();
  return whole(text, dialect, ['*'], () => text, 'the backup is restored byte for byte');
}

export interface InverseInput {
  readonly dialect: Dialect;
  /** Content of the file without our writes. */
  readonly before: Tree;
  /** The predicted content of the file after our writes: its differences from `before` are ours. */
  readonly written: Tree;
  /** The raw file as it is now, with changes by others. */
  readonly now: LiveFile;
  /** What our writes were allowed to change. */
  readonly footprints: readonly Footprint[];
}

/** Reverts only our own changes, spliced into the current file; keeps what others changed. */
export function inverseWrite(input: InverseInput): RollbackWrite {
  const { dialect, before, written, now, footprints } = input;
  const undo = (text: string, document: FileDocument): Result<string, UnsafeEdit> => {
    const patch = patchBack(dialect.catalog, before, written, dialect.content(document));
    if (!patch) return done(text);
    const edited = splice(document, patch);
    const proved = edited.ok ? prove(dialect, edited.value) : edited;
    return proved.ok ? done(proved.value.text) : proved;
  };
  const paths = footprints.flatMap((footprint) => footprint.paths);
  const reason = "someone else changed the file in the meantime, so only Holdfast's own changes are undone";
  const text = now.text.open();
  const undone = undo(text, now.document.open());
  if (!undone.ok) return refused(unsafeEdit(undone.error, 'the file is required to undo single changes', []));
  const body = undone.value;
  return whole(
    body,
    dialect,
    paths,
    (raw) => (raw.open() === text ? body : undoneAnew(raw.open(), dialect, undo)),
    reason,
  );
}

/** The body for a file that changed after the reading. Throws HF4010. */
function undoneAnew(
  text: string,
  dialect: Dialect,
  undo: (text: string, document: FileDocument) => Result<string, UnsafeEdit>,
): string {
  const parsed = dialect.parse(text);
  const undone =
    'ok' in parsed
      ? failed({ message: `the gateway can't read the file: ${parsed.message}`, line: 1 })
      : undo(text, parsed);
  if (!undone.ok) throw fail('HF4010', `line ${undone.error.line}: ${undone.error.message}`);
  return undone.value;
}

// ── pieces ───────────────────────────────────────────────────────────────────────────────────────────────────────

const refused = (...verdicts: readonly Verdict[]): RollbackWrite => ({ ok: false, verdicts });

function patchBack(catalog: Catalog, before: Tree, written: Tree, now: Tree): Patch | undefined {
  const { without } = threeWay(catalog, { before, ours: written, now });
  const areas: Area[] = Object.keys({ ...now, ...without }).map((name) => [name]);
  const changed = areas.filter(([name = '']) => !sameValue(now[name], without[name]));
  return patchTowards(catalog, now, without, changed);
}

function stateOf(text: string, dialect: Dialect): State | Verdict {
  const parsed = parseDocument(text);
  if (isFailure(parsed)) return unsupported(`the text can't be parsed: ${parsed.message}`, []);
  const state = settled(parsed as FileDocument, dialect);
  if (!isState(state)) return unsupported(`the gateway would refuse the text: ${state.message}`, []);
  return brickIn(state) ?? state;
}

function whole(
  text: string,
  dialect: Dialect,
  paths: readonly string[],
  body: (raw: Sealed<string>) => string,
  reason: string,
): RollbackWrite {
  const state = stateOf(text, dialect);
  if ('guard' in state) return refused(state);
  const write = {
    id: 'w1',
    method: 'PUT' as const,
    path: `${MANAGEMENT_BASE}/config.yaml`,
    makes: [],
    footprint: { paths, defaults: [], secretHash: state.rehashes },
    reason,
  };
  const prediction = predictionOf(state);
  return {
    ok: true,
    write: { write, body: (raw) => seal(body(raw)), contentType: 'application/yaml', prediction },
  };
}

function remarked(text: string): string | undefined {
  const parsed = parseDocument(text);
  return isFailure(parsed) ? undefined : marked(text, parsed as FileDocument);
}

/** The marker has a counter, so that every repair changes the bytes. */
function marked(text: string, document: FileDocument): string | undefined {
  const first = document.root?.kind === 'map' ? document.root.pairs[0]?.key.range?.start : undefined;
  if (first === undefined) return undefined;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const at = lineStart(text, first);
  const head = text.slice(0, at);
  const old = MARKER_LINE.exec(head);
  const count = old ? Number(old[1] ?? 1) + 1 : 1;
  const line = `${MARKER}${count > 1 ? ` (${count})` : ''}${eol}`;
  return head.replace(MARKER_LINE, '') + line + text.slice(at);
}
