// History and backups as lists and single entries.
import type { BackupArchive, BackupRecord } from '../../domain/state/backup.ts';
import type { HistoryEntry } from '../../domain/state/state.ts';
import { plural, timeText } from '../../lib/text.ts';
import { commitText } from './commit.ts';
import { duration, type Style } from './style.ts';
import { table } from './table.ts';

type Entry = HistoryEntry & { readonly target: string };

export function historyText(entries: readonly Entry[], style: Style, columns?: number): string {
  if (entries.length === 0) return 'nothing was applied yet\n';
  const rows = entries.map((entry) => [
    entry.id,
    timeText(entry.at),
    entry.target,
    entry.bisection ? `${entry.outcome} (try ${entry.bisection.number})` : entry.outcome,
    plural(entry.changes.length, 'change'),
    entry.revision?.digest.slice(0, 12) ?? '',
    entry.backup ?? '',
  ]);
  return `${table(['id', 'when (UTC)', 'target', 'outcome', 'changes', 'revision', 'backup'], rows, style, { columns, optional: 2 })}\n`;
}

export function historyEntryText(entry: Entry, style: Style): string {
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length > 0 ? [style.bold(title), ...lines.map((line) => `  ${line}`)] : [];
  return [
    `${style.accent(style.bold(entry.target))}  ${entry.outcome}  ${timeText(entry.at)} UTC, ${duration(entry.durationMs)}${entry.by === undefined ? '' : `, asked for by ${entry.by}`}`,
    `id ${entry.id}`,
    ...(entry.revision
      ? [
          `revision ${entry.revision.digest.slice(0, 12)}${entry.revision.commit ? `, ${commitText(entry.revision.commit, 12)}` : ''}`,
        ]
      : []),
    ...(entry.bisection
      ? [`try ${entry.bisection.number} of a bisection (at most ${entry.bisection.atMost})`]
      : []),
    ...(entry.planDigest ? [`plan ${entry.planDigest}`] : []),
    ...(entry.backup ? [`backup ${entry.backup}`] : []),
    ...(entry.chain ? [`entry ${entry.chain.n}, hash ${entry.chain.hash.slice(0, 16)}`] : []),
    ...list('Changes', entry.changes),
    ...list('Requests', entry.writes),
    ...list(
      'Evidence',
      entry.evidence.map(
        ({ check, passed, detail }) => `${passed ? '✓' : '✗'} ${check}${detail ? `  ${detail}` : ''}`,
      ),
    ),
    ...list('Problems', entry.problems),
    '',
  ].join('\n');
}

/** What `history --verify` found of one target. */
interface VerifiedShown {
  readonly target: string;
  readonly chained: boolean;
  readonly entries: number;
  readonly before: number;
  readonly removed: number;
  readonly incomplete: number;
  readonly head?: { readonly n: number; readonly hash: string };
  readonly fault?: {
    readonly kind: string;
    readonly position?: number;
    readonly id?: string;
    readonly at?: number;
    readonly message: string;
  };
}

export const verifiedText = (targets: readonly VerifiedShown[], style: Style): string =>
  targets.map((one) => targetText(one, style)).join('\n');

function targetText(one: VerifiedShown, style: Style): string {
  return [
    headline(one, style),
    ...(one.removed > 0 ? [`  Retention removed entries 1 to ${one.removed}.`] : []),
    ...(one.before > 0
      ? [
          `  ${plural(one.before, 'entry')} older than the chain: verified since the chain began, not since they were written.`,
        ]
      : []),
    ...(one.incomplete > 0
      ? [
          `  ${plural(one.incomplete, 'incomplete line')}: a process ended while it wrote. No recorded entry is missing because of it.`,
        ]
      : []),
    ...(one.head ? [`  newest: entry ${one.head.n}, hash ${one.head.hash}`] : []),
  ].join('\n');
}

function headline({ target, chained, entries, fault }: VerifiedShown, style: Style): string {
  const name = style.bold(target);
  if (fault) return `${style.bad('✗')} ${name}: ${placeOf(fault)}${fault.message}`;
  if (!chained && entries > 0)
    return `${style.warn('!')} ${name}: ${plural(entries, 'entry')} of an earlier version, without hashes. The next entry begins the chain.`;
  if (entries === 0 && !chained) return `${style.dim('–')} ${name}: nothing was applied yet`;
  return `${style.good('✓')} ${name}: ${plural(entries, 'entry')}, each as recorded and in its place`;
}

function placeOf({ position, id, at }: NonNullable<VerifiedShown['fault']>): string {
  if (position === undefined) return '';
  const more = [...(id === undefined ? [] : [id]), ...(at === undefined ? [] : [`${timeText(at)} UTC`])];
  return `record ${position}${more.length > 0 ? ` (${more.join(', ')})` : ''}: `;
}

export function backupsText(backups: readonly BackupRecord[], style: Style, columns?: number): string {
  if (backups.length === 0) return 'there are no backups yet\n';
  const rows = backups.map((backup) => [
    backup.id,
    timeText(backup.at),
    backup.target,
    backup.reason,
    `${backup.bytes} bytes`,
    backup.build.version,
    backup.pinned ? 'always' : '',
  ]);
  return `${table(['id', 'when (UTC)', 'target', 'reason', 'size', 'gateway', 'kept'], rows, style, { columns, optional: 3 })}\n`;
}

/** Empty where there are none. */
export function archivesText(archives: readonly BackupArchive[], style: Style, columns?: number): string {
  if (archives.length === 0) return '';
  const rows = archives.map(({ file, at, target, bytes }) => [file, timeText(at), target, `${bytes} bytes`]);
  return `${table(['archive', 'when (UTC)', 'target', 'size'], rows, style, { columns, optional: 1 })}\n`;
}
