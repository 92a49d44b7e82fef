// The checks of `doctor` as a list that can be read from top to bottom.
import { plural } from '../../lib/text.ts';
import { indent, type Style } from './style.ts';

export interface ShownCheck {
  readonly title: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly detail: string;
  readonly remedy?: string;
}

const SIGN = { ok: '✓', warn: '!', fail: '✗', skip: '–' } as const;

export function checksText(title: string, checks: readonly ShownCheck[], style: Style): string {
  const paint = { ok: style.good, warn: style.warn, fail: style.bad, skip: style.dim };
  const lines = checks.map(({ title: question, status, detail, remedy }) =>
    [
      `${paint[status](SIGN[status])} ${question}  ${status === 'skip' ? style.dim(detail) : detail}`,
      ...(remedy === undefined || status === 'ok' ? [] : [`  ${style.dim('fix')} ${remedy}`]),
    ].join('\n'),
  );
  return `${style.accent(style.bold(title))}\n${indent(lines.join('\n'), 2)}\n\n${summary(checks, style)}\n`;
}

function summary(checks: readonly ShownCheck[], style: Style): string {
  const count = (status: ShownCheck['status']): number =>
    checks.filter((check) => check.status === status).length;
  if (count('fail') > 0) return style.bad(`${plural(count('fail'), 'thing')} to fix.`);
  if (count('warn') > 0) return style.warn(`Usable; ${plural(count('warn'), 'thing')} to look at.`);
  return style.good('Everything is OK.');
}
