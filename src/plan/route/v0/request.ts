// Requests to field endpoints: one field write before it is simulated, and values in the JSON spelling the endpoints
// read (C v0 §2.1.2, §3). Chooses nothing.
import type { Field } from '../../../gateway/catalog/field.ts';
import type { Redacted } from '../../../domain/redacted.ts';
import { parseGoDuration } from '../../../lib/go-duration.ts';
import type { Result } from '../../../lib/result.ts';
import { isList, isTree, type Tree, type Value } from '../../../lib/value.ts';
import type { Write } from '../../../domain/plan/write.ts';
import type { RouteInput } from '../../types/route.ts';
import { redactBelow, type RedactSteps } from '../../diff/redact-at.ts';
import type { Area } from '../../types/area.ts';

export interface FieldRequest {
  readonly method: Write['method'];
  /** Below the server root. */
  readonly path: string;
  readonly body: Value | undefined;
  readonly shown?: Redacted;
  /** What it rewrites. */
  readonly area: Area;
  readonly makes: readonly string[];
  readonly reason: string;
  /** It only removes things: sent after the others. */
  readonly removes: boolean;
}

/** A part of a request without secrets, judged by every name above it. */
export function shownIn(
  { dialect: { catalog }, show }: Pick<RouteInput, 'dialect' | 'show'>,
  steps: RedactSteps,
  value: Value,
): Redacted {
  return redactBelow(steps, value, (whole) => show(catalog.root, whole));
}

/** Fails with the reason why no field route is possible: a clause that completes "…, so the file is edited". */
export type ByFields<T> = Result<T, string>;

/** In the spelling of a JSON body: JSON names, durations in nanoseconds, no nulls (`weight: null` would unset it). */
export function asJson(field: Field | undefined, value: Value): Value {
  if (isList(value)) return value.map((item) => asJson(field?.item, item));
  if (isTree(value)) return membersAsJson(field, value);
  if (field?.kind === 'duration' && typeof value === 'string') return parseGoDuration(value) ?? value;
  return value;
}

function membersAsJson(field: Field | undefined, value: Tree): Tree {
  const isFree = field === undefined || field.kind === 'any';
  const entries = Object.entries(value).flatMap(([name, member]): [string, Value][] => {
    if (member === null && !isFree) return [];
    const inner = field?.kind === 'map' ? field.value : field?.fields?.get(name);
    const spelled = field?.kind === 'map' ? name : (inner?.jsonName ?? name);
    return [[spelled, asJson(inner, member)]];
  });
  return Object.fromEntries(entries);
}
