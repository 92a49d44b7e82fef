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
    entry.outcome,
    plural(entry.changes.length, 'change'),
    entry.revision?.digest.slice(0, 8) ?? '',
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
    ...(entry.planDigest ? [`plan ${entry.planDigest}`] : []),
    ...(entry.backup ? [`backup ${entry.backup}`] : []),
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
