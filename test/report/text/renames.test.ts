import { describe, expect, test } from '@jest/globals';
import type { Change } from '../../../src/domain/plan/change.ts';
import { render } from '../../../src/report/render.ts';
import { statusText, type TargetStatus } from '../../../src/report/text/status.ts';
import { PLAIN } from '../../../src/report/text/style.ts';
import { aChange, aPlan } from '../../support/build-plan.ts';

describe('a rename', () => {
  const { before: _before, ...rest } = aChange({
    kind: 'rename',
    path: 'openai-compatibility[openrouter].models[kimi]',
    from: 'kimi',
    after: 'kimi2',
  });
  const renamed: Change = rest;
  const plan = aPlan({ changes: [renamed] });

  test.each(['text', 'markdown', 'github', 'junit'] as const)('has the old name in %s', (format) => {
    const report = { command: 'plan', exit: 0 as const, plans: [plan], outcomes: [], problems: [] };
    expect(render(report, format, PLAIN)).toMatch(/"?kimi"?`? (→|\|) `?"?kimi2/);
  });
});

describe('the status of a target', () => {
  const status: TargetStatus = {
    target: 'home',
    url: 'http://127.0.0.1:8317',
    mode: 'apply',
    lastDeepCheck: { at: 0, inSync: true },
    frozen: [],
    released: [],
    contested: [],
  };
  const stateOf = (more: Partial<TargetStatus>): string =>
    /state +(.*)/.exec(statusText({ ...status, ...more }, 1000, PLAIN))?.[1] ?? '';

  test('does not call files with errors in sync', () => {
    expect(stateOf({})).toMatch(/^the files have errors; in sync with the last valid revision/);
    expect(stateOf({ lastDeepCheck: { at: 0, inSync: false } })).toMatch(
      /^the files have errors; differs from the last valid revision/,
    );
    expect(stateOf({ declared: 'a'.repeat(64) })).toMatch(/^in sync \(/);
    expect(stateOf({ unresolved: "TEAM_A isn't set" })).toMatch(/^in sync \(/);
  });
});
