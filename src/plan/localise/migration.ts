// What a first write through the v8 API does to a file that isn't in the plain v8 layout yet: guard `migrate-file`
// (C v8 §4.6, design-v8 rule 13). Findings only.
import type { Layout } from '../../domain/desired.ts';
import type { Verdict } from '../../domain/plan/guard.ts';
import { overrideFlag } from '../../domain/plan/override.ts';
import type { Allowance } from '../../domain/target.ts';
import type { Live } from '../../domain/live.ts';
import { isFlat } from '../../gateway/layout/layouts.ts';
import type { MigrationReport } from '../../gateway/v8/normalise.ts';
import { viewV8 } from '../../gateway/v8/view.ts';
import { narrowedByMigration } from './setting-scope.ts';

/** Whether one of these allows converting the gateway's file. */
export const allowsMigration = (allowances: readonly Allowance[]): boolean =>
  allowances.some(({ guard, path }) => guard === 'migrate-file' && path === undefined);

/** Empty if the write changes only the formatting. */
export function migrationVerdicts(raw: string, live: Pick<Live, 'layout' | 'build'>): readonly Verdict[] {
  const { layout } = live;
  const effects = effectsOf(raw, layout);
  if (effects.length === 0) return [];
  return [
    ...narrowings(raw, live),
    verdict(
      `the first write converts the gateway's file: ${effects.join('; ')}`,
      isFlat(layout)
        ? 'Keep the backup from before the write (the raw file), then allow the conversion. Or set `api: auto` on the target, which keeps a flat file flat unless you allow the conversion.'
        : 'Remove these keys from the file by hand, or allow the conversion. The backup from before the write contains the raw file.',
    ),
  ];
}

/** The gateway's flat file can't express `places`, the keys with their lines. */
export function neededMigration(raw: string, places: readonly string[]): Verdict {
  const keys = places.join(', ');
  return verdict(
    `a flat file can't contain ${keys}, so this write converts the gateway's file: ${effectsOf(raw, 'legacy').join('; ')}`,
    `Keep the backup from before the write (the raw file), then allow the conversion. Or remove ${places.length === 1 ? 'the key' : 'the keys'} for this target (\`$remove: true\` under it in an overlay).`,
  );
}

function narrowings(raw: string, live: Pick<Live, 'build'>): readonly Verdict[] {
  const view = viewV8(raw);
  return view.ok ? narrowedByMigration(view.report, live) : [];
}

function verdict(message: string, remedy: string): Verdict {
  const guard = 'migrate-file';
  return { guard, message, remedy, override: overrideFlag({ guard }), allowed: false, changes: [] };
}

function effectsOf(raw: string, layout: Layout): readonly string[] {
  const view = viewV8(raw);
  return view.ok ? [...losingV7(layout), ...sentences(view.report)] : [];
}

const losingV7 = (layout: Layout): string[] =>
  isFlat(layout) ? ["it permanently gets the v8 layout, which v7 gateways can't read"] : [];

function sentences({ moved, deleted, archived, lost, expanded }: MigrationReport): string[] {
  return [
    ...about(
      moved.map(({ old, now }) => `${old}\` to \`${now}`),
      'moved',
    ),
    ...about(deleted, 'deleted, because the v8 spelling is also there and takes precedence'),
    ...about(archived, 'unknown to it, and kept only as comments'),
    ...about(lost, 'deleted completely, because the file ends with a comment'),
    ...(expanded ? ['anchors and aliases are written out'] : []),
  ];
}

const MANY = 8;

function about(paths: readonly string[], what: string): string[] {
  if (paths.length === 0) return [];
  const shown = paths.slice(0, MANY).map((path) => `\`${path}\``);
  const more = paths.length > MANY ? ` and ${paths.length - MANY} more` : '';
  return [`${what}: ${shown.join(', ')}${more}`];
}
