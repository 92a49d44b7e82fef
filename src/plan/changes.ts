// Differences judged and shown: ids, origin, disposition by mode, and the Change that a reader sees. Knows nothing of
// guards and routes.
import type { Field } from '../gateway/catalog/field.ts';
import type { Change, Origin } from '../nouns/change.ts';
import { positionAt } from '../nouns/desired.ts';
import { formatPath, type Path, pointerTo } from '../nouns/path.ts';
import type { Fingerprints } from '../nouns/secret.ts';
import type { Shown } from '../nouns/shown.ts';
import type { Mode } from '../nouns/target.ts';
import { isTree, type Value } from '../nouns/value.ts';
import type { RawDifference } from './diff.ts';
import type { Difference, Place } from './difference.ts';
import { attributionOf, originOf, resetToDefaults, stateKey, type OriginInput } from './origin.ts';
import { shownAlong } from './shown-along.ts';
import { pathOf, type EntryStep } from './trail.ts';

export interface Judged {
  readonly id: string;
  readonly raw: RawDifference;
  readonly path: Path;
  readonly origin: Origin;
  readonly disposition: Difference['disposition'];
  readonly attribution?: string;
  readonly stateKey: string;
}

export interface JudgeInput extends OriginInput {
  readonly mode: Mode;
  /** Paths in the grammar whose healing stopped. */
  readonly held: ReadonlySet<string>;
  readonly fingerprints: Fingerprints;
}

export function judgeAll(found: readonly RawDifference[], input: JudgeInput): Judged[] {
  const origins = found.map((raw) => originOf(raw, input));
  const moved = found.filter((_, i) => isGatewaySide(origins[i]));
  const reset = resetToDefaults(moved);
  return found.map((raw, i) => {
    const origin = origins[i] as Origin;
    const path = pathOf(raw.trail, input.fingerprints);
    const who = isGatewaySide(origin)
      ? (attributionOf(raw) ?? (reset.has(raw) ? 'installer-reset' : undefined))
      : undefined;
    return {
      id: `c${i + 1}`,
      raw,
      path,
      origin,
      disposition: dispositionOf(origin, formatPath(path), input),
      ...(who && { attribution: who }),
      stateKey: stateKey(raw.trail, input.hash),
    };
  });
}

function isGatewaySide(origin: Origin | undefined): boolean {
  return origin === 'drift' || origin === 'both';
}

/** Design §6: observe reports, apply leaves pure drift alone, enforce corrects it until it is contested. */
function dispositionOf(origin: Origin, path: string, { mode, held }: JudgeInput): Difference['disposition'] {
  if (mode === 'observe') return 'report';
  if (origin !== 'drift') return 'apply';
  if (mode === 'apply') return 'report';
  return held.has(path) ? 'held' : 'apply';
}

/** With its place in the image after the plan, where it is applied and not removed. */
export function differenceOf(
  { id, raw, path, origin, disposition }: Judged,
  finalPlace: Place | undefined,
): Difference {
  const { kind, field, livePlace, wantedPlace, declaredPlace, before, after } = raw;
  const there = kind !== 'remove';
  return {
    id,
    kind,
    path,
    field,
    origin,
    disposition,
    ...(kind !== 'add' && { livePlace }),
    ...(there && { wantedPlace: finalPlace ?? wantedPlace, declaredPlace }),
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  };
}

export interface ShowInput {
  /** The root of the catalog. */
  readonly root: Field;
  readonly fingerprints: Fingerprints;
  readonly desired: Parameters<typeof positionAt>[0];
}

/** Without its consequences; they need the images before and after the whole plan. */
export function changeOf(judged: Judged, input: ShowInput): Omit<Change, 'consequences'> {
  const { id, raw, path, origin, disposition, attribution } = judged;
  const position = positionAt(input.desired, pointerTo(raw.declaredPlace));
  return {
    id,
    kind: raw.kind,
    path: formatPath(path),
    ...sidesOf(raw, input),
    ...(position && { position }),
    origin,
    ...(attribution && { attribution }),
    disposition,
    ...(raw.field.restart && { restart: true }),
  };
}

function sidesOf(raw: RawDifference, input: ShowInput): Pick<Change, 'before' | 'after' | 'from'> {
  const { kind, before, after, trail } = raw;
  if (kind === 'move') return { from: indexIn(raw.livePlace), after: indexIn(raw.wantedPlace) };
  if (kind === 'rename' && 'list' in trail) return renamedSides(trail, before, after, input);
  const show = (value: Value): Shown => shownAlong(input.root, trail, value, input.fingerprints);
  return {
    ...(before !== undefined && { before: show(before) }),
    ...(after !== undefined && { after: show(after) }),
  };
}

/** The member of the identity that changed. */
function renamedSides(
  trail: EntryStep,
  before: Value | undefined,
  after: Value | undefined,
  { root, fingerprints }: ShowInput,
): Pick<Change, 'after' | 'from'> {
  const was = isTree(before) ? before : {};
  const willBe = isTree(after) ? after : {};
  const member = trail.list.identity.find((name) => was[name] !== willBe[name]) ?? '';
  const show = (value: Value | undefined): Shown =>
    shownAlong(root, { up: trail, key: member }, value ?? null, fingerprints);
  return { from: show(was[member]), after: show(willBe[member]) };
}

function indexIn(place: Place): number {
  return Number(place.at(-1));
}
