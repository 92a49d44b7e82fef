// What somebody probably meant by a key that the catalog does not know.
import { distance } from 'fastest-levenshtein';
import { plainSpelling } from '../../nouns/words.ts';
import { formatPath, key, type Path } from '../../nouns/path.ts';
import type { Catalog, Field } from './field.ts';

/** The member of `field` that was probably meant: its former name, another spelling, or a typing mistake. */
export function nearbyMember(field: Field, name: string): Field | undefined {
  const members = [...(field.fields ?? field.item?.fields ?? new Map<string, Field>()).values()];
  const former = members.find((member) => member.formerNames.includes(name));
  if (former) return former;
  const wanted = plainSpelling(name);
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const near = members
    .map((member) => ({ member, far: distance(wanted, plainSpelling(member.name)) }))
    .filter(
      ({ member, far }) =>
        far <= limit || (wanted.length > 4 && plainSpelling(member.name).startsWith(wanted)),
    )
    .toSorted((a, b) => a.far - b.far);
  return near[0]?.member;
}

/** Up to three places to suggest: the near member, then places elsewhere where this very name is a key. */
export function nearbyPaths(catalog: Catalog, field: Field, at: Path, name: string): string[] {
  const member = nearbyMember(field, name);
  const here = member ? [formatPath([...at, key(member.name)])] : [];
  const elsewhere = catalog
    .all()
    .filter((each) => each.name === name)
    .map((each) => each.pattern);
  return [...new Set([...here, ...elsewhere])].slice(0, 3);
}
