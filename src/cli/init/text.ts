// What `holdfast init` says at its end: what became of the files, and what to do next.
import type { Style } from '../../report/text/style.ts';
import type { Made } from './files.ts';

/** A command, or what a person does, and why. */
export interface Step {
  readonly command: string;
  readonly why: string;
}

/** `proof`: what a pull came to. */
export function initText(
  made: readonly Made[],
  next: readonly Step[],
  proof: string | undefined,
  style: Style,
): string {
  const width = Math.max(...next.map(({ command }) => command.length));
  return [
    ...made.map((one) => madeText(one, style)),
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
