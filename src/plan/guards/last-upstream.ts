// `last-upstream`: removing the last entry of a provider family, or the only upstream of a model that was served.
import { key } from '../../nouns/path.ts';
import { isTree, type Tree } from '../../nouns/value.ts';
import type { Difference } from '../difference.ts';
import { entriesOf, FAMILIES, modelsOf, noLongerServed, servedModels } from '../served.ts';
import { changesBelow, plural, type Case, type Finding } from './guard.ts';

export function lastUpstream(subject: Case): Finding[] {
  return [...emptiedFamilies(subject), ...orphanedModels(subject), ...orphanedMeanwhile(subject)];
}

function emptiedFamilies(subject: Case): Finding[] {
  return FAMILIES.flatMap((family) => {
    const count = entriesOf(subject.before, family).length;
    const isEmptyIn = (image: Tree): boolean => entriesOf(image, family).length === 0;
    if (count === 0 || ![...subject.between, subject.after].some(isEmptyIn)) return [];
    const path = [key(family)];
    const meanwhile = isEmptyIn(subject.after) ? '' : ' between two writes';
    return [
      {
        guard: 'last-upstream' as const,
        path,
        message: `removes ${count === 1 ? 'the last entry' : `all ${plural(count, 'entry')}`} of \`${family}\`${meanwhile}`,
        remedy: `Keep an entry under \`${family}\`, or allow it if this family is not used any more.`,
        changes: changesBelow(subject, path),
      },
    ];
  });
}

/** Only where an upstream goes: dropping or renaming a model of one that stays is said in the change itself. */
function orphanedModels(subject: Case): Finding[] {
  const lost = new Set(noLongerServed(subject.before, subject.after));
  return subject.differences.filter(removesUpstream).flatMap((difference) => {
    const models = isTree(difference.before)
      ? modelsOf(difference.before).filter((name) => lost.has(name))
      : [];
    if (models.length === 0) return [];
    return [
      {
        guard: 'last-upstream' as const,
        path: difference.path,
        message: `is the only upstream of ${models.map((name) => `\`${name}\``).join(', ')}`,
        remedy: 'Serve these models from another upstream first, or allow it.',
        changes: [difference.id],
      },
    ];
  });
}

/** Models that are served before and after the plan, and by nobody between two of its writes. */
function orphanedMeanwhile({ before, after, between, differences }: Case): Finding[] {
  const left = servedModels(after);
  const models = new Set(
    between.flatMap((image) => noLongerServed(before, image)).filter((name) => left.has(name)),
  );
  if (models.size === 0) return [];
  return [
    {
      guard: 'last-upstream',
      message: `would leave ${[...models].map((name) => `\`${name}\``).join(', ')} without an upstream between two writes`,
      remedy: 'Serve these models from another upstream in an apply of its own first, or allow it.',
      changes: differences.filter(({ path }) => isFamily(path[0]?.name)).map(({ id }) => id),
    },
  ];
}

function isFamily(name: string | null | undefined): boolean {
  return (FAMILIES as readonly (string | null | undefined)[]).includes(name);
}

function removesUpstream({ kind, path }: Difference): boolean {
  return kind === 'remove' && path.length === 2 && isFamily(path[0]?.name);
}
