// Colours and symbols of the text output. Only this file knows whether colours are enabled.
import { styleText } from 'node:util';
import { painted } from '../../lib/terminal-safe.ts';

type Format = Parameters<typeof styleText>[0];
type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly warn: Paint;
  readonly bad: Paint;
  readonly accent: Paint;
}

const plain: Paint = (text) => text;
const paint =
  (format: Format): Paint =>
  (text) =>
    painted(text, (visible) => styleText(format, visible, { validateStream: false }));

export const PLAIN: Style = { bold: plain, dim: plain, good: plain, warn: plain, bad: plain, accent: plain };

export const COLOURED: Style = {
  bold: paint('bold'),
  dim: paint('dim'),
  good: paint('green'),
  warn: paint('yellow'),
  bad: paint('red'),
  accent: paint('cyan'),
};

/** Colours for a terminal, unless `--no-color`, NO_COLOR or a dumb terminal disables them (https://no-color.org). */
export function styleFor(
  stream: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv,
  colour: boolean,
): Style {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const refused = !colour || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return !refused && (stream.isTTY === true || forced) ? COLOURED : PLAIN;
}

export function indent(text: string, by: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(by));
}

/** `1.2 s`, `340 ms`, `3 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}
