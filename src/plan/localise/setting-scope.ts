// Notes about settings that apply to fewer credentials on this gateway than on others, or to an unknown set of them
// (design-v8 rule 21). The guard `unsupported` refuses a write that would narrow one; these notes cover the rest.
// Pure.
import type { Dialect } from '../../gateway/dialect.ts';
import {
  settingScopeOf,
  type SettingScope,
  type WidenedSetting,
  widenedSettings,
} from '../../gateway/layout/setting-scope.ts';
import type { MigrationReport } from '../../gateway/v8/normalise.ts';
import type { Verdict } from '../../domain/plan/guard.ts';
import type { Live } from '../../domain/live.ts';
import { formatPath, key } from '../../domain/path.ts';
import { problem, type Problem } from '../../domain/problem/problem.ts';
import { type Tree, valueAt } from '../../lib/value.ts';

/** About what is declared and not written; `written` are the paths of differences, which the guard judges. */
export function scopeNotes(
  { catalog, scopeOf }: Pick<Dialect, 'catalog' | 'scopeOf'>,
  declared: Tree,
  { build: { version } }: Pick<Live, 'build'>,
  written: ReadonlySet<string>,
): readonly Problem[] {
  return widenedSettings().flatMap((setting) => {
    const names = setting[catalog.layout]?.split('.') ?? [];
    const path = formatPath(names.map(key));
    if (!isThere(declared, names) || written.has(path)) return [];
    const text = sentence(setting, scopeOf(setting, version), version);
    return text === undefined
      ? []
      : [problem('HF4007', `\`${path}\` ${text}`, { path, severity: 'warning' })];
  });
}

function sentence(setting: WidenedSetting, scope: SettingScope, version: string): string | undefined {
  if (scope === 'all') return undefined;
  if (scope === 'unknown')
    return `has an unknown scope: it's unknown whether ${version} applies it to API keys too, or only to OAuth credentials`;
  return `is \`${setting.earlier}\` in ${version}, where it applies only to OAuth credentials; for API keys it needs ${setting.since}`;
}

function isThere(tree: Tree, names: readonly string[]): boolean {
  return names.length > 0 && valueAt(tree, names) !== undefined;
}

/** What a conversion of a flat file would narrow on this gateway, whoever declared it. */
export function narrowedByMigration(
  { moved }: MigrationReport,
  { build: { version } }: Pick<Live, 'build'>,
): readonly Verdict[] {
  const narrowed = widenedSettings().filter(
    (setting) =>
      settingScopeOf(setting, version) === 'oauth' &&
      moved.some(({ old, now }) => old === setting.legacy && now === setting.v8),
  );
  if (narrowed.length === 0) return [];
  const moves = narrowed.map(({ legacy, earlier }) => `\`${legacy}\` to \`${earlier}\``).join(', ');
  return [
    {
      guard: 'unsupported',
      message: `converting the gateway's file would move ${moves}, where ${version} applies ${narrowed.length === 1 ? 'it' : 'them'} only to OAuth credentials; for API keys it needs ${narrowed[0]?.since}`,
      remedy: 'Update the gateway first, or remove the settings from its file.',
      allowed: false,
      changes: [],
    },
  ];
}
