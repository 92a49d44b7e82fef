// What `holdfast pull` says after it has written, and what to do next.
import { dirname } from 'node:path';
import { styleOf } from '../../compose/io.ts';
import { colouredDiff } from '../../report/text/diff.ts';
import type { Style } from '../../report/text/style.ts';
import { show, showWarnings } from '../io/show.ts';
import { shownIn } from '../io/shown-in.ts';
import type { Pulled, Unset } from './fresh.ts';
import { isShownOnly } from './pulling.ts';

export function showPulled(pulled: Pulled): void {
  const { flags, io, target, adopted, texts, problems, adoption, kept, diff } = pulled;
  const { variables, declared, leftOut } = adopted;
  const shown = (path: string): string => shownIn(io.cwd, path);
  const content = {
    target: target.name,
    ...(flags.print ? { content: texts.file } : {}),
    ...(diff !== undefined && { diff, written: false }),
    ...(isShownOnly(flags) ? {} : { files: writtenBy(pulled).map(shown) }),
    declared,
    leftOut,
    variables: variables.map(({ name, usedAt }) => ({ name, usedAt })),
    lines: texts.lines.map(({ path, keys, usedAt }) => ({ file: shown(path), keys, usedAt })),
    proof: { changes: 0 },
    adopted: adoption,
    ...(kept !== undefined && { kept: shown(kept) }),
    problems,
  };
  // The text contains no secret; removing short ones by value would only damage words.
  if (flags.print && flags.output === 'text') (io.raw ?? io.out)(texts.file);
  else if (diff !== undefined && flags.output === 'text') io.out(diffText(diff, styleOf(io, flags)));
  else show(io, flags, 'pull', content, (style) => summary(pulled, style));
  if (flags.output === 'text') showWarnings(io, flags, problems);
}

const diffText = (diff: string, style: Style): string =>
  `${colouredDiff(diff, style)}${style.dim('nothing was written: run it without --diff')}\n`;

/** Absolute. */
export function writtenBy({ destination: { file, example, values }, texts }: Pulled): readonly string[] {
  return [file, example, ...texts.lines.map(({ path }) => path), ...(values === undefined ? [] : [values])];
}

function summary(
  { io, target, destination, adopted, texts, adoption, kept, unset }: Pulled,
  style: Style,
): string {
  const { variables, declared, leftOut } = adopted;
  const { dir, file, example, values } = destination;
  const shown = (path: string): string => shownIn(io.cwd, path);
  const row = (path: string, what: string): string =>
    `${style.good('✓')} ${style.bold(shown(path))}  ${what}`;
  const secrets = texts.lines.reduce((sum, { keys }) => sum + keys, variables.length);
  const env = variables.length === 0 || unset.isNamed ? '' : ` --variables ${shown(unset.file)}`;
  const desired = target.desired.includes(dir) ? '' : ` --desired ${shown(dir)}`;
  return [
    row(file, `${count(declared.length, 'key')} declared, ${count(secrets, 'secret')} as references`),
    row(example, variables.length === 0 ? 'no variables needed' : 'the variables and where they are used'),
    ...rowsOfKeys(texts.lines, row),
    ...(values === undefined
      ? []
      : [
          row(
            values,
            `their values, ${texts.isEncrypted ? 'encrypted with SOPS' : 'which only you can read'}`,
          ),
        ]),
    ...(kept === undefined ? [] : [row(kept, 'copies of the replaced files')]),
    `${style.good('✓')} verified: a plan of these files is empty`,
    ...(adoption
      ? [`${style.good('✓')} adopted: Holdfast remembers this state, and plans your later changes from it`]
      : []),
    ...(leftOut.length === 0 ? [] : [style.dim(`excluded: ${leftOut.map(({ path }) => path).join(', ')}`)]),
    '',
    'Next:',
    ...valuesStep(unset, example, shown),
    `  $ holdfast diff${desired}${env}`,
    '',
  ].join('\n');
}

/** Many files with one key each are one row. */
const MOST_ROWS = 3;

function rowsOfKeys(
  files: Pulled['texts']['lines'],
  row: (path: string, what: string) => string,
): readonly string[] {
  const single = files.filter(({ keys }) => keys === 1);
  const [first] = single.length > MOST_ROWS ? single : [];
  const rows = files
    .filter((file) => !first || !single.includes(file))
    .map(({ path, keys }) => row(path, `${count(keys, 'key')}, which only you can read`));
  return first
    ? [...rows, row(dirname(first.path), `${single.length} files with one key each, which only you can read`)]
    : rows;
}

function valuesStep(
  { names, file, isThere }: Unset,
  example: string,
  shown: (path: string) => string,
): string[] {
  if (names.length === 0) return [];
  if (!isThere) return [`  $ cp ${shown(example)} ${shown(file)}    # then enter the values`];
  return [`  $ $EDITOR ${shown(file)}    # set ${names.join(', ')}`];
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
