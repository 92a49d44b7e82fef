// Which credentials a setting applies to, by gateway version. Until 8.0.10, settings below `oauth.providers` applied
// only to OAuth credentials; at their current path they apply to API keys too (design-v8 rule 21). Pure.
import { loadCatalog } from '../catalog/catalog.ts';
import type { Field } from '../catalog/field.ts';
import { isBefore, parseVersion } from '../../lib/version.ts';
import { layoutTable } from './table.ts';

/** `unknown`: nobody measured it for such a build. */
export type SettingScope = 'all' | 'oauth' | 'unknown';

/** A setting that applied to fewer credentials at its earlier path. Paths are plain names joined by dots. */
export interface WidenedSetting {
  readonly legacy: string | undefined;
  readonly v8: string;
  readonly earlier: string;
  /** The first version in which it applies to all. */
  readonly since: string;
}

let widened: readonly WidenedSetting[] | undefined;

export function widenedSettings(): readonly WidenedSetting[] {
  widened ??= layoutTable().rows.flatMap(({ legacy, v8, historical: [earlier], since, canonical }) => {
    const scope = v8 === undefined ? undefined : loadCatalog('v8').at(v8.split('.'))?.scope;
    if (v8 === undefined || earlier === undefined || !canonical || !isWidened(scope)) return [];
    return [{ legacy, v8, earlier, since }];
  });
  return widened;
}

const isWidened = (scope: Field['scope']): boolean =>
  scope?.some(({ reaches }) => reaches === 'oauth') ?? false;

/** Of a setting in the v8 layout. */
export function settingScopeOf({ since }: WidenedSetting, version: string): SettingScope {
  if (!parseVersion(version)) return 'unknown';
  return isBefore(version, since) ? 'oauth' : 'all';
}

/**
 * A clause that follows the path of a setting that the version can't express as declared; undefined if it can, or
 * never could.
 */
export function narrowing(v8: string, version: string): string | undefined {
  const setting = widenedSettings().find((one) => one.v8 === v8);
  if (!setting || settingScopeOf(setting, version) !== 'oauth') return undefined;
  return `is \`${setting.earlier}\` in ${version}, where it applies only to OAuth credentials`;
}
