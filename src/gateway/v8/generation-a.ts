// The v8 gateways before 8.0.11 or so, from reading only and never measured (C v8 §0): shared settings stand below
// `oauth.providers`, and the roots `upstream`, `client` and `models` do not exist.
import { paths } from './paths.ts';
import { atPath, copyWithComments, type Node, removePath, setWithComments } from './tree.ts';

const LATER: ReadonlySet<string> = new Set(['upstream', 'client', 'models']);

/** The first root that such a gateway does not know. */
export const unknownEarly = (root: Node): string | undefined =>
  root.kind === 'map' ? root.pairs.find(({ key }) => LATER.has(key.text))?.key.text : undefined;

/** Moves shared settings to where they stood then; what had no place goes. */
export function toEarlyPlaces(root: Node): void {
  for (const { old, now } of paths().aliases) {
    if (!old.startsWith('oauth.providers.') || !atPath(root, now)) continue;
    const value = copyWithComments(root, now);
    removePath(root, now);
    setWithComments(root, old, value);
  }
  for (const name of LATER) removePath(root, name);
}
