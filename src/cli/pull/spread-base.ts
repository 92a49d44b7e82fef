// What is equal on all targets goes to a base, the rest to an overlay of each.
import { sharedBase } from '../../adopt/layers/shared-base.ts';
import { fail, type Problem, problem } from '../../domain/problem/problem.ts';
import { plural } from '../../lib/text.ts';
import { at, type LayerText, type Part } from './spread-parts.ts';

/** Without a base, each target has one layer. Rejects with HF2077 where nothing can be shared. */
export function textsOf(
  parts: readonly Part[],
  base: string | undefined,
): { readonly texts: readonly LayerText[]; readonly notes: readonly Problem[] } {
  const own = parts.map((part): LayerText => ({
    destination: part.destination,
    part,
    adopted: part.adopted,
  }));
  const [first, ...others] = parts;
  if (base === undefined || !first) return { texts: own, notes: [] };
  const other = others.find(({ dialect }) => dialect.catalog.layout !== first.dialect.catalog.layout);
  if (other)
    throw fail(
      'HF2077',
      `the files of ${first.target.name} and ${other.target.name} have different layouts`,
      {
        remedy: 'Pull the targets one at a time, each into a directory of its own.',
      },
    );
  const shared = sharedBase(
    parts.map(({ adopted }) => adopted.text),
    first.dialect,
  );
  if (!shared) {
    const names = parts.map(({ target }) => target.name).join(' and ');
    throw fail('HF2077', `nothing is equal on ${names}, so there is nothing for a base`);
  }
  const variables = [
    ...new Map(
      parts.flatMap(({ adopted }) => adopted.variables.map((one) => [one.name, one] as const)),
    ).values(),
  ];
  const layers = own.map((layer, i) => ({
    ...layer,
    adopted: { ...layer.adopted, text: shared.overlays[i] ?? '' },
  }));
  const bottom: LayerText = {
    destination: at(base),
    part: first,
    sharedBy: parts.map(({ target }) => target.name),
    adopted: { ...first.adopted, text: shared.base, variables },
  };
  return { texts: [bottom, ...layers], notes: notesOn(shared.lostComments, parts) };
}

function notesOn(lost: readonly number[], parts: readonly Part[]): readonly Problem[] {
  return lost.flatMap((count, i) => {
    const target = parts[i]?.target.name ?? '';
    const message = `${plural(count, 'comment')} of ${target} about what the base declares ${count === 1 ? "isn't" : "aren't"} in the files, because the base has those of ${parts[0]?.target.name}`;
    const remedy = 'Add to the files what you still need: they stay in the file of the gateway.';
    return count === 0 ? [] : [problem('HF2070', message, { severity: 'warning', target, remedy })];
  });
}
