// Decides how differences are written to a v8 gateway: one root PATCH for everything that is set, then requests for
// what must be empty or removed (design §8, design-v8 rules 6 to 13). Each request runs through the model of the
// gateway. If the JSON routes can't express the proposed values, the edited text goes through the v0 API. Sends
// nothing.
import { changeTree, V8_BASE, handleV8 } from '../../../gateway/v8/endpoints.ts';
import { copySections, expanded, type Node, print } from '../../../gateway/v8/tree.ts';
import { dedentComments } from '../../../gateway/model/stored.ts';
import { stored } from '../../../gateway/v8/normalise.ts';
import { unknownGone, unknownMembers } from '../../../gateway/observe/unknown-members.ts';
import type { FileDocument, FileNode } from '../../../domain/yaml-node.ts';
import { formatPath } from '../../../domain/path.ts';
import { seal, type Sealed } from '../../../domain/secret.ts';
import { holdsInexact } from '../../../lib/value.ts';
import type { PreparedWrite, Write } from '../../../domain/plan/write.ts';
import { commentsInWords, lostComments } from '../../prediction/comments.ts';
import { besides, pathOfArea } from '../../prediction/footprint.ts';
import { migrationVerdicts } from '../../localise/migration.ts';
import { isState, predictionOf, settled, settledRoot, type State } from '../../prediction/predict.ts';
import { areaOf } from '../../prediction/edits.ts';
import { type Chosen, type Forbidden, routed, type Work } from '../../prediction/routed.ts';
import { editedDocument, type NoFileEdit, unsafe, writeOfFile } from '../file/route-file.ts';
import { jsonText, missed } from '../v0/simulate.ts';
import { requestsIn, type TreeRequest } from './requests.ts';
import { unsafeEdit, wouldBeRefused } from '../../prediction/verdicts.ts';
import type { Routed, RouteInput } from '../../types/route.ts';
import { done, each, failed, type Result } from '../../../lib/result.ts';
import type { Difference } from '../../types/difference.ts';
import type { Verdict } from '../../../domain/plan/guard.ts';
import { fail } from '../../../domain/problem/problem.ts';
import type { LostComment } from '../../types/lost-comment.ts';
import type { Area } from '../../types/area.ts';

interface Step {
  readonly write: PreparedWrite;
  readonly after: State;
}

/**
 * `inexpressible`: JSON requests can't do it; the text is the reason for the other route. `refused`: the gateway
 * would respond with an error.
 */
interface NoRequests {
  readonly kind: 'inexpressible' | 'refused';
  readonly message: string;
}

const inexpressible = (message: string) => failed<NoRequests>({ kind: 'inexpressible', message });
const wouldRefuse = (message: string) => failed({ kind: 'refused' as const, message });

export const routeTree = (input: RouteInput): Routed =>
  routed(input, ({ text }) => ({ text: text.open(), root: undefined }), choose);

function choose(work: Work): Chosen | Forbidden {
  const { input, file } = work;
  const steps = stepsFor(work);
  if (!steps.ok) return { verdicts: [forbidden(steps.error, work.differences)] };
  return {
    writes: steps.value.map(({ write }) => write),
    states: steps.value.map(({ after }) => after),
    lost: lostBy(work, steps.value),
    verdicts: migrationVerdicts(file.text.open(), input.live),
  };
}

const forbidden = (none: NoFileEdit, differences: readonly Difference[]): Verdict =>
  none.kind === 'refused'
    ? wouldBeRefused(none.message, differences)
    : unsafeEdit(none.edit, "the JSON routes can't express it", differences);

/** JSON requests if they express the proposed values and lose nothing; otherwise one edited file. */
function stepsFor(work: Work): Result<readonly Step[], NoFileEdit> {
  const steps = byRequests(work);
  if (steps.ok) return done(keepingComments(work, steps.value));
  const edited = each([steps.error.message], (why) => byFile(work, why));
  // Values that only work together: the gateway refuses one of several requests, and accepts the edited file.
  if (!edited.ok && steps.error.kind === 'refused') return wouldRefuse(steps.error.message);
  return edited;
}

function byRequests(work: Work): Result<readonly Step[], NoRequests> {
  const { input, start, areas } = work;
  const { catalog } = input.dialect;
  const [unknown] = unknownMembers(catalog, start.content);
  if (unknown)
    return inexpressible(
      `the v8 API refuses writes while the file has ${formatPath(unknown)}, which the gateway doesn't know`,
    );
  const requests = requestsIn(catalog, start.content, input.proposed, areas);
  if (typeof requests === 'string') return inexpressible(requests);
  if (requests.some(({ body }) => holdsInexact(body)))
    return inexpressible('a value holds a number that JSON would not carry exactly');
  const steps = simulate(work, requests);
  if (!steps.ok) return steps;
  const last = steps.value.at(-1)?.after ?? start;
  const miss = missed(catalog, start, last.content, input.proposed, areas);
  if (miss !== undefined) return inexpressible('a JSON request would have a different result');
  const [lost] = besides(catalog, start.content, last.content, areas, input.proposed).lost;
  return lost === undefined ? steps : inexpressible(`${lost} would be lost`);
}

/** The edited file if it keeps more comments than these requests. */
function keepingComments(work: Work, steps: readonly Step[]): readonly Step[] {
  const lost = lostBy(work, steps);
  if (lost.length === 0) return steps;
  const why = `a JSON request would lose ${commentsInWords(lost)}`;
  const edited = each([why], () => byFile(work, why));
  return edited.ok && lostBy(work, edited.value).length < lost.length ? edited.value : steps;
}

function lostBy({ input, file }: Work, steps: readonly Step[]): readonly LostComment[] {
  const raw = file.text.open();
  const document = steps.at(-1)?.after.document;
  if (!document || input.comments === 'let-go' || !raw.includes('#')) return [];
  // The tree of a long file was changed in place, and is printed only here.
  const text =
    document.text === '' && document.root ? dedentComments(print(document.root as Node)) : document.text;
  return lostComments(input.dialect.catalog, { text: raw }, { text }, input.differences);
}

function simulate(work: Work, requests: readonly TreeRequest[]): Result<readonly Step[], NoRequests> {
  const { input, start } = work;
  const raw = work.file.text.open();
  if (raw.length > VALIDATED_WHEN_PLANNED) return simulateLong(work, requests);
  let [text, state] = [raw, start];
  return each(requests, (request, i) => {
    const body = request.body === undefined ? '' : jsonText(request.body);
    const path = `${V8_BASE}/config${request.area.map((name) => `/${name}`).join('')}`;
    const answer = handleV8({ method: request.method, path, body }, { file: text, memory: state.memory });
    if (!answer.writes)
      return wouldRefuse(
        `${request.method} ${path} would be answered ${answer.status}: ${messageIn(answer.body)}`,
      );
    text = answer.writes.text;
    const after = settled({ text, root: undefined }, input.dialect);
    if (!isState(after))
      return wouldRefuse(`the gateway could not load what it would store: ${after.message}`);
    state = after;
    return done({ write: prepared(work, request, i, body, after), after });
  });
}

/**
 * Files up to this length are validated as the gateway does when planned; for longer ones, the gateway itself
 * reports what it refuses. For a file of 2,000 keys, predicting one write takes 590 ms on its text and 9 ms on its nodes
 * (bench/shortcuts.ts).
 */
const VALIDATED_WHEN_PLANNED = 16_384;

function simulateLong(work: Work, requests: readonly TreeRequest[]): Result<readonly Step[], NoRequests> {
  const root = ownRoot(work.start.document);
  if (!root) return inexpressible('the file is empty');
  return each(requests, (request, i) => {
    const body = request.body === undefined ? '' : jsonText(request.body);
    const path = `${V8_BASE}/config${request.area.map((name) => `/${name}`).join('')}`;
    const refused = changeTree(root, { method: request.method, path }, request.body);
    if (refused)
      return wouldRefuse(
        `${request.method} ${path} would be answered ${refused.status}: ${messageIn(refused.body)}`,
      );
    const isLast = i === requests.length - 1;
    const after = settledRoot((isLast ? root : copySections(root)) as FileNode); // A tree without ranges is a file's node.
    if (!isState(after))
      return wouldRefuse(
        // Changed nodes have no lines.
        `the gateway could not load what it would store: ${after.message.replaceAll('line 0: ', '')}`,
      );
    return done({ write: prepared(work, request, i, body, after), after });
  });
}

/** Stored keys with an index lose it with any write; otherwise entries of lists are replaced and never changed. */
const INDEXED = /auth[_-]index/;

/** A tree to be changed; its lines aren't needed. */
function ownRoot({ text, root }: FileDocument): Node | undefined {
  if (INDEXED.test(text)) return expanded({ text: '', root });
  return root && copySections(root as Node); // Normalised: aliases are expanded.
}

function messageIn(body: string): string {
  try {
    const { message, error } = JSON.parse(body) as { message?: string; error?: string };
    return message ?? error ?? body;
  } catch {
    return body;
  }
}

function prepared(
  { input, differences }: Work,
  request: TreeRequest,
  index: number,
  body: string,
  after: State,
): PreparedWrite {
  const makes = differences.filter((difference) =>
    touches(request, areaOf(input.dialect.catalog, difference)),
  );
  const shown =
    request.body === undefined
      ? undefined
      : input.show(input.dialect.catalog.at(request.area) ?? input.dialect.catalog.root, request.body);
  const write: Write = {
    id: `w${index + 1}`,
    method: request.method,
    path: `${V8_BASE}/config${request.area.map((name) => `/${encodeURIComponent(name)}`).join('')}`,
    ...(shown !== undefined && { body: shown }),
    makes: makes.map(({ id }) => id),
    footprint: { paths: request.touches.map(pathOfArea), defaults: [], secretHash: false },
    reason: request.reason,
  };
  const sealed = seal(body);
  return { write, body: () => sealed, contentType: 'application/json', prediction: predictionOf(after) };
}

const touches = (request: TreeRequest, area: Area): boolean =>
  request.touches.some((place) => {
    const [short, long] = place.length < area.length ? [place, area] : [area, place];
    return short.every((name, i) => name === long[i]);
  });

// ── the edited file ──────────────────────────────────────────────────────────────────────────────────────────────

/** `PUT /v0/management/config.yaml` of the tree with the differences in it. */
function byFile({ input, file, start, differences, areas }: Work, why: string): Result<Step, NoFileEdit> {
  const { dialect, proposed } = input;
  const edit = editedDocument(dialect.catalog, start.document, start.content, proposed, areas);
  if (!edit.ok) return failed({ kind: 'unsafe', edit: edit.error });
  const edited = edit.value.text;
  const made = stored(edited);
  if (!made.ok) return wouldRefuse(made.refused);
  const after = settled({ text: made.text, root: undefined }, dialect);
  if (!isState(after)) return wouldRefuse(after.message);
  const miss = missed(dialect.catalog, start, after.content, proposed, areas);
  if (miss !== undefined)
    return failed(unsafe(`after the edit, the gateway wouldn't have the proposed value: ${miss}`));
  const [lost] = besides(dialect.catalog, start.content, after.content, areas, proposed).lost;
  if (lost !== undefined) return failed(unsafe(`the edit would lose ${lost}`));
  const gone = unknownGone(dialect.catalog, start.content, after.content);
  const reason = `${why}; the file is edited and written as a whole${gone}`;
  const write = writeOfFile(differences, areas, after, reason);
  const body = (now: Sealed<string>): Sealed<string> => {
    if (now.open() === file.text.open()) return seal(edited);
    throw fail('HF5005', "the gateway's file changed just before the edit");
  };
  const prediction = predictionOf(after);
  return done({ write: { write, body, contentType: 'application/yaml', prediction }, after });
}
