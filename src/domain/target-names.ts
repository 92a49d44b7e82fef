// Targets by their names: one way to say that a name is wrong or missing.
import { fail } from './problem/problem.ts';

interface Named {
  readonly name: string;
}

/** Throws HF1003 for an unknown name. */
export function targetNamed<T extends Named>(targets: readonly T[], name: string): T {
  const found = targets.find((target) => target.name === name);
  if (found) return found;
  const remedy = targets.length === 0 ? 'Add it to the settings file.' : `Use one of: ${namesOf(targets)}.`;
  throw fail('HF1003', `there is no target "${name}"`, { remedy });
}

/** The target of a command that works on only one. Throws HF1003 unless `targets` has exactly one. */
export function onlyTarget<T extends Named>(targets: readonly T[], command: string): T {
  const [target, ...others] = targets;
  if (target && others.length === 0) return target;
  const remedy = `Use \`--target\` with one of: ${namesOf(targets)}.`;
  throw fail('HF1003', `${command} works on one target`, { remedy });
}

const namesOf = (targets: readonly Named[]): string => targets.map(({ name }) => name).join(', ');
