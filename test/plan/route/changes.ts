// Route inputs in three lines: a file as it is, a file as it should read, and what lies between them.
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { V7 } from '../../../src/gateway/dialect.ts';
import type { Field } from '../../../src/gateway/catalog/field.ts';
import { shownAt } from '../../../src/gateway/catalog/secrets.ts';
import { parseDocument } from '../../../src/yaml/document.ts';
import { sameAt } from '../../../src/gateway/model/equal.ts';
import type { Difference, Place } from '../../../src/plan/types/difference.ts';
import { isState, settled, type State } from '../../../src/plan/prediction/predict.ts';
import { routeFields } from '../../../src/plan/route/v0/route-v0.ts';
import type { RouteInput, Routed } from '../../../src/plan/types/route.ts';
import type { FileDocument } from '../../../src/domain/yaml-node.ts';
import type { Agreement, Live } from '../../../src/domain/live.ts';
import { key } from '../../../src/domain/path.ts';
import { fingerprintsBy, seal } from '../../../src/domain/secret.ts';
import { isTree, sameValue, type Tree, type Value } from '../../../src/lib/value.ts';

export const catalog = loadCatalog('legacy');
const fingerprints = fingerprintsBy('test');

export function documentOf(text: string): FileDocument {
  const parsed = parseDocument(text);
  if ('ok' in parsed) throw new Error(parsed.message);
  return parsed;
}

export function stateOf(text: string): State {
  const state = settled(documentOf(text), V7);
  if (!isState(state)) throw new Error(state.message);
  return state;
}

export function liveOf(text: string, agreement: Agreement = { kind: 'agree' }): Live {
  return {
    target: 'home',
    readAt: 0,
    depth: 'deep',
    api: 'v0',
    build: { version: 'v7.2.140', commit: 'none', buildDate: 'unknown', supportsPlugins: true },
    layout: 'legacy',
    memory: seal(stateOf(text).view),
    file: { text: seal(text), hash: '', document: seal(documentOf(text)) },
    agreement,
    findings: [],
    requests: 2,
  };
}

/** One difference a leaf, map key or list. */
export function differencesBetween(before: Tree, proposed: Tree): Difference[] {
  const found: Difference[] = [];
  walk(catalog.root, before, proposed, [], found);
  return found;
}

function walk(
  field: Field | undefined,
  before: Tree,
  proposed: Tree,
  at: string[],
  found: Difference[],
): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(proposed)])) {
    const inner = field && catalog.child(field, name);
    const [a, b] = [before[name], proposed[name]];
    if (inner ? sameAt(inner, a, b) : sameValue(a, b)) continue;
    const place = [...at, name];
    const isOpen = inner?.kind === 'struct' || inner?.kind === 'map';
    if (isOpen && (isTree(a) || a === undefined) && (isTree(b) || b === undefined))
      walk(inner, a ?? {}, b ?? {}, place, found);
    else found.push(difference(found.length, inner ?? catalog.root, place, a, b));
  }
}

function difference(index: number, field: Field, place: Place, a?: Value, b?: Value): Difference {
  return {
    id: `c${index + 1}`,
    kind: a === undefined ? 'add' : b === undefined ? 'remove' : 'update',
    path: place.map((name) => key(String(name))),
    field,
    ...(a !== undefined && { livePlace: place, before: a }),
    ...(b !== undefined && { proposedPlace: place, after: b }),
    origin: 'git',
    disposition: 'apply',
  };
}

/** Routes from one file to what another would load to. */
export function routed(
  text: string,
  proposed: string | Tree,
  agreement?: Agreement,
  comments: RouteInput['comments'] = 'keep',
): Routed {
  const before = stateOf(text).image;
  const image = typeof proposed === 'string' ? stateOf(proposed).image : proposed;
  return routeFields({
    live: liveOf(text, agreement),
    dialect: V7,
    differences: differencesBetween(before, image),
    before,
    proposed: image,
    comments,
    show: (field, value) => shownAt(field, value, fingerprints),
  });
}
