// Values that somebody wants to declare, as edits of files that are loaded before they are written.
import { declareValues, type Declaration, storeSecrets } from '../adopt/drift/declare-values.ts';
import { loadMerged } from '../desired/desired.ts';
import { fail, HoldfastError, problem } from '../domain/problem/problem.ts';
import type { Target } from '../domain/target.ts';
import { editsOf, type FileEdit, storesOf } from './adoption.ts';
import type { Session } from './session.ts';

/**
 * Rejects with a HoldfastError where a value can't be declared, or the files wouldn't be valid. Writes nothing.
 * `storesSecrets`: secrets in the values go to where the settings keep them.
 */
export async function declarationOf(
  session: Session,
  target: Target,
  declarations: readonly Declaration[],
  { storesSecrets = false }: { readonly storesSecrets?: boolean | undefined } = {},
): Promise<readonly FileEdit[]> {
  const { env, settings } = session;
  const declared = await loadMerged(target, { env, rules: settings.references, settingsDir: settings.dir });
  refuse(declared.problems);
  const stores = storesSecrets ? await storesOf(session, {}, env) : {};
  if (storesSecrets && !stores.values && !stores.files)
    throw fail('HF2096', 'no file is named for the values of secrets', {
      remedy: 'Name one with `--variables FILE`, or with `env-file` or `secrets-dir` in holdfast.yaml.',
    });
  const held = { ...stores.values?.held, ...stores.files?.held, ...env };
  const meant = storesSecrets ? storeSecrets(declared, declarations, held) : { declarations, variables: [] };
  const { files, problems } = declareValues(declared, meant.declarations);
  refuse(problems);
  const edits = await editsOf({ env, session }, { files, lines: [], variables: meant.variables }, stores);
  const loaded = await session.loadDesired(target, {
    settingsDir: settings.dir,
    texts: new Map(edits.flatMap(({ path, after, kind }) => (kind === 'yaml' ? [[path, after]] : []))),
    allowUnresolved: true,
  });
  if (!loaded.desired)
    throw new HoldfastError([problem('HF2094', "the edited files aren't valid"), ...loaded.problems]);
  return edits;
}

function refuse(problems: HoldfastError['problems']): void {
  if (problems.some(({ severity }) => severity === 'error')) throw new HoldfastError(problems);
}
