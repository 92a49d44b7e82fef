// What routing finds that must not be written: texts that destroy the file, edits that can't be made, files that the
// gateway doesn't load. Findings only; the guards apply allowances.
import type { Verdict } from '../../domain/plan/guard.ts';
import { overrideFlag } from '../../domain/plan/override.ts';
import { isList, isTree, type Value } from '../../lib/value.ts';
import type { Difference } from '../types/difference.ts';
import type { State } from './predict.ts';
import type { UnsafeEdit } from '../../yaml/splice/splice.ts';

type Judged = readonly Pick<Difference, 'id'>[];
const idsOf = (differences: Judged): string[] => differences.map(({ id }) => id);

export function unsafeEdit(refused: UnsafeEdit, why: string, differences: Judged): Verdict {
  return {
    guard: 'unsafe-edit',
    message: `line ${refused.line} of the gateway's file: ${refused.message}. No endpoint can be used either: ${why}`,
    remedy: `Edit the file by hand around line ${refused.line}, so that nothing there is shared or tagged, then plan again. If you allow this, Holdfast rewrites the whole file without its comments and anchors.`,
    allowed: false,
    changes: idsOf(differences),
  };
}

export function unsupported(message: string, differences: Judged): Verdict {
  return {
    guard: 'unsupported',
    message,
    remedy: "Repair the gateway's file, then plan again.",
    allowed: false,
    changes: idsOf(differences),
  };
}

/** The proposed values can't be combined: the gateway's loader refuses them (C v0 §2.4). */
export function wouldBeRefused(message: string, differences: Judged): Verdict {
  return {
    guard: 'unsupported',
    message,
    remedy:
      "Change the declared values so that they're consistent. No override makes the gateway accept them.",
    allowed: false,
    changes: idsOf(differences),
  };
}

/** A line end, only blanks, then `#`: the gateway removes the blanks (C v0 §2.3; design-v8 rule 9). */
const TRAP = /\n[ \t]*#/;

/** The keys down to the first text with this trap. Undefined: there is none. */
function trapIn(value: Value): readonly string[] | undefined {
  if (typeof value === 'string') return value.includes('#') && TRAP.test(value) ? [] : undefined;
  if (isList(value)) {
    for (const item of value) {
      const found = trapIn(item);
      if (found) return found;
    }
  } else if (isTree(value)) {
    for (const name of Object.keys(value)) {
      const found = trapIn(value[name] as Value);
      if (found) return [name, ...found];
    }
  }
  return undefined;
}

export function brickVerdicts(before: State, after: State, differences: Judged): Verdict[] {
  const then = trapIn(after.content);
  if (then) return [brick(then, differences)];
  const now = trapIn(before.content);
  return now ? [noWayBack(now, differences)] : [];
}

/** Of a file that is written unchanged. */
export function brickIn(state: State): Verdict | undefined {
  const found = trapIn(state.content);
  return found && brick(found, []);
}

function brick(at: readonly string[], differences: Judged): Verdict {
  const place = at.join('.');
  return {
    guard: 'brick',
    path: place,
    message: `a text at ${place} contains a line that begins with #. The gateway removes the indentation of such lines, which damages its own file, and then can't start again`,
    remedy: 'Remove that line from the text, or put something before its #, then plan again.',
    allowed: false,
    changes: idsOf(differences),
  };
}

function noWayBack(at: readonly string[], differences: Judged): Verdict {
  const place = at.join('.');
  return {
    guard: 'no-way-back',
    path: place,
    message: `a text at ${place} in the current file contains a line that begins with #. This plan removes it, but restoring the file would damage it`,
    remedy: 'Keep a copy of the file outside the gateway, then allow the change.',
    override: overrideFlag({ guard: 'no-way-back' }),
    allowed: false,
    changes: idsOf(differences),
  };
}
