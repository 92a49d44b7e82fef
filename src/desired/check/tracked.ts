// Whether state is in git: state holds backups with keys and must never be committed (design §10.4).
import { stat } from 'node:fs/promises';
import { type Problem, problem } from '../../domain/problem/problem.ts';
import { git } from '../read/revision.ts';

/** Paths of tracked files in the state directory, relative to it. Empty without git or without a directory. */
export async function trackedStateFiles(stateDir: string): Promise<readonly string[]> {
  if (!(await stat(stateDir).catch(() => undefined))?.isDirectory()) return [];
  const listed = await git(stateDir, ['ls-files', '-z', '--', '.']);
  return (listed ?? '').split('\0').filter((name) => name !== '' && name !== '.gitignore');
}

/** One problem for all of them. */
export async function trackedStateProblems(stateDir: string, shown: string): Promise<readonly Problem[]> {
  const files = await trackedStateFiles(stateDir);
  const [first] = files;
  if (first === undefined) return [];
  const others = files.length > 1 ? ` and ${files.length - 1} more` : '';
  const remedy = `git rm -r --cached ${shown} && echo '${shown}/' >> .gitignore. Rotate all keys that were pushed.`;
  return [problem('HF2061', `git tracks ${shown}/${first}${others}`, { remedy })];
}
