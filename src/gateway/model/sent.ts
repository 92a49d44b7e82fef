// How the scalars of a JSON body were spelled, for the settings of plugins: the gateway saves those as they came, where
// memory holds values only.
import type { Made } from './generate.ts';

/** By place, joined by NUL: the text of each scalar; of texts, that they were sent. */
export type Sent = ReadonlyMap<string, string | undefined>;

export const placeOf = (names: readonly string[]): string => names.join('\0');

/** Rendered memory with the scalars that were sent as they were spelled. */
export function asSent(made: Made, sent: Sent, at: readonly string[] = []): Made {
  if (made.kind === 'map') {
    const pairs = [...made.pairs].map(([name, each]) => [name, asSent(each, sent, [...at, name])] as const);
    return { ...made, pairs: new Map(pairs) };
  }
  if (made.kind === 'list')
    return { kind: 'list', items: made.items.map((item, i) => asSent(item, sent, [...at, String(i)])) };
  if (!sent.has(placeOf(at))) return made;
  return { ...made, text: sent.get(placeOf(at)) ?? made.text, sent: true };
}
