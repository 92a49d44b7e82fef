// `last-upstream`: removing the last entry of a provider family, or the only upstream of a model that was served.
import { factsOf } from '../../gateway/layout/layouts.ts';
import { spelledIn } from '../../gateway/layout/locate.ts';
import { key, type Path } from '../../domain/path.ts';
import { isList, isTree, type Tree } from '../../lib/value.ts';
import type { Difference } from '../types/difference.ts';
import { entriesOf, FAMILIES, modelsOf, noLongerExposed, exposedModels } from '../diff/exposed-models.ts';
import { shownName } from '../diff/location.ts';
import { plural } from '../../lib/text.ts';
import { changesBelow, type Case, type Finding } from './guard.ts';

export function lastUpstream(subject: Case): Finding[] {
  return [
    ...requiredTaken(subject),
    ...emptiedFamilies(subject),
    ...orphanedModels(subject),
    ...orphanedMeanwhile(subject),
  ];
}

/** Models that must be listed after an apply and wouldn't be, so that the apply would be rolled back. */
function requiredTaken(subject: Case): Finding[] {
  const lost = new Set(noLongerExposed(subject.before, subject.after));
  const required = subject.target.probes.models.filter((name) => lost.has(name));
  if (required.length === 0) return [];
  const changes = subject.differences.filter(({ path }) => isInFamily(subject, path)).map(({ id }) => id);
  return [
    {
      guard: 'last-upstream',
      message: `removes ${required.map((name) => `\`${name}\``).join(', ')}, which \`probes.models\` requires`,
      remedy: 'Keep it, or remove it from `probes.models`. Otherwise Holdfast rolls the apply back.',
      changes,
    },
  ];
}

function emptiedFamilies(subject: Case): Finding[] {
  return FAMILIES.flatMap((family) => {
    const count = entriesOf(subject.before, family).length;
    const isEmptyIn = (image: Tree): boolean => entriesOf(image, family).length === 0;
    if (count === 0 || ![...subject.between, subject.after].some(isEmptyIn)) return [];
    const place = spelledIn(subject.catalog.layout, family);
    const path = place.split('.').map(key);
    const meanwhile = isEmptyIn(subject.after) ? '' : ' between two writes';
    return [
      {
        guard: 'last-upstream' as const,
        path,
        message: `removes ${count === 1 ? 'the last entry' : `all ${plural(count, 'entry')}`} of \`${place}\`${meanwhile}`,
        remedy: `Keep an entry under \`${place}\`, or allow the removal if you no longer use this family.`,
        changes: changesBelow(subject, path),
      },
    ];
  });
}

/**
 * Only if an upstream is removed. Dropping or renaming a model of a remaining one is a consequence of the change
 * itself.
 */
function orphanedModels(subject: Case): Finding[] {
  const lost = new Set(noLongerExposed(subject.before, subject.after));
  return subject.differences
    .filter((one) => removesUpstream(subject, one))
    .flatMap((difference) => {
      const models = isTree(difference.before)
        ? upstreamsIn(difference.before)
            .flatMap(modelsOf)
            .filter((name) => lost.has(name))
        : [];
      if (models.length === 0) return [];
      return [
        {
          guard: 'last-upstream' as const,
          path: difference.path,
          message: `is the only upstream of ${listed(models, subject)}`,
          remedy: 'Declare another upstream for these models first, or allow the change.',
          changes: [difference.id],
        },
      ];
    });
}

/** Models that are served before and after the plan, but by no upstream between two of its writes. */
function orphanedMeanwhile(subject: Case): Finding[] {
  const { before, after, between, differences } = subject;
  const left = exposedModels(after);
  const models = new Set(
    between.flatMap((image) => noLongerExposed(before, image)).filter((name) => left.has(name)),
  );
  if (models.size === 0) return [];
  return [
    {
      guard: 'last-upstream',
      message: `would leave ${listed([...models], subject)} without an upstream between two writes`,
      remedy: 'Declare another upstream for these models in a separate apply first, or allow the change.',
      changes: differences.filter(({ path }) => isInFamily(subject, path)).map(({ id }) => id),
    },
  ];
}

const listed = (models: readonly string[], { fingerprints }: Case): string =>
  models.map((name) => `\`${shownName(name, fingerprints)}\``).join(', ');

/** An entry, or a group with the keys in it that override it. */
function upstreamsIn(entry: Tree): readonly Tree[] {
  const { keys } = entry;
  return isList(keys) ? [entry, ...keys.filter(isTree)] : [entry];
}

function isInFamily({ catalog }: Case, path: Path): boolean {
  const depth = path.findIndex(({ kind }) => kind === 'entry');
  const place = path.slice(0, depth < 0 ? path.length : depth).map(({ name }) => name);
  return FAMILIES.some((family) => spelledIn(catalog.layout, family) === place.join('.'));
}

function removesUpstream(subject: Case, { kind, path }: Difference): boolean {
  const entries = path.filter((step) => step.kind === 'entry');
  const isWhole =
    path.at(-1)?.kind === 'entry' && (entries.length === 1 || factsOf(subject.catalog.layout).hasGroups);
  return kind === 'remove' && isWhole && isInFamily(subject, path);
}
