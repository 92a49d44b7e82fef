// The v8 gateways before about 8.0.11, based only on reading the source and never measured (C v8 §0): shared
// settings are below `oauth.providers`, and the roots `upstream`, `client` and `models` don't exist.
import { paths } from './paths.ts';
import { atPath, copyWithComments, type Node, removePath, setWithComments } from './tree.ts';

const LATER: ReadonlySet<string> = new Set(['upstream', 'client', 'models']);

/** The first root that such a gateway doesn't know. */
export const unknownEarly = (root: Node): string | undefined =>
  root.kind === 'map' ? root.pairs.find(({ key }) => LATER.has(key.text))?.key.text : undefined;

/** Moves shared settings to their paths in that release; removes what had no path. */
export function toEarlyPlaces(root: Node): void {
  for (const { old, now } of paths().aliases) {
    if (!old.startsWith('oauth.providers.') || !atPath(root, now)) continue;
    const value = copyWithComments(root, now);
    removePath(root, now);
    setWithComments(root, old, value);
  }
  for (const name of LATER) removePath(root, name);
}
