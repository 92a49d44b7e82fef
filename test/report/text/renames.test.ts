import { describe, expect, test } from '@jest/globals';
import type { Change } from '../../../src/domain/plan/change.ts';
import { render } from '../../../src/report/render.ts';
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
