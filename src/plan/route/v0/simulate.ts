// Runs field requests through the model of the gateway: memory after the request, file after the save, memory after
// the reload. Reports what each would lose (design §8). Chooses nothing.
import type { Catalog, Field } from '../../../gateway/catalog/field.ts';
import type { Dialect } from '../../../gateway/dialect.ts';
import { parseDocument } from '../../../yaml/document.ts';
import { sameAt } from '../../../gateway/model/equal.ts';
import { save } from '../../../gateway/model/save.ts';
import { brokenBySave } from '../../../gateway/model/stored.ts';
import { handle } from '../../../gateway/v7/endpoints.ts';
import type { FileDocument } from '../../../domain/yaml-node.ts';
import { formatPath, key } from '../../../domain/path.ts';
import {
  isList,
  isTree,
  namesOfBoth,
  sameValue,
  type Tree,
  type Value,
  valueAt,
} from '../../../lib/value.ts';
import { type Aside, besides, pathOfArea } from '../../prediction/footprint.ts';
import { isState, settled, type State } from '../../prediction/predict.ts';
import { done, each, failed } from '../../../lib/result.ts';
import type { ByFields, FieldRequest } from './request.ts';
import { isFailure } from '../../../yaml/failure.ts';
import type { Area } from '../../types/area.ts';

export interface Simulated {
  readonly request: FieldRequest;
  readonly body: string;
  readonly after: State;
  readonly aside: Aside;
}

/** JSON that every reader accepts: DEL and C1 controls escaped (C v8 §4.10). */
export const jsonText = (value: Value | undefined): string =>
  value === undefined
    ? ''
    : JSON.stringify(value).replace(
        /[\u007f-\u009f\u2028\u2029]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );

/** Fails if a request would be refused, or would lose something of the file. */
export function simulate(
  dialect: Dialect,
  start: State,
  requests: readonly FieldRequest[],
): ByFields<Simulated[]> {
  const hasComments = start.document.text.includes('#');
  let state = start;
  return each(requests, (request, i) => {
    const step = simulateOne(dialect, i > 0 && hasComments ? readAgain(dialect, state) : state, request);
    if (step.ok) state = step.value.after;
    return step;
  });
}

/** As the gateway parses its own output: comments that moved to the left edge then belong to other nodes. */
function readAgain(dialect: Dialect, state: State): State {
  const parsed = parseDocument(state.document.text);
  const again = isFailure(parsed) ? undefined : settled(parsed as FileDocument, dialect);
  return again && isState(again) ? again : state;
}

function simulateOne(dialect: Dialect, state: State, request: FieldRequest): ByFields<Simulated> {
  const { catalog, memoryCatalog } = dialect;
  const body = jsonText(request.body);
  const { method, path } = request;
  const answer = handle(state.memory, { method, path: decodeURI(path), body }, memoryCatalog);
  if (answer.status !== 200) return failed(`${method} ${path} would be answered with ${answer.status}`);
  const saved = save(state.document, answer.memory, catalog, undefined, answer.sent);
  if (isFailure(saved)) return failed(`the gateway could not save its file: ${saved.message}`);
  const broken = brokenBySave(saved.root);
  if (broken !== undefined)
    return failed(
      `the gateway would break its own file by saving it: a comment stands behind ${broken}, which becomes empty`,
    );
  const after = settled(saved as FileDocument, dialect);
  if (!isState(after)) return failed(`the gateway could not load what it would save: ${after.message}`);
  const aside = besides(catalog, state.content, after.content, [request.area]);
  const [lost] = aside.lost;
  if (lost !== undefined) return failed(`any field write would lose ${lost} from the file`);
  return done({ request, body, after, aside });
}

/** The first area where the image isn't as proposed, with the trap that causes it. Undefined: all are. */
export function missed(
  catalog: Catalog,
  start: State,
  image: Tree,
  proposed: Tree,
  areas: readonly Area[],
): string | undefined {
  for (const area of areas) {
    const field = catalog.at(area);
    const [is, should] = [valueAt(image, area), valueAt(proposed, area)];
    const isSame = field ? sameAt(field, is, should) : sameValue(is, should);
    if (!isSame) return trapAt(catalog, start, area, firstDifference(field, is, should));
  }
  return undefined;
}

function trapAt(catalog: Catalog, start: State, area: Area, below: readonly string[]): string {
  const place = `${pathOfArea(area)}${below.length > 0 ? ` (${formatPath(below.map(key))})` : ''}`;
  const field = catalog.at(area);
  const isAbsent = valueAt(start.content, area) === undefined;
  if (area[0] === 'plugins') return `${place} would not keep its new settings`;
  if (below.includes('headers')) return `a removed header of ${place} would come back from the file`;
  if (below.includes('cloak') || below.includes('thinking'))
    return `old members of ${place} would come back from the file`;
  if (field && field.kind !== 'list' && field.kind !== 'map' && isAbsent)
    return `${place} would not be stored: the file does not have the key`;
  if (isAbsent) return `an explicit zero in ${place} would not be stored: the file does not have the list`;
  if (below.length > 0) return `an explicit zero in ${place} would not be stored, or would come back`;
  return `${place} would not read back as written`;
}

/** Names on the path to the first member that differs; skips entries. */
function firstDifference(field: Field | undefined, a: Value | undefined, b: Value | undefined): string[] {
  if (isList(a) && isList(b)) {
    const at = [...a.keys()].find((i) => !equal(field?.item, a[i], b[i])) ?? 0;
    return firstDifference(field?.item, a[at], b[at]);
  }
  if (!isTree(a) || !isTree(b)) return [];
  for (const name of namesOfBoth(a, b)) {
    const inner = field?.kind === 'map' ? field.value : field?.fields?.get(name);
    if (!equal(inner, a[name], b[name])) return [name, ...firstDifference(inner, a[name], b[name])];
  }
  return [];
}

const equal = (field: Field | undefined, a: Value | undefined, b: Value | undefined): boolean =>
  field ? sameAt(field, a, b) : sameValue(a, b);
