// Values that somebody wants to declare, or a patch, as edits of files that are loaded before they are written.
import type { Declared } from '../adopt/drift/adopt-drift.ts';
import { declareValues, type Declaration, storeSecrets } from '../adopt/drift/declare-values.ts';
import { NO_SECRET, secretsInText } from '../desired/check/scan-text.ts';
import { loadMerged } from '../desired/layers.ts';
import { fail, HoldfastError, type Problem, problem, refuseErrors } from '../domain/problem/problem.ts';
import type { Target } from '../domain/target.ts';
import { editsOf, type FileEdit, sharedFiles, storesOf } from './adoption.ts';
import { patchedFiles } from './patched-files.ts';
import type { Session } from './session.ts';

/** What somebody wants to change: values by their paths, or a unified diff of the files. */
export type Declaring = readonly Declaration[] | { readonly patch: string };

export interface DeclarationOptions {
  /** Secrets in the values go to where the settings keep them. */
  readonly storesSecrets?: boolean | undefined;
  /** What a base of several targets declares is edited there, for all of them. */
  readonly inBase?: boolean | undefined;
}

/**
 * Rejects with a HoldfastError where a value can't be declared, or the files wouldn't be valid. Writes nothing.
 */
export async function declarationOf(
  session: Session,
  target: Target,
  declaring: Declaring,
  { storesSecrets = false, inBase = false }: DeclarationOptions = {},
): Promise<readonly FileEdit[]> {
  const { env, settings } = session;
  const declared = await loadMerged(target, { env, rules: settings.references, settingsDir: settings.dir });
  const edits =
    'patch' in declaring
      ? await patchedFiles(declaring.patch, { target, settingsDir: settings.dir, files: declared.files })
      : await declaredEdits(session, declared, declaring, { target, storesSecrets, inBase });
  if ('patch' in declaring) refuseErrors(edits.flatMap(newSecrets));
  const loaded = await session.loadDesired(target, {
    settingsDir: settings.dir,
    texts: new Map(edits.flatMap(({ path, after, kind }) => (kind === 'yaml' ? [[path, after]] : []))),
    allowUnresolved: true,
  });
  // The errors are in what was asked for, and their positions are those after the edit.
  if (!loaded.desired) throw new HoldfastError(loaded.problems);
  return edits;
}

/** A patch can be what corrects the files; values need files that are correct. */
async function declaredEdits(
  session: Session,
  declared: Declared & { readonly problems: readonly Problem[] },
  declarations: readonly Declaration[],
  { target, storesSecrets, inBase }: Required<DeclarationOptions> & { readonly target: Target },
): Promise<readonly FileEdit[]> {
  const { env } = session;
  refuseErrors(declared.problems);
  const stores = storesSecrets ? await storesOf(session, {}, env) : {};
  if (storesSecrets && !stores.values && !stores.files)
    throw fail('HF2096', 'no file is named for the values of secrets', {
      remedy: 'Name one with `--variables FILE`, or with `env-file` or `secrets-dir` in holdfast.yaml.',
    });
  const held = { ...stores.values?.held, ...stores.files?.held, ...env };
  const meant = storesSecrets ? storeSecrets(declared, declarations, held) : { declarations, variables: [] };
  const { settings } = session;
  const shared = inBase ? [] : sharedFiles(declared.files, undefined, { target: target.name, settings });
  const { files, problems } = declareValues(declared, meant.declarations, new Set(shared));
  refuseErrors(problems);
  return editsOf({ env, session }, { files, lines: [], variables: meant.variables }, stores);
}

/** On lines that the edit adds. A mark that the line holds no secret doesn't count: a person sets it, by hand. */
function newSecrets({ before = '', after, shown }: FileEdit): readonly Problem[] {
  const old = new Set(before.split('\n'));
  const lines = after.split('\n');
  return secretsInText(after.replaceAll(NO_SECRET, ''), shown).flatMap(({ message, position, path }) =>
    old.has(lines[(position?.line ?? 0) - 1] ?? '')
      ? []
      : [problem('HF2101', message, { position, path, severity: 'error' })],
  );
}
