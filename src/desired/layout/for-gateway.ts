// Translates a desired state to the layout of a gateway; each value keeps its position in the files and its
// reference. Pure.
import { isFlat } from '../../gateway/layout/layouts.ts';
import { originOf, translate, type Translation } from '../../gateway/layout/translate.ts';
import { type Desired, type Layout, positionAt, spokenBy } from '../../domain/desired.ts';
import { escapeToken, formatPath, stepsOfPointer } from '../../domain/path.ts';
import { type Position, type Problem, problem } from '../../domain/problem/problem.ts';
import { seal } from '../../domain/secret.ts';
import { isList, isTree, type Value } from '../../lib/value.ts';
import { displayPath } from '../read/locations.ts';

export interface ForGateway {
  readonly desired: Desired;
  /**
   * What the layout can't express, as errors of the guard `unsupported` with their positions; names of groups as
   * notes.
   */
  readonly problems: readonly Problem[];
  /** Pointers into the translated tree to pointers into the declared one. */
  readonly originOf: (pointer: string) => string;
}

/** `desired` in the layout of the gateway. If it already has that layout, it is returned as it is. */
export function desiredFor(desired: Desired, layout: Layout): ForGateway {
  if (desired.layout === layout) return { desired, problems: [], originOf: (pointer) => pointer };
  const translation = translate(desired.tree.open(), desired.layout, layout);
  return {
    desired: translatedDesired(desired, translation),
    problems: [...refused(desired, translation), ...noted(desired, translation)],
    originOf: (pointer) => originOf(translation, pointer),
  };
}

/** In the layout of the translation, with the positions and references of what it was made from. */
export function translatedDesired(desired: Desired, translation: Translation): Desired {
  const { tree, layout } = translation;
  const positions = new Map<string, Position>();
  const references = new Map<string, string>();
  for (const pointer of pointersOf(tree, '')) {
    const origin = originOf(translation, pointer);
    const position = positionAt(desired, origin);
    const reference = desired.references.get(origin);
    if (position) positions.set(pointer, position);
    if (reference !== undefined) references.set(pointer, reference);
  }
  return { ...desired, layout, filesLayout: spokenBy(desired), tree: seal(tree), positions, references };
}

function* pointersOf(value: Value, pointer: string): Generator<string> {
  yield pointer;
  const below: readonly (readonly [string, Value])[] = isList(value)
    ? value.map((item, i) => [String(i), item])
    : isTree(value)
      ? Object.entries(value)
      : [];
  for (const [name, member] of below) yield* pointersOf(member, `${pointer}/${escapeToken(name)}`);
}

function refused(desired: Desired, { refusals, layout }: Translation): Problem[] {
  const where = isFlat(layout) ? 'the flat layout' : 'the v8 layout';
  return refusals.map(({ pointer, why, other }) => {
    const reason = why === 'both' ? `is another spelling of \`${other}\`` : `can't be expressed in ${where}`;
    return layoutProblem('HF2047', desired, pointer, reason);
  });
}

function noted(desired: Desired, { remarks }: Translation): Problem[] {
  return remarks.flatMap(({ what, pointer }) => {
    if (what === 'spelling') return [];
    const reason =
      what === 'name'
        ? "is a label that the flat layout doesn't have, so Holdfast omits it"
        : 'has no keys, and so no effect';
    return [{ ...layoutProblem('HF2047', desired, pointer, reason), severity: 'warning' as const }];
  });
}

function layoutProblem(code: 'HF2047', desired: Desired, pointer: string, reason: string): Problem {
  const steps = stepsOfPointer(pointer);
  const path = formatPath(displayPath(desired.tree.open(), steps, desired.references));
  return problem(code, `\`${path}\` ${reason}`, {
    position: positionAt(desired, pointer),
    path,
    target: desired.target,
  });
}
