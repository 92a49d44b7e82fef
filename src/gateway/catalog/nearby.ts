// How to say that the catalog doesn't know a key, and suggestions for it.
import { distance } from 'fastest-levenshtein';
import { plainSpelling } from '../../lib/text.ts';
import { formatPath, key, type Path } from '../../domain/path.ts';
import type { Catalog, Field } from './field.ts';

/** The one wording, for a path as text. */
export const noKeyText = (path: string): string => `the gateway has no key \`${path}\``;

/** The member of `field` that the user probably meant: by its former name, another spelling, or a typing mistake. */
export function nearbyMember(field: Field, name: string): Field | undefined {
  const members = [...(field.fields ?? field.item?.fields ?? new Map<string, Field>()).values()];
  const former = members.find((member) => member.formerNames.includes(name));
  if (former) return former;
  const proposed = plainSpelling(name);
  const limit = Math.max(1, Math.floor(proposed.length / 3));
  const near = members
    .map((member) => ({ member, far: distance(proposed, plainSpelling(member.name)) }))
    .filter(
      ({ member, far }) =>
        far <= limit || (proposed.length > 4 && plainSpelling(member.name).startsWith(proposed)),
    )
    .toSorted((a, b) => a.far - b.far);
  return near[0]?.member;
}

/** Up to three suggestions: the similar member, then other paths that have a key of this name. */
export function nearbyPaths(catalog: Catalog, field: Field, at: Path, name: string): string[] {
  const member = nearbyMember(field, name);
  const here = member ? [formatPath([...at, key(member.name)])] : [];
  const elsewhere = catalog
    .all()
    .filter((each) => each.name === name)
    .map((each) => each.pattern);
  return [...new Set([...here, ...elsewhere])].slice(0, 3);
}
