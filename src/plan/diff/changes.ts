// Judges differences and converts them for readers: IDs, origin, disposition by mode, and the public Change. Knows
// nothing of guards and routes.
import type { Field } from '../../gateway/catalog/field.ts';
import { type Change, EXPIRED, type Origin } from '../../domain/plan/change.ts';
import { positionAt } from '../../domain/desired.ts';
import { formatPath, type Path, pointerTo } from '../../domain/path.ts';
import type { Fingerprints } from '../../domain/secret.ts';
import type { Redacted } from '../../domain/redacted.ts';
import type { Mode } from '../../domain/target.ts';
import { treeOf, type Value } from '../../lib/value.ts';
import { causeOf, type Evidence } from './attribution.ts';
import type { RawDifference } from './diff.ts';
import type { EarlierStates } from '../types/input.ts';
import type { Difference, Place } from '../types/difference.ts';
import type { expiredAt } from './expired.ts';
import { formerGroup, isInGroup } from './former-group.ts';
import {
  isHomePath,
  isPanelToggle,
  oldLocation,
  originOf,
  resetToDefaults,
  stateKey,
  type OriginInput,
} from './origin.ts';
import { redactAt } from './redact-at.ts';
import { pathOf, type EntryLocation } from './location.ts';

export interface Judged {
  readonly id: string;
  readonly raw: RawDifference;
  readonly path: Path;
  readonly origin: Origin;
  readonly disposition: Difference['disposition'];
  readonly quarantined?: true;
  readonly attribution?: string;
  readonly stateKey: string;
  /** Where its previous record is, if it isn't applied: of an ordered list as a whole, of a renamed entry at both names. */
  readonly recordKeys: readonly string[];
}

export interface JudgeInput extends OriginInput {
  readonly mode: Mode;
  /** Paths that Holdfast no longer corrects. */
  readonly held: ReadonlySet<string>;
  /** Whether changes at this path failed and wait. */
  readonly isQuarantined: (path: Path) => boolean;
  readonly fingerprints: Fingerprints;
  /** What is known of earlier states; absent: nothing. */
  readonly earlier: EarlierStates | undefined;
  readonly isOldFile: () => boolean;
  /** Whether it is a client key of the gateway that has expired. */
  readonly isExpired: ReturnType<typeof expiredAt>;
}

export function judgeAll(found: readonly RawDifference[], input: JudgeInput): Judged[] {
  const former = found.map((raw) => formerGroup(raw, input));
  const origins = found.map((raw, i) => former[i]?.origin ?? originOfFiles(raw, input));
  const moved = found.filter((_, i) => isGatewaySide(origins[i]));
  const reset = resetToDefaults(moved);
  const common = { changes: moved.length, isOldFile: moved.length > 0 && input.isOldFile() };
  return found.map((raw, i) => {
    const origin = origins[i] as Origin;
    const path = pathOf(raw.location, input.fingerprints);
    const who = isGatewaySide(origin)
      ? causeOf({ ...common, isReset: reset.has(raw), ...evidenceOf(raw, path, input) })
      : undefined;
    const attribution = input.isExpired({ path, raw }) ? EXPIRED : who;
    const disposition = dispositionOf(origin, formatPath(path), input);
    const waits = disposition === 'apply' && input.isQuarantined(path);
    return {
      id: `c${i + 1}`,
      raw,
      path,
      origin,
      disposition: waits ? 'held' : disposition,
      ...(waits && { quarantined: true }),
      ...(attribution && { attribution }),
      ...keysOf(raw, former[i]?.at, input),
    };
  });
}

/** Each change of a switch brings an earlier value back. */
const isTelling = (value: Value | undefined): boolean => typeof value !== 'boolean';

function evidenceOf(
  raw: RawDifference,
  path: Path,
  { earlier }: JudgeInput,
): Pick<Evidence, 'corrections' | 'isToggle' | 'isSpelling' | 'isEarlierValue'> {
  const at = formatPath(path);
  const isSetting = raw.kind === 'update' && !raw.sequence && path.every(({ kind }) => kind === 'key');
  return {
    corrections: earlier?.corrections(at) ?? 0,
    isToggle: isPanelToggle(raw),
    isSpelling: isHomePath(raw),
    isEarlierValue: isSetting && isTelling(raw.before) && earlier?.had(at, raw.before) === true,
  };
}

function keysOf(
  raw: RawDifference,
  former: string | undefined,
  { hash }: JudgeInput,
): Pick<Judged, 'stateKey' | 'recordKeys'> {
  const { kind, location, sequence } = raw;
  const own = former ?? stateKey(location, hash);
  if (sequence) return { stateKey: own, recordKeys: [stateKey(sequence.location, hash)] };
  return {
    stateKey: own,
    recordKeys: kind === 'rename' ? [own, stateKey(oldLocation(raw), hash)] : [own],
  };
}

/** Files of the last apply didn't change, whatever form their keys have in the groups of now. */
function originOfFiles(raw: RawDifference, input: JudgeInput): Origin {
  const origin = originOf(raw, input);
  return origin === 'both' && input.sameRevision && isInGroup(raw.location) ? 'drift' : origin;
}

function isGatewaySide(origin: Origin | undefined): boolean {
  return origin === 'drift' || origin === 'both';
}

/** Design §6: observe reports, apply doesn't correct pure drift, enforce corrects it until it is contested. */
function dispositionOf(origin: Origin, path: string, { mode, held }: JudgeInput): Difference['disposition'] {
  if (mode === 'observe') return 'report';
  if (origin !== 'drift') return 'apply';
  if (mode === 'apply') return 'report';
  return held.has(path) ? 'held' : 'apply';
}

/** With its path in the image after the plan, if it is applied and not removed. */
export function differenceOf(
  { id, raw, path, origin, disposition }: Judged,
  finalPlace: Place | undefined,
): Difference {
  const { kind, field, livePlace, proposedPlace, declaredPlace, before, after } = raw;
  const there = kind !== 'remove';
  return {
    id,
    kind,
    path,
    field,
    origin,
    disposition,
    ...(kind !== 'add' && { livePlace }),
    ...(there && { proposedPlace: finalPlace ?? proposedPlace, declaredPlace }),
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

/** Without consequences; these need the images before and after the whole plan. */
export function changeOf(judged: Judged, input: ShowInput): Omit<Change, 'consequences'> {
  const { id, raw, path, origin, disposition, quarantined, attribution } = judged;
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
    ...(quarantined && { quarantined }),
    ...(raw.field.restart && { restart: true }),
  };
}

function sidesOf(raw: RawDifference, input: ShowInput): Pick<Change, 'before' | 'after' | 'from'> {
  const { kind, before, after, location } = raw;
  if (kind === 'move') return { from: indexIn(raw.livePlace), after: indexIn(raw.proposedPlace) };
  if (kind === 'rename' && 'list' in location) return renamedSides(location, before, after, input);
  const show = (value: Value): Redacted => redactAt(input.root, location, value, input.fingerprints);
  return {
    ...(before !== undefined && { before: show(before) }),
    ...(after !== undefined && { after: show(after) }),
  };
}

/** The member of the identity that changed. */
function renamedSides(
  location: EntryLocation,
  before: Value | undefined,
  after: Value | undefined,
  { root, fingerprints }: ShowInput,
): Pick<Change, 'after' | 'from'> {
  const was = treeOf(before);
  const willBe = treeOf(after);
  const member = location.list.identity.find((name) => was[name] !== willBe[name]) ?? '';
  const show = (value: Value | undefined): Redacted =>
    redactAt(root, { up: location, key: member }, value ?? null, fingerprints);
  return { from: show(was[member]), after: show(willBe[member]) };
}

function indexIn(place: Place): number {
  return Number(place.at(-1));
}
