// The build headers of C v0 §1.6: they identify the gateway. A response without them isn't from a gateway.
import type { Build } from '../../domain/live.ts';

type Headers = Readonly<Record<string, string>>;

/** The build of a response that reached the gateway's authentication; undefined: the headers are missing. */
export function buildOf(headers: Headers): Build | undefined {
  const version = headers['x-cpa-version'];
  if (version === undefined) return undefined;
  return {
    version,
    commit: headers['x-cpa-commit'] ?? 'none',
    buildDate: headers['x-cpa-build-date'] ?? 'unknown',
    supportsPlugins: headers['x-cpa-support-plugin'] === '1',
  };
}

/** One text per build, as a key for what is recorded by build. */
export function buildKey(build: Build): string {
  return [build.version, build.commit, build.buildDate, build.supportsPlugins ? 'plugins' : '']
    .join(' ')
    .trim();
}

/** The version in such a key, for output. */
export function versionIn(key: string): string {
  return key.split(' ', 1)[0] ?? key;
}
