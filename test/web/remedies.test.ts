// Remedies on pages name the actions of the page, and nothing is said twice.
import { expect, test } from '@jest/globals';
import { CODES } from '../../src/domain/problem/codes.ts';
import { problem } from '../../src/domain/problem/problem.ts';
import { distinct, remedyOnPage } from '../../src/web/client/data/remedies.ts';

test('no remedy of a page tells you to retry or resume in a terminal', () => {
  const remedies = (Object.keys(CODES) as (keyof typeof CODES)[]).map((code) =>
    remedyOnPage({ code, remedy: CODES[code].remedy }),
  );
  expect(
    remedies.filter((text) => /apply with --retry|again with --retry|holdfast resume/.test(text)),
  ).toEqual([]);
});

test('a remedy that explains a path names it', () => {
  const { remedy } = problem('HF5012', 'the value was lost', { path: 'oauth-model-alias.claude[sonnet]' });
  expect(remedy).toContain("`holdfast explain 'oauth-model-alias.claude[sonnet]'`");
  expect(problem('HF5012', 'a value was lost').remedy).toContain('`holdfast explain PATH`');
});

test('a problem is shown once, and not where another part of the page shows it', () => {
  const [one, same, other] = [problem('HF4001', 'one'), problem('HF4001', 'one'), problem('HF4001', 'other')];
  expect(distinct([one, same, other])).toEqual([one, other]);
  expect(distinct([one, other], [{ code: 'HF4001', message: 'one' }])).toEqual([other]);
});
