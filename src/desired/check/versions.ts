// Checks another gateway version: which declared keys it would ignore, refuse or narrow. Pure.
import { unsupportedBy } from '../../gateway/layout/support.ts';
import { type Desired, positionAt } from '../../domain/desired.ts';
import { formatPath, stepsOfPointer } from '../../domain/path.ts';
import { type Problem, problem } from '../../domain/problem/problem.ts';
import { displayPath } from '../read/locations.ts';

/** One problem for each such key, with its position in the files. `version` is valid (`parseVersion`). */
export function versionProblems(
  desired: Pick<Desired, 'layout' | 'tree' | 'positions' | 'target'>,
  version: string,
): readonly Problem[] {
  const tree = desired.tree.open();
  return unsupportedBy(tree, desired.layout, version).map(({ pointer, message, needs }) => {
    const steps = stepsOfPointer(pointer);
    const path = formatPath(displayPath(tree, steps));
    const proposed = needs === undefined ? '' : `; needs ${needs}`;
    return problem('HF2046', `\`${path}\` ${message}${proposed}`, {
      position: positionAt(desired, pointer),
      path,
      target: desired.target,
      ...(needs !== undefined && {
        remedy: `Update the gateway to ${needs}or later, or remove the key for this gateway.`,
      }),
    });
  });
}
