// Decides how differences are written to a v0 gateway: the fewest requests that lose nothing, each with its
// prediction and the reason for the route (design §8). Knows nothing of allowances and sends nothing.
import type { Verdict } from '../../../domain/plan/guard.ts';
import { seal } from '../../../domain/secret.ts';
import type { Tree } from '../../../lib/value.ts';
import type { PreparedWrite, Write } from '../../../domain/plan/write.ts';
import { commentsInWords, lostComments } from '../../prediction/comments.ts';
import type { Difference } from '../../types/difference.ts';
import { pathOfArea } from '../../prediction/footprint.ts';
import { isState, predictionOf, settled, type State } from '../../prediction/predict.ts';
import { rewriteFile } from '../file/rewrite-file.ts';
import { outermost } from '../../prediction/edits.ts';
import { areaOf, requestsFor, unitsOf } from './field.ts';
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
import { brickVerdicts, unsafeEdit, unsupported, wouldBeRefused } from '../../prediction/verdicts.ts';
import type { LostComment } from '../../types/lost-comment.ts';
import type { Area } from '../../types/area.ts';
import { unknownGone } from '../../../gateway/observe/unknown-members.ts';

/** More field writes than this are worse than one edited file, because each needs its own settle window. */
const MOST_FIELD_WRITES = 3;

/** On a v7 gateway. */
export const routeFields = (input: RouteInput): Routed => routed(input, byFields);

/** For a flat file of a v8 gateway, whose field writes would change more than requested. */
export const routeFile = (input: RouteInput): Routed => routed(input, () => NO_FIELDS);

const NO_FIELDS = failed(
  "a field write would add the gateway's defaults to its flat file, a whole file is stored as it is",
);

type Fields = (
  input: RouteInput,
  start: State,
  differences: readonly Difference[],
  areas: readonly Area[],
) => ByFields<Simulated[]>;

function routed(input: RouteInput, fields: Fields): Routed {
  const { live, dialect } = input;
  const file = live.file;
  if (!file) throw new TypeError('routing needs the raw file');
  const start = settled(file.document.open(), dialect);
  const differences = input.differences.filter(({ disposition }) => disposition === 'apply');
  if (!isState(start))
    return nothing(input, [unsupported(`the file can't be loaded: ${start.message}`, differences)]);
  if (differences.length === 0) return nothing(input, [], start);
  const chosen = choose(input, start, differences, fields);
  if (!('writes' in chosen)) return nothing(input, chosen.verdicts, start);
  const last = chosen.states.at(-1) as State;
  const verdicts = [...(chosen.verdicts ?? []), ...brickVerdicts(start, last, differences)];
  if (verdicts.some(({ guard }) => guard === 'brick')) return nothing(input, verdicts, start);
  return {
    writes: chosen.writes,
    verdicts,
    states: chosen.states.map(({ image }) => image),
    lostComments: chosen.lost,
    prediction: predictionOf(last),
  };
}

function nothing({ live }: RouteInput, verdicts: readonly Verdict[], start?: State): Routed {
  const file = seal<Tree>(start?.content ?? {});
  return { writes: [], verdicts, states: [], lostComments: [], prediction: { memory: live.memory, file } };
}

interface Chosen {
  readonly writes: readonly PreparedWrite[];
  readonly states: readonly State[];
  /** Comments that are missing afterwards. */
  readonly lost: readonly LostComment[];
  /** What the user must allow first. */
  readonly verdicts?: readonly Verdict[];
}

/**
 * Field endpoints if they lose nothing, comments included, and are few; otherwise the file; otherwise field
 * endpoints, however many.
 */
function choose(
  input: RouteInput,
  start: State,
  differences: readonly Difference[],
  fieldsOf: Fields,
): Chosen | { readonly verdicts: readonly Verdict[] } {
  const areas = outermost(differences.map((difference) => areaOf(input.dialect.catalog, difference)));
  const fields = fieldsOf(input, start, differences, areas);
  const lost = fields.ok ? lostAfter(input, start, fields.value.at(-1)?.after ?? start) : [];
  if (fields.ok && fields.value.length <= MOST_FIELD_WRITES && lost.length === 0)
    return fieldWrites(fields.value, lost);
  const why = whyNotFields(fields, lost);
  const file = fileWrite(input, start, differences, areas, why);
  if (file.ok)
    return fields.ok && file.value.lost.length > lost.length
      ? fieldWrites(fields.value, lost, 'the edited file would lose more comments')
      : file.value;
  if (file.error.kind === 'refused') return { verdicts: [wouldBeRefused(file.error.message, differences)] };
  const { edit } = file.error;
  if (fields.ok) return fieldWrites(fields.value, lost, `the file can't be edited: ${edit.message}`);
  return anewWrite(input, start, differences, areas, unsafeEdit(edit, why, differences));
}

/** The last resort, if the user allows it. */
function anewWrite(
  input: RouteInput,
  start: State,
  differences: readonly Difference[],
  areas: readonly Area[],
  verdict: Verdict,
): Chosen | { readonly verdicts: readonly Verdict[] } {
  const edit = rewriteFile(input.dialect, start, input.proposed, areas);
  if (!edit || missed(input.dialect.catalog, start, edit.after.image, input.proposed, areas) !== undefined)
    return { verdicts: [verdict] };
  const reason =
    "the file is rewritten because it can't be edited in place, and loses its comments and anchors";
  const prepared = preparedFile(input, start, edit, differences, areas, reason);
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

function lostAfter(
  { dialect, comments, differences }: RouteInput,
  start: State,
  after: State,
): readonly LostComment[] {
  return comments === 'let-go'
    ? []
    : lostComments(dialect.catalog, start.document, after.document, differences);
}

// ── field endpoints ──────────────────────────────────────────────────────────────────────────────────────────────

function byFields(
  input: RouteInput,
  start: State,
  differences: readonly Difference[],
  areas: readonly Area[],
): ByFields<Simulated[]> {
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

function fileWrite(
  input: RouteInput,
  start: State,
  differences: readonly Difference[],
  areas: readonly Area[],
  why: string,
): Result<Chosen, NoFileEdit> {
  const edited = editFile(input.dialect, start, input.proposed, areas);
  if (!edited.ok) return edited;
  const edit = edited.value;
  const miss = missed(input.dialect.catalog, start, edit.after.image, input.proposed, areas);
  if (miss !== undefined)
    return failed(unsafe(`after the edit, the gateway wouldn't have the proposed value: ${miss}`));
  const gone = unknownGone(input.dialect.catalog, start.content, edit.after.content);
  const reason = `${why}; the file is edited in place, and every other byte stays${gone}`;
  return done({
    writes: [preparedFile(input, start, edit, differences, areas, reason)],
    states: [edit.after],
    lost: lostAfter(input, start, edit.after),
  });
}

function preparedFile(
  input: RouteInput,
  start: State,
  edit: FileEdit,
  differences: readonly Difference[],
  areas: readonly Area[],
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
