// Values that somebody wants to declare, as edits of files that are loaded before they are written.
import { declareValues, type Declaration } from '../adopt/drift/declare-values.ts';
import { loadMerged } from '../desired/desired.ts';
import { HoldfastError, problem } from '../domain/problem/problem.ts';
import type { Target } from '../domain/target.ts';
import type { FileEdit } from './adoption.ts';
import type { Session } from './session.ts';

/** Rejects with a HoldfastError where a value can't be declared, or the files wouldn't be valid. Writes nothing. */
export async function declarationOf(
  session: Session,
  target: Target,
  declarations: readonly Declaration[],
): Promise<readonly FileEdit[]> {
  const { env, settings } = session;
  const declared = await loadMerged(target, { env, rules: settings.references, settingsDir: settings.dir });
  refuse(declared.problems);
  const { files, problems } = declareValues(declared, declarations);
  refuse(problems);
  const edits = files.map(({ file: { path, shown, text }, after }): FileEdit => ({
    path,
    shown,
    before: text,
    after,
    kind: 'yaml',
  }));
  const loaded = await session.loadDesired(target, {
    settingsDir: settings.dir,
    texts: new Map(edits.map(({ path, after }) => [path, after])),
    allowUnresolved: true,
  });
  if (!loaded.desired)
    throw new HoldfastError([problem('HF2094', "the edited files aren't valid"), ...loaded.problems]);
  return edits;
}

function refuse(problems: HoldfastError['problems']): void {
  if (problems.some(({ severity }) => severity === 'error')) throw new HoldfastError(problems);
}
