// Where the scalars of a JSON body end up, and their spelling there.
import { placeOf, type Sent } from '../model/spelling.ts';
import type { JsonNode } from './json-text.ts';

export function sentAt(names: readonly string[], node: JsonNode): Sent {
  const found = new Map<string, string | undefined>();
  const walk = (at: readonly string[], each: JsonNode): void => {
    if (each.kind === 'object') for (const [name, member] of each.members) walk([...at, name], member);
    else if (each.kind === 'array') each.items.forEach((item, i) => walk([...at, String(i)], item));
    else found.set(placeOf(at), each.kind === 'number' ? each.text : undefined);
  };
  walk(names, node);
  return found;
}
