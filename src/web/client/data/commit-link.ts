// Where the forge shows a commit, from the address that the daemon fetches from. Pure.

/** Before the SHA. GitLab has its pages below `/-/`; the others agree on `/commit/`. */
const PAGES: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)gitlab\./, '/-/commit/'],
  [/(^|\.)bitbucket\.org$/, '/commits/'],
];

/** Undefined for a repository that no page shows: a local path. */
export function commitLink(source: string, sha: string): string | undefined {
  const place = placeOf(source);
  if (!place) return undefined;
  const [, page = '/commit/'] = PAGES.find(([host]) => host.test(place.hostname)) ?? [];
  return `${place.protocol}//${place.host}${place.path.replace(/\/$/, '').replace(/\.git$/, '')}${page}${sha}`;
}

interface Place extends Pick<URL, 'protocol' | 'host' | 'hostname'> {
  readonly path: string;
}

/** `git@host:owner/name` */
const SCP = /^(?:[\w.-]+@)?([\w.-]+):(?!\/)(.+)$/;

function placeOf(source: string): Place | undefined {
  const scp = source.includes('://') ? null : SCP.exec(source);
  const url = URL.parse(scp ? `ssh://${scp[1]}/${scp[2]}` : source);
  if (!url || url.pathname.length < 2) return undefined;
  const { protocol, host, hostname, pathname: path } = url;
  if (protocol === 'https:' || protocol === 'http:') return { protocol, host, hostname, path };
  // The port of ssh isn't the one of the pages.
  return protocol === 'ssh:' ? { protocol: 'https:', host: hostname, hostname, path } : undefined;
}
