// Converts every file of the selected targets to another layout, and compares the meaning with the current files.
// Writes only on request.
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { loadDesired } from '../../../desired/desired.ts';
import { readLayer, type SourceFile } from '../../../desired/read/files.ts';
import { ALL_LAYOUTS, MANAGED_LAYOUTS } from '../../../desired/layout/layout.ts';
import { differencesInMeaning, migrateText } from '../../../desired/layout/migrate.ts';
import type { Desired, Layout } from '../../../domain/desired.ts';
import {
  fail,
  HoldfastError,
  inReadingOrder,
  type Problem,
  problem,
} from '../../../domain/problem/problem.ts';
import type { Target } from '../../../domain/target.ts';
import type { Environment } from '../../../input/environment.ts';
import { replaceFile } from '../../../state/files/disk.ts';
import type { Settings, SettingsFlags } from '../../../settings/settings.ts';
import { offlineSettings } from '../../io/offline-settings.ts';
import type { Io } from '../../../compose/io.ts';
import { selectedTargets } from '../../../compose/selected-targets.ts';

export interface MigratedFile {
  readonly shown: string;
  readonly before: string;
  readonly after: string;
}

export interface Migration {
  /** Those that change. */
  readonly files: readonly MigratedFile[];
  /** Warnings. */
  readonly problems: readonly Problem[];
  /** Absolute paths that were written. */
  readonly written: readonly string[];
}

interface Options {
  readonly to: Layout;
  readonly write?: boolean;
  readonly out?: string;
  readonly target?: readonly string[];
}

/**
 * Throws HoldfastError and writes nothing if a file has errors, can't be expressed in the layout, or would change
 * its meaning.
 */
export async function migrateAll(flags: SettingsFlags & Options, io: Io): Promise<Migration> {
  const loaded = await offlineSettings(flags, io);
  const { settings, env } = loaded;
  const targets = selectedTargets(settings.targets, flags.target);
  const sources = await filesOf(targets, settings, io.signal);
  const rewritten = sources.map((file) => ({
    file,
    ...migrateText(file.text, file.shown, flags.to, { partial: file.partial }),
  }));
  refuse(rewritten.flatMap(({ problems }) => problems));
  const changed = rewritten.flatMap(({ file, text }) =>
    text === undefined || text === file.text ? [] : [{ file, text }],
  );
  const texts = new Map(changed.map(({ file, text }) => [file.path, text]));
  const problems: Problem[] = [];
  for (const target of targets) problems.push(...(await prove(target, texts, { settings, env }, io)));
  return {
    files: changed.map(({ file, text }) => ({ shown: file.shown, before: file.text, after: text })),
    problems: [...unique(inReadingOrder(problems)), ...(changed.length > 0 ? tooEarly(flags.to) : [])],
    written: await write(changed, flags, io),
  };
}

interface LayerFile extends SourceFile {
  /** Of a layer that always overrides another one. */
  readonly partial: boolean;
}

async function filesOf(
  targets: readonly Target[],
  settings: Settings,
  signal: AbortSignal,
): Promise<readonly LayerFile[]> {
  const bottom = new Set(targets.map(({ desired: [first = ''] }) => resolve(settings.dir, first)));
  const dirs = new Set(targets.flatMap(({ desired }) => desired.map((dir) => resolve(settings.dir, dir))));
  const layers = await Promise.all(
    [...dirs].map(async (dir) => {
      const { files, problems } = await readLayer(dir, {
        settingsDir: settings.dir,
        rules: settings.references,
        signal,
      });
      return { files: files.map((file) => ({ ...file, partial: !bottom.has(dir) })), problems };
    }),
  );
  refuse(layers.flatMap(({ problems }) => problems));
  return [...new Map(layers.flatMap(({ files }) => files.map((file) => [file.path, file]))).values()];
}

interface Where {
  readonly settings: Settings;
  readonly env: Environment;
}

/** Compares what the target declares with these texts and without them. Resolves with warnings about the latter. */
async function prove(
  target: Target,
  texts: ReadonlyMap<string, string>,
  where: Where,
  io: Io,
): Promise<readonly Problem[]> {
  const before = await declared(target, undefined, where, io);
  if (texts.size === 0) return before.problems;
  const after = await declared(target, texts, where, io);
  const [as, is] = [before, after].map(({ desired }) => ({
    tree: desired.tree.open(),
    layout: desired.layout,
  }));
  const differences = as && is ? differencesInMeaning(as, is) : [];
  if (differences.length > 0)
    throw fail(
      'HF2048',
      `The rewritten files of ${target.name} would have a different meaning at ${differences.join(', ')}`,
    );
  return before.problems;
}

async function declared(
  target: Target,
  texts: ReadonlyMap<string, string> | undefined,
  { settings, env }: Where,
  io: Io,
): Promise<{ readonly desired: Desired; readonly problems: readonly Problem[] }> {
  const { desired, problems } = await loadDesired(target, {
    layouts: ALL_LAYOUTS,
    env,
    settingsDir: settings.dir,
    rules: settings.references,
    allowUnresolved: true,
    signal: io.signal,
    ...(texts && { texts }),
  });
  if (!desired) throw new HoldfastError(problems);
  io.hide?.(desired.secrets.open());
  return { desired, problems };
}

function tooEarly(to: Layout): readonly Problem[] {
  if (MANAGED_LAYOUTS.includes(to)) return [];
  return [problem('HF2044', "plan and apply don't support the v8 layout yet", { severity: 'warning' })];
}

function refuse(problems: readonly Problem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new HoldfastError(inReadingOrder(errors));
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((each) => [JSON.stringify([each.position, each.message]), each])).values()];
}

async function write(
  changed: readonly { readonly file: SourceFile; readonly text: string }[],
  { write: inPlace, out }: Options,
  { cwd }: Io,
): Promise<readonly string[]> {
  if (!inPlace && out === undefined) return [];
  const written: string[] = [];
  for (const { file, text } of changed) {
    const path = out === undefined ? file.path : join(resolve(cwd, out), inside(file.shown));
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, text, await modeOf(path));
    written.push(path);
  }
  return written;
}

/** A file that is replaced keeps its permissions. */
async function modeOf(path: string): Promise<number> {
  const there = await stat(path).catch(() => undefined);
  return there ? there.mode & 0o777 : 0o644;
}

/** A file from outside the settings directory keeps its own name only. */
function inside(shown: string): string {
  return shown.startsWith('/') || shown.startsWith('..') ? relative(dirname(shown), shown) : shown;
}
