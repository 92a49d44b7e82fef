// Decides how differences are written to a v0 gateway: the fewest requests that lose nothing, each with its
// prediction and the reason for the route (design §8). Knows nothing of allowances and sends nothing.
import type { Verdict } from '../../../domain/plan/guard.ts';
import { seal } from '../../../domain/secret.ts';
import type { PreparedWrite, Write } from '../../../domain/plan/write.ts';
import { commentsInWords, lostComments } from '../../prediction/comments.ts';
import { pathOfArea } from '../../prediction/footprint.ts';
import { predictionOf, type State } from '../../prediction/predict.ts';
import { type Chosen, type Forbidden, routed, type Work } from '../../prediction/routed.ts';
import { rewriteFile } from '../file/rewrite-file.ts';
import { requestsFor, unitsOf } from './field.ts';
import {
  bodyFor,
  editFile,
  type FileEdit,
  type NoFileEdit,
  unchangedSince,
  unsafe,
  writeOfFile,
} from '../file/route-file.ts';
import { done, each, failed, type Result } from '../../../lib/result.ts';
import type { ByFields } from './request.ts';
import type { Routed, RouteInput } from '../../types/route.ts';
import { missed, type Simulated, simulate } from './simulate.ts';
import { unsafeEdit, wouldBeRefused } from '../../prediction/verdicts.ts';
import type { LostComment } from '../../types/lost-comment.ts';
import { unknownGone } from '../../../gateway/observe/unknown-members.ts';

/** More field writes than this are worse than one edited file, because each needs its own settle window. */
const MOST_FIELD_WRITES = 3;

/** On a v7 gateway. */
export const routeFields = (input: RouteInput): Routed => route(input, byFields);

/** For a flat file of a v8 gateway, whose field writes would change more than requested. */
export const routeFile = (input: RouteInput): Routed => route(input, () => NO_FIELDS);

const NO_FIELDS = failed(
  "a field write would add the gateway's defaults to its flat file, a whole file is stored as it is",
);

type Fields = (work: Work) => ByFields<Simulated[]>;

const route = (input: RouteInput, fields: Fields): Routed =>
  routed(
    input,
    ({ document }) => document.open(),
    (work) => choose(work, fields(work)),
  );

/**
 * Field endpoints if they lose nothing, comments included, and are few; otherwise the file; otherwise field
 * endpoints, however many.
 */
function choose(work: Work, fields: ByFields<Simulated[]>): Chosen | Forbidden {
  const { start, differences } = work;
  const lost = fields.ok ? lostAfter(work, fields.value.at(-1)?.after ?? start) : [];
  if (fields.ok && fields.value.length <= MOST_FIELD_WRITES && lost.length === 0)
    return fieldWrites(fields.value, lost);
  const why = whyNotFields(fields, lost);
  const file = fileWrite(work, why);
  if (file.ok)
    return fields.ok && file.value.lost.length > lost.length
      ? fieldWrites(fields.value, lost, 'the edited file would lose more comments')
      : file.value;
  if (file.error.kind === 'refused') return { verdicts: [wouldBeRefused(file.error.message, differences)] };
  const { edit } = file.error;
  if (fields.ok) return fieldWrites(fields.value, lost, `the file can't be edited: ${edit.message}`);
  return rewrite(work, unsafeEdit(edit, why, differences));
}

/** The last resort, if the user allows it. */
function rewrite(work: Work, verdict: Verdict): Chosen | Forbidden {
  const { input, start, areas } = work;
  const edit = rewriteFile(input.dialect, start, input.proposed, areas);
  if (!edit || missed(input.dialect.catalog, start, edit.after.image, input.proposed, areas) !== undefined)
    return { verdicts: [verdict] };
  const reason =
    "the file is rewritten because it can't be edited in place, and loses its comments and anchors";
  const prepared = preparedFile(work, edit, reason);
  return {
    writes: [{ ...prepared, body: unchangedSince(start, edit) }],
    states: [edit.after],
    lost: [], // the verdict says that all are lost
    verdicts: [verdict],
  };
}

function whyNotFields(fields: ByFields<Simulated[]>, lost: readonly LostComment[]): string {
  if (!fields.ok) return fields.error;
  if (lost.length > 0) return `a field write would lose ${commentsInWords(lost)}`;
  return `${fields.value.length} field writes would be needed; one request does it`;
}

function lostAfter({ input, start }: Work, after: State): readonly LostComment[] {
  const { dialect, comments, differences } = input;
  return comments === 'let-go'
    ? []
    : lostComments(dialect.catalog, start.document, after.document, differences);
}

// ── field endpoints ──────────────────────────────────────────────────────────────────────────────────────────────

function byFields({ input, start, differences, areas }: Work): ByFields<Simulated[]> {
  if (input.live.agreement.kind === 'differ')
    return failed('memory and file differ, and a field write would overwrite the file with memory');
  const units = unitsOf(input, differences);
  if (!units.ok) return units;
  const made = each(units.value, (unit) => requestsFor(input, unit));
  if (!made.ok) return made;
  const requests = made.value.flat();
  const ordered = [
    ...requests.filter(({ removes }) => !removes),
    ...requests.filter(({ removes }) => removes),
  ];
  const steps = simulate(input.dialect, start, ordered);
  if (!steps.ok) return steps;
  const { image } = steps.value.at(-1)?.after ?? start;
  const miss = missed(input.dialect.catalog, start, image, input.proposed, areas);
  return miss === undefined ? steps : failed(miss);
}

function fieldWrites(steps: readonly Simulated[], lost: readonly LostComment[], note?: string): Chosen {
  return {
    lost,
    writes: steps.map((step, i) => fieldWrite(step, i, note)),
    states: steps.map(({ after }) => after),
    verdicts: [],
  };
}

function fieldWrite({ request, body, after, aside }: Simulated, index: number, note?: string): PreparedWrite {
  const write: Write = {
    id: `w${index + 1}`,
    method: request.method,
    path: request.path,
    ...(request.shown !== undefined && { body: request.shown }),
    makes: request.makes,
    footprint: { paths: [pathOfArea(request.area)], defaults: aside.spelled, secretHash: false },
    reason: note === undefined ? request.reason : `${request.reason}; ${note}`,
  };
  const sealed = seal(body);
  return { write, body: () => sealed, contentType: 'application/json', prediction: predictionOf(after) };
}

// ── the edited file ──────────────────────────────────────────────────────────────────────────────────────────────

function fileWrite(work: Work, why: string): Result<Chosen, NoFileEdit> {
  const { input, start, areas } = work;
  const edited = editFile(input.dialect, start, input.proposed, areas);
  if (!edited.ok) return edited;
  const edit = edited.value;
  const miss = missed(input.dialect.catalog, start, edit.after.image, input.proposed, areas);
  if (miss !== undefined)
    return failed(unsafe(`after the edit, the gateway wouldn't have the proposed value: ${miss}`));
  const gone = unknownGone(input.dialect.catalog, start.content, edit.after.content);
  const reason = `${why}; the file is edited in place, and every other byte stays${gone}`;
  return done({
    writes: [preparedFile(work, edit, reason)],
    states: [edit.after],
    lost: lostAfter(work, edit.after),
    verdicts: [],
  });
}

function preparedFile(
  { input, start, differences, areas }: Work,
  edit: FileEdit,
  reason: string,
): PreparedWrite {
  const write = writeOfFile(differences, areas, edit.after, reason);
  return {
    write,
    body: bodyFor(input.dialect, edit, start, input.proposed, areas),
    contentType: 'application/yaml',
    prediction: predictionOf(edit.after),
  };
}
