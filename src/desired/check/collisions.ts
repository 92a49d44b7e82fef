// Entries of one list with the same name: for Holdfast (identity), or for the gateway's saver. Pure.
import type { Field } from '../../gateway/catalog/field.ts';
import { type Located, type LocatedList, valueOf } from '../../yaml/located.ts';
import type { Finding } from './findings.ts';

/** Indexes are those of the list as given. */
export function* collisions(field: Field, list: LocatedList, steps: readonly string[]): Iterable<Finding> {
  if (field.identity.length > 0) yield* sameIdentity(field, list, steps);
  // Only entries of provider lists contain mappings that could be merged onto the wrong entry (C v0 §4.4 N7).
  if (field.route.kind === 'entries') yield* sameToTheSaver(field, list, steps);
}

function* sameIdentity(field: Field, list: LocatedList, steps: readonly string[]): Iterable<Finding> {
  const named = field.identity.join(' and ');
  const identity = (item: Located): string =>
    JSON.stringify(field.identity.map((name) => textAt(item, name)));
  for (const [i, first] of repeated(list, identity))
    yield {
      steps: [...steps, String(i)],
      code: 'HF2053',
      severity: 'warning',
      message: `has the same ${named} as the entry in line ${first.position.line}`,
    };
}

/** Entries that rule S of the saver would match (C v0 §6.2): the first non-blank one of these members. */
function* sameToTheSaver(field: Field, list: LocatedList, steps: readonly string[]): Iterable<Finding> {
  const identity = (item: Located): string | undefined =>
    field.saverIdentity.map((name) => textAt(item, name)).find((text) => text !== '');
  const whole = (item: Located): string => JSON.stringify(field.identity.map((name) => textAt(item, name)));
  const seen = new Set<string>();
  const ours = list.items.map((item) => {
    const known = seen.has(whole(item));
    seen.add(whole(item));
    return known;
  });
  for (const [i, first] of repeated(list, identity))
    if (!ours[i])
      yield {
        steps: [...steps, String(i)],
        code: 'HF2056',
        severity: 'warning',
        message: `has the same ${field.saverIdentity[0] ?? 'identity'} as the entry in line ${first.position.line}, and the gateway confuses the two when it saves its file`,
      };
}

function* repeated(
  list: LocatedList,
  identity: (item: Located) => string | undefined,
): Iterable<readonly [number, Located]> {
  const seen = new Map<string, Located>();
  for (const [i, item] of list.items.entries()) {
    const name = identity(item);
    if (name === undefined) continue;
    const first = seen.get(name);
    if (first) yield [i, first];
    else seen.set(name, item);
  }
}

function textAt(item: Located, name: string): string {
  const node = item.kind === 'map' ? item.members.get(name)?.node : undefined;
  const value = node ? valueOf(node) : undefined;
  return typeof value === 'object' || value === undefined ? '' : String(value).trim();
}
