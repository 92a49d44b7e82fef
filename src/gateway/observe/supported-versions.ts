// The newest releases that the catalog and the models were made from, and what is said of gateways that came later.
import { type Problem, problem } from '../../domain/problem/problem.ts';
import { isBefore, parseVersion } from '../../lib/version.ts';

export const NEWEST_SUPPORTED_V7 = 'v7.2.140';
const NEWEST_V8 = 'v8.0.23';

/** Of a release that came later the newest known one of its generation. Undefined: it is known, or names no release. */
export function newestSupportedBefore(version: string): string | undefined {
  const major = parseVersion(version)?.[0];
  if (major === undefined) return undefined;
  const newest = major >= 8 ? NEWEST_V8 : NEWEST_SUPPORTED_V7;
  return isBefore(newest, version) ? newest : undefined;
}

/** One warning for a gateway that may know keys, or treat values, as nobody has seen yet. */
export function newerThanSupported(version: string, target?: string): readonly Problem[] {
  const newest = newestSupportedBefore(version);
  if (newest === undefined) return [];
  const message = `${version} is newer than ${newest}, the newest version that this Holdfast knows`;
  return [problem('HF3038', message, { severity: 'warning', ...(target !== undefined && { target }) })];
}
