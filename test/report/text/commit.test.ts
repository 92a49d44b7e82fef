import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../../src/domain/plan/plan.ts';
import { historyEntryText } from '../../../src/report/text/history.ts';
import { reportMarkdown } from '../../../src/report/markdown.ts';
import { planText } from '../../../src/report/text/plan.ts';
import { PLAIN } from '../../../src/report/text/style.ts';
import { aPlan } from '../../support/build-plan.ts';

const COMMIT = {
  sha: 'a1b2c3d4'.padEnd(40, '0'),
  dirty: false,
  author: 'A committer',
  subject: 'Fewer \u001B[2J`retries` | <b>now</b>',
};

function planOf(commit: Plan['revision']['commit'] = COMMIT): Plan {
  return aPlan({ revision: { digest: '3f2a9c1b'.padEnd(64, '0'), commit } });
}

describe('the commit of a revision', () => {
  test('is in the head of a plan, on one line, without control characters', () => {
    const [first, second] = planText(planOf(), PLAIN).split('\n');
    expect(first).toMatch(/revision 3f2a9c1b0000$/);
    expect(second).toBe('commit a1b2c3d4 "Fewer \\u001b[2J`retries` | <b>now</b>" by A committer');
  });

  test('is under the title of a plan in Markdown, as text', () => {
    const page = reportMarkdown({ command: 'plan', exit: 0, plans: [planOf()], outcomes: [], problems: [] });
    const line = page.split('\n').find((one) => one.startsWith('commit a1b2c3d4')) ?? '';
    expect(line).toContain('by A committer');
    for (const acting of ['<b>', '\u001B']) expect(line).not.toContain(acting);
  });

  test('is in an entry of history', () => {
    const entry = {
      id: 'e1',
      at: 0,
      target: 'home',
      outcome: 'applied' as const,
      changes: [],
      writes: [],
      evidence: [],
      problems: [],
      durationMs: 1,
      requests: {},
      revision: { digest: '3f2a9c1b04d7', commit: { ...COMMIT, dirty: true } },
    };
    expect(historyEntryText(entry, PLAIN)).toContain(
      'revision 3f2a9c1b04d7, commit a1b2c3d40000 with uncommitted changes "Fewer',
    );
  });

  test('may be no more than an id', () => {
    const { sha, dirty } = COMMIT;
    expect(planText(planOf({ sha, dirty }), PLAIN)).not.toContain('" by');
  });
});
