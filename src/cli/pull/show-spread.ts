// What a pull into several files says after it has written.
import { styleOf } from '../../compose/io.ts';
import { plural } from '../../lib/text.ts';
import { colouredDiff } from '../../report/text/diff.ts';
import type { Style } from '../../report/text/style.ts';
import { diffOf, linesOf } from '../edits/shown.ts';
import { show, showWarnings } from '../io/show.ts';
import { shownIn } from '../io/shown-in.ts';
import { isShownOnly, type Pulling } from './pulling.ts';
import type { Spread } from './spread.ts';

export function showSpread(spread: Spread, { flags, io }: Pick<Pulling, 'flags' | 'io'>): void {
  const shown = (path: string): string => shownIn(io.cwd, path);
  const { targets, files, variables, lines, leftOut, adopted, kept, problems } = spread;
  const content = {
    targets,
    files: files.map(({ path }) => shown(path)),
    ...(flags.diff && { diff: diffOf(files) }),
    leftOut,
    variables: variables.map(({ name, usedAt }) => ({ name, usedAt })),
    lines: lines.map(({ path, keys, usedAt }) => ({ file: shown(path), keys, usedAt })),
    proof: { changes: 0 },
    written: !isShownOnly(flags),
    adopted,
    ...(kept !== undefined && { kept: shown(kept) }),
    problems,
  };
  if (flags.diff && flags.output === 'text') io.out(`${colouredDiff(diffOf(files), styleOf(io, flags))}\n`);
  show(io, flags, 'pull', content, (style) => textOf(spread, isShownOnly(flags), shown, style));
  if (flags.output === 'text') showWarnings(io, flags, problems);
}

function textOf(
  { targets, files, variables, leftOut, adopted, kept }: Spread,
  isOnlyShown: boolean,
  shown: (path: string) => string,
  style: Style,
): string {
  const good = (line: string): string => `${style.good('✓')} ${line}`;
  const example = files.find(({ path }) => path.endsWith('.env.example'));
  const each =
    targets.length === 1 ? 'these files is empty' : `the files of ${targets.join(' and of ')} is empty`;
  return [
    ...files.map((file) => good(`${style.bold(shown(file.path))}  ${plural(linesOf(file).added, 'line')}`)),
    good(`verified: a plan of ${each}`),
    ...(adopted.length === 0
      ? []
      : [good('adopted: Holdfast remembers this state, and plans your later changes from it')]),
    ...(kept === undefined ? [] : [style.dim(`copies of the replaced files: ${shown(kept)}`)]),
    ...(leftOut.length === 0 ? [] : [style.dim(`excluded: ${leftOut.map(({ path }) => path).join(', ')}`)]),
    ...(variables.length === 0
      ? []
      : [
          style.dim(
            `${plural(variables.length, 'variable')}: see ${example ? shown(example.path) : '.env.example'}`,
          ),
        ]),
    ...(isOnlyShown ? [style.dim('nothing was written')] : []),
    '',
  ].join('\n');
}
