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
  const lines = folded(checks).map(({ title: question, status, detail, remedy }) =>
    [
      `${paint[status](SIGN[status])} ${question}  ${status === 'skip' ? style.dim(detail) : detail}`,
      ...(remedy === undefined || status === 'ok' ? [] : [`  ${style.dim('fix')} ${remedy}`]),
    ].join('\n'),
  );
  return `${style.accent(style.bold(title))}\n${indent(lines.join('\n'), 2)}\n\n${summary(checks, style)}\n`;
}

/** Checks that were skipped for the same reason are one line, after the others. */
function folded(checks: readonly ShownCheck[]): readonly ShownCheck[] {
  const skipped = Map.groupBy(
    checks.filter(({ status }) => status === 'skip'),
    ({ detail }) => detail,
  );
  const repeated = [...skipped].filter(([, same]) => same.length > 1);
  const details = new Set(repeated.map(([detail]) => detail));
  return [
    ...checks.filter(({ status, detail }) => status !== 'skip' || !details.has(detail)),
    ...repeated.map(([detail, same]) => ({
      title: `${same.length} more checks were skipped`,
      status: 'skip' as const,
      detail,
    })),
  ];
}

function summary(checks: readonly ShownCheck[], style: Style): string {
  const count = (status: ShownCheck['status']): number =>
    checks.filter((check) => check.status === status).length;
  if (count('fail') > 0) return style.bad(`${plural(count('fail'), 'thing')} to fix.`);
  if (count('warn') > 0) return style.warn(`Usable; ${plural(count('warn'), 'thing')} to look at.`);
  const skipped = count('skip');
  const rest =
    skipped === 0 ? '' : ` ${plural(skipped, 'check')} ${skipped === 1 ? 'was' : 'were'} skipped (–).`;
  return `${style.good('No problems found.')}${rest}`;
}
