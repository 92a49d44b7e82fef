// `holdfast report`: one directory with everything that helps to understand an incident, without secrets. Each part can
// fail without the others: the index says what is missing, and why.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Globals, Io } from '../../compose/io.ts';
import { systemClock } from '../../compose/system-clock.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import { parseDuration } from '../../lib/duration.ts';
import { packageVersion } from '../../lib/package-files.ts';
import { stampText, timeText } from '../../lib/text.ts';
import type { PlanFlags } from '../../compose/flags.ts';
import { settingsFile } from '../../settings/settings.ts';
import { gatewayOptions, onCall } from '../io/options.ts';
import { openCommandSession } from '../io/session.ts';
import { show } from '../io/show.ts';
import { PARTS, printed, type ReportFlags, type Written } from './parts.ts';
import { settingsShape } from './settings-shape.ts';

interface Flags extends Omit<PlanFlags, keyof ReportFlags>, Globals, ReportFlags {
  readonly since: string;
  readonly out?: string;
}

export function define(command: Command, io: Io): void {
  const report = gatewayOptions(command)
    .option('--since <time>', 'how far back history and checks go', '7d')
    .option('--out <dir>', 'the directory to create (default: holdfast-report-TIME)')
    .addHelpText(
      'after',
      `
Writes a directory with checks, plan, drift, status, history, checks of the daemon, the list of
backups and the settings. Secrets are masked, and backups aren't included. It only reads. If the
gateway can't be reached or the settings have errors, the rest is written, and README.md says what
is missing. Read it before you give it to others: it contains names, addresses and model names.

Examples:
  $ holdfast report
  $ holdfast report --target eu --since 24h --out incident-42
  $ tar -czf incident-42.tar.gz incident-42`,
    );
  onCall(report, (flags: Flags) => run(flags, io));
}

async function run(flags: Flags, io: Io): Promise<void> {
  const span = parseDuration(flags.since);
  if (span === undefined)
    throw fail('HF1001', `--since takes a time such as 24h or 7d, not "${flags.since}"`);
  const now = (io.clock ?? systemClock).now();
  const directory = await created(resolve(io.cwd, flags.out ?? `holdfast-report-${stampText(now)}`));
  const write = (file: string, text: string): Promise<void> =>
    writeFile(join(directory, file), io.redact?.(text) ?? text, { mode: 0o600, flag: 'wx' });
  const written: Written[] = [];
  for (const part of PARTS) {
    const { written: one, document } = await printed(part, flags, io);
    await write(part.file, json(within(document, now - span)));
    written.push(one);
  }
  for (const own of [settingsPart, statePart]) {
    const { text, ...one } = await own(flags, io, now - span);
    if (text !== undefined) await write(one.file, text);
    written.push(one);
  }
  await write('README.md', indexText(written, { now, since: flags.since }));
  show(io, flags, 'report', { directory, files: written }, (style) =>
    [
      ...written.map(({ file, title, note }) =>
        note === undefined ? `${style.good('✓')} ${file}  ${title}` : `${style.warn('!')} ${file}  ${note}`,
      ),
      `Written to ${directory}. Start with README.md.`,
      '',
    ].join('\n'),
  );
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** Never an existing one. */
async function created(directory: string): Promise<string> {
  try {
    await mkdir(directory, { mode: 0o700 });
    return directory;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    const why =
      code === 'EEXIST' ? 'it exists' : code === 'ENOENT' ? 'the directory above it is missing' : code;
    throw fail('HF6042', `${directory} can't be created: ${why}`, {}, { cause: error });
  }
}

/** Without the entries of a history that are older. */
function within(document: object, since: number): object {
  const { entries } = document as { readonly entries?: readonly { readonly at: number }[] }; // of `history`
  return Array.isArray(entries)
    ? { ...document, entries: entries.filter(({ at }) => at >= since) }
    : document;
}

type Own = Written & { readonly text?: string };

async function settingsPart(flags: Flags, io: Io): Promise<Own> {
  const about = { file: 'settings.yaml', title: 'The settings, texts masked except for harmless ones' };
  const found = await settingsFile(flags, io.cwd);
  const shown = found?.shown ?? 'holdfast.yaml';
  const text = found && (await readFile(found.path, 'utf8').catch(() => undefined));
  if (text === undefined) return { ...about, note: `missing: ${shown} can't be read` };
  const shape = settingsShape(text);
  return shape === undefined ? { ...about, note: `missing: ${shown} isn't YAML` } : { ...about, text: shape };
}

/** Open transactions, locks, quarantine, and the checks of a daemon. */
async function statePart(flags: Flags, io: Io, since: number): Promise<Own> {
  const about = { file: 'state.json', title: 'Open transaction, lock, quarantine, checks of the daemon' };
  try {
    await using session = await openCommandSession(flags, io);
    const { store } = session;
    const targets = [];
    for (const { name } of session.targets) {
      const { quarantine, suspension, authBlock, lastOutcome, drift } = await store.read(name);
      const { id, openedAt, phase, sent, changes, writes, by } = (await store.journal(name)) ?? {};
      targets.push({
        target: name,
        journal: id === undefined ? null : { id, openedAt, phase, sent, changes, writes, by },
        lock: (await store.holder(name)) ?? null,
        quarantine,
        suspension,
        authBlock: authBlock && {
          until: authBlock.until,
          reason: authBlock.reason,
          banned: authBlock.banned,
        },
        lastOutcome,
        contested: drift?.contested,
        damaged: await store.damaged(name),
        checks: (await store.looks(name)).filter(({ at }) => at >= since),
      });
    }
    return { ...about, text: json({ targets }) };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const [first] = error.problems;
    return { ...about, note: `missing: ${first?.code ?? ''} ${first?.message ?? ''}` };
  }
}

function indexText(
  written: readonly Written[],
  { now, since }: { readonly now: number; readonly since: string },
): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
  return [
    '# Holdfast report',
    '',
    `Created ${timeText(now)} UTC by Holdfast ${packageVersion()} with Node.js ${process.version} on ${process.platform}-${process.arch}.`,
    `History and checks go back ${since}. Secrets are masked: a fingerprint such as #7d8a5013 names one without telling it.`,
    '',
    '| file | content | result |',
    '| --- | --- | --- |',
    ...written.map(
      ({ file, title, exit, note }) =>
        `| ${file} | ${title} | ${cell(note ?? 'complete')}${exit === undefined || exit === 0 ? '' : `, exit code ${exit}`} |`,
    ),
    '',
  ].join('\n');
}
