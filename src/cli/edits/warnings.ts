// What to know about edited files: secrets that git would track, and other targets that read them.
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Adoption, FileEdit } from '../../compose/adoption.ts';
import type { Io } from '../../compose/io.ts';
import type { Session } from '../../compose/session.ts';
import { git, isInWorkTree } from '../../desired/read/revision.ts';
import { type Problem, problem } from '../../domain/problem/problem.ts';
import { isWithin } from '../../lib/paths.ts';
import { otherReaders } from '../../settings/readers.ts';
import { shownIn } from '../io/shown-in.ts';

/** A warning for each file with secrets that git would track. One process for each directory: there can be many files. */
export async function exposed(paths: readonly string[], cwd: string): Promise<readonly Problem[]> {
  const found = await Promise.all(
    [...Map.groupBy(paths, (path) => dirname(path))].map(([dir, files]) => trackedIn(dir, files, cwd)),
  );
  return found.flat().map((path) => {
    const shown = shownIn(cwd, path);
    const remedy = `echo '${basename(path)}' >> ${shownIn(cwd, join(dirname(path), '.gitignore'))}`;
    const when = isInWorkTree(dirname(path)) ? '' : ' after `git init`';
    const message = `git would track ${shown}${when}, and it contains secrets`;
    return problem('HF2073', message, { severity: 'warning', remedy });
  });
}

async function trackedIn(dir: string, files: readonly string[], cwd: string): Promise<readonly string[]> {
  if (!isInWorkTree(dir)) return unlistedIn(dir, files, cwd);
  const inside = await git(dir, ['rev-parse', '--is-inside-work-tree']);
  if (inside?.trim() !== 'true') return [];
  const ignored = await git(dir, ['-c', 'core.quotePath=false', 'check-ignore', '--', ...files]);
  const names = new Set((ignored ?? '').split('\n'));
  return files.filter((path) => !names.has(path));
}

/**
 * There is no repository yet, so git can't be asked: as far as the `.gitignore` beside the files and those above it say,
 * up to the working directory, which is where the repository will begin.
 */
async function unlistedIn(dir: string, files: readonly string[], cwd: string): Promise<readonly string[]> {
  const lists = await Promise.all(
    upTo(dir, cwd).map(async (at) => ({
      at,
      lines: linesOf(await readFile(join(at, '.gitignore'), 'utf8').catch(() => '')),
    })),
  );
  const isListed = (path: string): boolean =>
    lists.some(({ at, lines }) => {
      const way = relative(at, path);
      return ['*', basename(path), way, `/${way}`].some((pattern) => lines.has(pattern));
    });
  return files.filter((path) => !isListed(path));
}

/** From a directory up to one above it; alone if it isn't below that. */
function upTo(dir: string, top: string): readonly string[] {
  const above = dirname(dir);
  return isWithin(above, top) ? [dir, ...upTo(above, top)] : [dir];
}

const linesOf = (text: string): ReadonlySet<string> => new Set(text.split('\n').map((line) => line.trim()));

/** Other targets read the same file. */
export function sharedWith(
  files: readonly FileEdit[],
  target: string,
  { settings }: Session,
): readonly Problem[] {
  return files
    .filter(({ kind }) => kind === 'yaml')
    .flatMap(({ path, shown }) => {
      const others = otherReaders(path, target, settings);
      if (others.length === 0) return [];
      return [
        problem(
          'HF2098',
          `${shown} is also read by ${others.join(', ')}, so the edit changes ${others.length === 1 ? 'that target' : 'those targets'} too`,
          {
            severity: 'warning',
            target,
          },
        ),
      ];
    });
}

/** New values that go nowhere, secrets that git would track, files that other targets read. */
export async function warningsAboutEdits(
  { files, variables, storesValues, target }: Adoption,
  { io, session }: { readonly io: Pick<Io, 'cwd'>; readonly session: Session },
): Promise<readonly Problem[]> {
  const unstored =
    variables.length > 0 && !storesValues
      ? [
          problem(
            'HF2096',
            `no file is named for the values of ${variables.map(({ name }) => name).join(', ')}`,
            {
              severity: 'warning',
              target,
            },
          ),
        ]
      : [];
  const isIgnored = ({ path }: FileEdit): boolean =>
    files.some((one) => one.path === join(dirname(path), '.gitignore'));
  // Without a repository, once is enough.
  const isAsked = ({ path, before }: FileEdit): boolean =>
    before === undefined || isInWorkTree(dirname(path));
  const values = files.filter(
    (one) => isAsked(one) && (one.kind === 'variables' || (one.kind === 'secret' && !isIgnored(one))),
  );
  return [
    ...unstored,
    ...(await exposed(
      values.map(({ path }) => path),
      io.cwd,
    )),
    ...sharedWith(files, target, session),
  ];
}
