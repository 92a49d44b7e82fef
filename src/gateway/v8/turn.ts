// TURN secrets: JSON reads don't show them, and JSON writes that omit them keep them (C v8 §4.8).
import { at, copy, member, type Node, remove, scalar } from './tree.ts';
import { isNull } from './tree.ts';

const SERVERS = ['oauth', 'providers', 'codex', 'live-media-relay', 'ice-servers'];
const SECRETS = ['username', 'credential'];

const serversIn = (root: Node): readonly Node[] => {
  const servers = at(root, SERVERS);
  return servers?.kind === 'list' ? servers.items : [];
};

export function hideSecrets(root: Node): void {
  for (const server of serversIn(root)) for (const name of SECRETS) remove(server, [name]);
}

/** Each server gets those it lacks from the first earlier server with the same urls that no other has used. */
export function keepSecrets(root: Node, before: Node): void {
  const left = [...serversIn(before)];
  for (const server of serversIn(root)) {
    const urls = urlsOf(server);
    const match = urls === undefined ? -1 : left.findIndex((old) => urlsOf(old) === urls);
    const old = left[match];
    if (!old || server.kind !== 'map') continue;
    left.splice(match, 1);
    for (const name of SECRETS) {
      const secret = member(old, name);
      if (secret && !member(server, name)) server.pairs.push({ key: scalar(name), value: copy(secret) });
    }
  }
}

/** Undefined: not a list of texts. The order counts. */
function urlsOf(server: Node): string | undefined {
  const urls = member(server, 'urls');
  if (!urls) return undefined;
  if (isNull(urls)) return '[]';
  if (urls.kind !== 'list' || urls.items.some(({ kind }) => kind !== 'scalar')) return undefined;
  return JSON.stringify(urls.items.map((item) => (item.kind === 'scalar' ? item.text : '')));
}
