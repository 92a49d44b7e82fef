// Decides how differences are written to a v8 gateway: one root PATCH for everything that is set, then what must be
// empty or gone (design §8, design-v8 rules 6 to 13). Each request is run through the model of the gateway; where the
// JSON routes can't express what is wanted, the edited text goes through the v0 API. Sends nothing.
import { changeTree, V8_BASE, handleV8 } from '../../../gateway/v8/endpoints.ts';
import { copySections, expanded, type Node, print } from '../../../gateway/v8/tree.ts';
import { dedentComments } from '../../../gateway/model/stored.ts';
import { stored } from '../../../gateway/v8/normalise.ts';
import { unknownGone, unknownMembers } from '../../../gateway/observe/unknown-members.ts';
import type { FileDocument, FileNode } from '../../../domain/yaml-node.ts';
import { formatPath } from '../../../domain/path.ts';
import { seal, type Sealed } from '../../../domain/secret.ts';
import { holdsInexact, type Tree } from '../../../lib/value.ts';
import type { PreparedWrite, Write } from '../../../domain/plan/write.ts';
import { commentsInWords, lostComments } from '../../prediction/comments.ts';
import { besides, pathOfArea } from '../../prediction/footprint.ts';
import { migrationVerdicts } from '../../localise/migration.ts';
import { isState, predictionOf, settled, settledRoot, type State } from '../../prediction/predict.ts';
import { outermost } from '../../prediction/edits.ts';
import { areaOf } from '../v0/field.ts';
import { editedDocument, writeOfFile } from '../file/route-file.ts';
import { jsonText, missed } from '../v0/simulate.ts';
import { requestsIn, type TreeRequest } from './requests.ts';
import { brickVerdicts, unsafeEdit, unsupported, wouldBeRefused } from '../../prediction/verdicts.ts';
import type { Routed, RouteInput } from '../../types/route.ts';
import { UnsafeEdit } from '../../../yaml/splice/splice.ts';
import type { Difference } from '../../types/difference.ts';
import type { Verdict } from '../../../domain/plan/guard.ts';
import { fail } from '../../../domain/problem/problem.ts';
import type { LostComment } from '../../types/lost-comment.ts';
import type { Area } from '../../types/area.ts';

interface Step {
  readonly write: PreparedWrite;
  readonly after: State;
}

/** Why the JSON routes do not do; in words for the reason of the route that is taken instead. */
class NoTreeRoute extends Error {}

/** The gateway would answer with an error. */
class WouldRefuse extends Error {}

export function routeTree(input: RouteInput): Routed {
  const { live, dialect } = input;
  const { catalog } = dialect;
  if (!live.file) throw new TypeError('routing needs the raw file');
  const raw = live.file.text.open();
  const start = settled({ text: raw, root: undefined }, dialect);
  const differences = input.differences.filter(({ disposition }) => disposition === 'apply');
  if (!isState(start))
    return nothing(input, [unsupported(`the file can't be loaded: ${start.message}`, differences)]);
  if (differences.length === 0) return nothing(input, [], start);
  const areas = outermost(differences.map((difference) => areaOf(catalog, difference)));
  try {
    const steps = byRequests(input, raw, start, differences, areas);
    const last = steps.at(-1)?.after ?? start;
    const verdicts = [...brickVerdicts(start, last, differences), ...migrationVerdicts(raw, live)];
    if (verdicts.some(({ guard }) => guard === 'brick')) return nothing(input, verdicts, start);
    return {
      writes: steps.map(({ write }) => write),
      verdicts,
      states: steps.map(({ after }) => after.image),
      lostComments: lostBy(input, raw, steps),
      prediction: predictionOf(last),
    };
  } catch (thrown) {
    if (thrown instanceof WouldRefuse)
      return nothing(input, [wouldBeRefused(thrown.message, differences)], start);
    if (thrown instanceof UnsafeEdit)
      return nothing(input, [unsafeEdit(thrown, "the JSON routes can't express it", differences)], start);
    throw thrown;
  }
}

function nothing({ live }: RouteInput, verdicts: readonly Verdict[], start?: State): Routed {
  const file = seal<Tree>(start?.content ?? {});
  return { writes: [], verdicts, states: [], lostComments: [], prediction: { memory: live.memory, file } };
}

/** JSON requests where they say what is wanted and lose nothing; else one edited file. */
function byRequests(
  input: RouteInput,
  raw: string,
  start: State,
  differences: readonly Difference[],
  areas: readonly Area[],
): readonly Step[] {
  try {
    const [unknown] = unknownMembers(input.dialect.catalog, start.content);
    if (unknown)
      throw new NoTreeRoute(
        `the v8 API refuses every write that leaves ${formatPath(unknown)}, which the gateway doesn't know`,
      );
    const requests = requestsIn(input.dialect.catalog, start.content, input.proposed, areas);
    if (typeof requests !== 'string' && requests.some(({ body }) => holdsInexact(body)))
      throw new NoTreeRoute('a value holds a number that JSON would not carry exactly');
    const steps = simulate(input, raw, start, differences, requests);
    const last = steps.at(-1)?.after ?? start;
    const miss = missed(input.dialect.catalog, start, last.content, input.proposed, areas);
    if (miss !== undefined) throw new NoTreeRoute('a JSON request would have a different result');
    const [lost] = besides(input.dialect.catalog, start.content, last.content, areas, input.proposed).lost;
    if (lost !== undefined) throw new NoTreeRoute(`${lost} would be lost`);
    return keepingComments(input, raw, start, differences, areas, steps);
  } catch (thrown) {
    if (thrown instanceof WouldRefuse) return [insteadOf(thrown, input, raw, start, differences, areas)];
    if (!(thrown instanceof NoTreeRoute)) throw thrown;
    return [byFile(input, raw, start, differences, areas, thrown.message)];
  }
}

/** Values that go together only at once: one of several requests is refused, and the edited file is not. */
function insteadOf(
  refused: WouldRefuse,
  input: RouteInput,
  raw: string,
  start: State,
  differences: readonly Difference[],
  areas: readonly Area[],
): Step {
  try {
    return byFile(input, raw, start, differences, areas, refused.message);
  } catch {
    throw refused;
  }
}

/** The edited file where it keeps more comments than these requests. */
function keepingComments(
  input: RouteInput,
  raw: string,
  start: State,
  differences: readonly Difference[],
  areas: readonly Area[],
  steps: readonly Step[],
): readonly Step[] {
  const lost = lostBy(input, raw, steps);
  if (lost.length === 0) return steps;
  try {
    const why = `a JSON request would lose ${commentsInWords(lost)}`;
    const edited = [byFile(input, raw, start, differences, areas, why)];
    return lostBy(input, raw, edited).length < lost.length ? edited : steps;
  } catch (thrown) {
    if (thrown instanceof UnsafeEdit || thrown instanceof WouldRefuse) return steps;
    throw thrown;
  }
}

function lostBy(input: RouteInput, raw: string, steps: readonly Step[]): readonly LostComment[] {
  const document = steps.at(-1)?.after.document;
  if (!document || input.comments === 'let-go' || !raw.includes('#')) return [];
  // The tree of a long file was changed in place, and is printed only here.
  const text =
    document.text === '' && document.root ? dedentComments(print(document.root as Node)) : document.text;
  return lostComments(input.dialect.catalog, { text: raw }, { text }, input.differences);
}

function simulate(
  input: RouteInput,
  raw: string,
  start: State,
  differences: readonly Difference[],
  requests: readonly TreeRequest[] | string,
): readonly Step[] {
  if (typeof requests === 'string') throw new NoTreeRoute(requests);
  if (raw.length > VALIDATED_WHEN_PLANNED) return simulateLong(input, start, differences, requests);
  let [text, state] = [raw, start];
  return requests.map((request, i) => {
    const body = request.body === undefined ? '' : jsonText(request.body);
    const path = `${V8_BASE}/config${request.area.map((name) => `/${name}`).join('')}`;
    const answer = handleV8({ method: request.method, path, body }, { file: text, memory: state.memory });
    if (!answer.writes)
      throw new WouldRefuse(
        `${request.method} ${path} would be answered ${answer.status}: ${messageIn(answer.body)}`,
      );
    text = answer.writes.text;
    const after = settled({ text, root: undefined }, input.dialect);
    if (!isState(after))
      throw new WouldRefuse(`the gateway could not load what it would store: ${after.message}`);
    state = after;
    return { write: prepared(input, differences, request, i, body, after), after };
  });
}

/** Files up to this length are validated as the gateway does when planned; of longer ones it says itself what it refuses. */
const VALIDATED_WHEN_PLANNED = 16_384;

function simulateLong(
  input: RouteInput,
  start: State,
  differences: readonly Difference[],
  requests: readonly TreeRequest[],
): readonly Step[] {
  const root = ownRoot(start.document);
  if (!root) throw new NoTreeRoute('the file is empty');
  return requests.map((request, i) => {
    const body = request.body === undefined ? '' : jsonText(request.body);
    const path = `${V8_BASE}/config${request.area.map((name) => `/${name}`).join('')}`;
    const refused = changeTree(root, { method: request.method, path }, request.body);
    if (refused)
      throw new WouldRefuse(
        `${request.method} ${path} would be answered ${refused.status}: ${messageIn(refused.body)}`,
      );
    const isLast = i === requests.length - 1;
    const after = settledRoot((isLast ? root : copySections(root)) as FileNode); // A tree without ranges is a file's node.
    if (!isState(after))
      throw new WouldRefuse(`the gateway could not load what it would store: ${after.message}`);
    return { write: prepared(input, differences, request, i, body, after), after };
  });
}

/** Stored keys with an index lose it with any write; otherwise entries of lists are replaced and never changed. */
const INDEXED = /auth[_-]index/;

/** A tree to be changed; nobody asks for its lines. */
function ownRoot({ text, root }: FileDocument): Node | undefined {
  if (INDEXED.test(text)) return expanded({ text: '', root });
  return root && copySections(root as Node); // Normalised: aliases are written out.
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
  input: RouteInput,
  differences: readonly Difference[],
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

/** `PUT /v0/management/config.yaml` of the tree with the differences in it. Throws UnsafeEdit and WouldRefuse. */
function byFile(
  input: RouteInput,
  raw: string,
  start: State,
  differences: readonly Difference[],
  areas: readonly Area[],
  why: string,
): Step {
  const edited = editedTree(input, raw, areas);
  const made = stored(edited);
  if (!made.ok) throw new WouldRefuse(made.refused);
  const after = settled({ text: made.text, root: undefined }, input.dialect);
  if (!isState(after)) throw new WouldRefuse(after.message);
  const miss = missed(input.dialect.catalog, start, after.content, input.proposed, areas);
  if (miss !== undefined)
    throw new UnsafeEdit(`after the edit, the gateway wouldn't have the wanted value: ${miss}`, 1);
  const [lost] = besides(input.dialect.catalog, start.content, after.content, areas, input.proposed).lost;
  if (lost !== undefined) throw new UnsafeEdit(`the edit would lose ${lost}`, 1);
  const gone = unknownGone(input.dialect.catalog, start.content, after.content);
  const write = writeOfFile(
    differences,
    areas,
    after,
    `${why}; the file is edited and written as a whole${gone}`,
  );
  const body = (now: Sealed<string>): Sealed<string> => {
    if (now.open() === raw) return seal(edited);
    throw fail('HF5005', "the gateway's file changed just before the edit");
  };
  return {
    write: { write, body, contentType: 'application/yaml', prediction: predictionOf(after) },
    after,
  };
}

function editedTree({ dialect, live, proposed }: RouteInput, raw: string, areas: readonly Area[]): string {
  const start = settled({ text: raw, root: undefined }, dialect);
  if (!isState(start) || !live.file) return raw;
  return editedDocument(dialect.catalog, start.document, start.content, proposed, areas).text;
}
