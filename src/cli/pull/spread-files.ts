// The texts of all files of a pull: YAML by layer and subject, lines, values, and what tells git to ignore them.
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Adopted } from '../../adopt/adopt.ts';
import { envExample, withHeading } from '../../adopt/files.ts';
import { splitBySubject } from '../../adopt/subjects.ts';
import type { FileEdit } from '../../compose/adoption.ts';
import { IGNORE_ALL } from '../../compose/secrets/secrets-dir.ts';
import { withValues } from '../../compose/secrets/values-file.ts';
import { shownPath } from '../../desired/read/files.ts';
import { isFlat } from '../../gateway/layout/layouts.ts';
import { orMissing } from '../../state/files/disk.ts';
import { linesFrom, withLines } from './lines.ts';
import { schemaHint } from './schema-hint.ts';
import { inSecretFiles, type Stores } from './secrets.ts';
import { type Layer, type LayerText, type Spreading, variablesIn } from './spread-parts.ts';

export async function layerOf(
  layer: LayerText,
  stores: Stores,
  { session, flags }: Spreading,
): Promise<Layer> {
  const { settings, env } = session;
  const known = { ...env, ...stores.values?.held };
  const folded = await withLines(layer.adopted, layer.part.dialect, {
    dir: layer.destination.dir,
    referencesFrom: settings.dir,
    rules: settings.references,
    env: { ...stores.files?.held, ...known },
    from: linesFrom(flags.linesFrom),
  });
  const used = usedIn(folded.adopted);
  const { adopted, files } = stores.files
    ? inSecretFiles({ ...folded, adopted: used }, stores.files, known)
    : { ...folded, adopted: used };
  return { ...layer, adopted, lines: files };
}

const usedIn = (adopted: Adopted): Adopted => ({
  ...adopted,
  variables: adopted.variables.filter(({ name }) => adopted.text.includes(`\${env:${name}}`)),
});

interface Writing {
  readonly stores: Stores;
  /** The directory of `.env.example`. */
  readonly first: string;
  readonly spreading: Spreading;
}

export async function filesOf(
  layers: readonly Layer[],
  { stores, first, spreading }: Writing,
): Promise<readonly FileEdit[]> {
  const { session } = spreading;
  const edit = async (path: string, after: string, kind: FileEdit['kind']): Promise<FileEdit> => ({
    path,
    shown: shownPath(path, session.settings.dir),
    before: await readFile(path, 'utf8').catch(orMissing),
    after,
    kind,
  });
  const yaml = layers.flatMap((layer) => yamlOf(layer, spreading));
  const lines = [
    ...new Map(layers.flatMap((layer) => layer.lines.map((one) => [one.path, one] as const))).values(),
  ];
  const variables = variablesIn(layers);
  const example = envExample(
    variables,
    lines.map(({ path, ...one }) => ({ ...one, shown: shownPath(path, session.settings.dir) })),
  );
  const ignores = [...new Set(lines.map(({ path }) => join(dirname(path), '.gitignore')))];
  const values = stores.values && {
    path: stores.values.path,
    after: await withValues(stores.values, variables, session.env),
    kind: stores.values.encrypted ? ('encrypted' as const) : ('variables' as const),
  };
  const made = await Promise.all([
    ...yaml.map(({ path, text }) => edit(path, text, 'yaml')),
    edit(join(first, '.env.example'), example, 'yaml'),
    ...ignores.map((path) => edit(path, IGNORE_ALL, 'yaml')),
    ...lines.map(({ path, text }) => edit(path, text.open(), 'lines')),
    ...(values ? [edit(values.path, values.after, values.kind)] : []),
  ]);
  return made.filter(({ path, before }) => basename(path) !== '.gitignore' || before === undefined);
}

function yamlOf(
  { destination: { dir, file }, part, sharedBy, adopted, lines }: Layer,
  { flags, io }: Spreading,
): readonly { readonly path: string; readonly text: string }[] {
  const { target, live, dialect } = part;
  const headed = (path: string, text: string): { readonly path: string; readonly text: string } => ({
    path,
    text: withHeading(text, {
      target: target.name,
      url: target.url,
      ...(sharedBy && { sharedBy }),
      schema: schemaHint(`${live.layout}.schema.json`, path, io.cwd),
      hasLines: lines.length > 0,
    }),
  });
  if (!flags.split) return [headed(file, adopted.text)];
  const subjects = splitBySubject(adopted.text, isFlat(dialect.catalog.layout));
  return [...subjects].map(([subject, text]) =>
    headed(subject === 'gateway' ? file : join(dir, `${subject}.yaml`), text),
  );
}
