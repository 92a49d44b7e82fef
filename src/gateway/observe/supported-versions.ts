// The newest releases that the catalog and the models are based on, and the message about newer gateways.
import { type Problem, problem } from '../../domain/problem/problem.ts';
import { isBefore, parseVersion } from '../../lib/version.ts';

export const NEWEST_SUPPORTED_V7 = 'v7.2.140';
const NEWEST_V8 = 'v8.0.23';

/** For a newer release, the newest known one of its generation. Undefined: it is known, or isn't a release. */
export function newestSupportedBefore(version: string): string | undefined {
  const major = parseVersion(version)?.[0];
  if (major === undefined) return undefined;
  const newest = major >= 8 ? NEWEST_V8 : NEWEST_SUPPORTED_V7;
  return isBefore(newest, version) ? newest : undefined;
}

/** One warning for a gateway that can have unknown keys, or treat values in an unknown way. */
export function newerThanSupported(version: string, target?: string): readonly Problem[] {
  const newest = newestSupportedBefore(version);
  if (newest === undefined) return [];
  const message = `${version} is newer than ${newest}, the newest version that this Holdfast knows`;
  return [problem('HF3038', message, { severity: 'warning', ...(target !== undefined && { target }) })];
}
