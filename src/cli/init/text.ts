// The final output of `holdfast init`: the result for each file, and the next steps.
import type { Style } from '../../report/text/style.ts';
import type { Made } from './files.ts';

/** A command or a manual step, and why. */
export interface Step {
  readonly command: string;
  readonly why: string;
}

/** `proof`: the result of a pull. */
export function initText(
  made: readonly Made[],
  next: readonly Step[],
  proof: string | undefined,
  notes: readonly string[],
  style: Style,
): string {
  const width = Math.max(...next.map(({ command }) => command.length));
  return [
    ...made.map((one) => madeText(one, style)),
    ...notes,
    ...(proof === undefined ? [] : [`${style.good('✓')} ${proof}`]),
    '',
    'Next:',
    ...next.map(({ command, why }) => `  $ ${command.padEnd(width)}  ${style.dim(`# ${why}`)}`),
    '',
  ].join('\n');
}

function madeText({ file, what }: Made, style: Style): string {
  if (what === 'kept') return `${style.dim('–')} ${file}  ${style.dim('already exists and stays unchanged')}`;
  return `${style.good('✓')} ${style.bold(file)}${what === 'extended' ? '  lines added at its end' : ''}`;
}
