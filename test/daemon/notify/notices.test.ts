import { describe, expect, test } from '@jest/globals';
import { pageOf } from '../../../src/daemon/notify/channels/message.ts';
import { noticeOf } from '../../../src/daemon/notify/notices.ts';
import { transitionAfter } from '../../../src/daemon/notify/transitions.ts';
import { problem } from '../../../src/domain/problem/problem.ts';
import type { SyncStatus } from '../../../src/domain/outcome/sync-status.ts';
import type { Outcome } from '../../../src/domain/outcome/outcome.ts';
import { aChange, aPlan } from '../../support/build-plan.ts';
import { outcomeOf } from '../builders.ts';

const invalidAt = (sha: string): Outcome => ({
  ...outcomeOf({
    kind: 'invalid',
    commit: { sha: sha.repeat(40), author: 'A committer', subject: 'Add kimi', dirty: false },
  }),
  problems: [
    problem('HF2013', '`request-retry` must be an integer', {
      position: { file: 'gateway.yaml', line: 3, column: 16 },
      path: 'request-retry',
    }),
  ],
});
const applied = outcomeOf({
  kind: 'applied',
  backup: 'b1',
  evidence: [],
  runtime: 'proven',
  notServedYet: [],
  restartNeeded: [],
});
const after = (previous?: SyncStatus): { id: string; previous?: SyncStatus } => ({
  id: 'm1',
  ...(previous && { previous }),
});

describe('the notice of a commit with errors', () => {
  test('names commit, author, file, line and problem', () => {
    const { summary, facts } = noticeOf('invalid', invalidAt('a'), after());
    expect(summary).toMatch(
      /Commit a{12} by A committer: gateway\.yaml:3:16: `request-retry` must be an integer\.$/,
    );
    expect(facts).toMatchObject({
      commit: { author: 'A committer', subject: 'Add kimi' },
      problems: [{ code: 'HF2013', path: 'request-retry', position: { file: 'gateway.yaml', line: 3 } }],
    });
    const page = pageOf({ kind: 'notice', notice: noticeOf('invalid', invalidAt('a'), after()) });
    expect(page.sections[0]).toEqual({
      heading: 'Problems',
      lines: ['gateway.yaml:3:16 HF2013 `request-retry` must be an integer'],
    });
  });

  test('names it and not the last valid one, whose plan can be included', () => {
    const outcome = { ...invalidAt('a'), plan: aPlan({ revision: { digest: 'f'.repeat(64) } }) };
    const { facts } = noticeOf('invalid', outcome, after());
    expect(facts.commit?.sha).toBe('a'.repeat(40));
    expect(facts.revision).toBeUndefined();
  });

  test('comes again for the next such commit, once', () => {
    const wants = { severity: 'critical' } as const;
    const first = transitionAfter(wants, undefined, invalidAt('a'));
    expect(first.tells).toEqual(['invalid']);
    expect(transitionAfter(wants, first.status, invalidAt('a')).tells).toEqual([]);
    expect(transitionAfter(wants, first.status, invalidAt('b')).tells).toEqual(['invalid']);
  });
});

describe('what comes well after something else', () => {
  const inSync = outcomeOf({ kind: 'in-sync', depth: 'deep' });

  test.each([
    ['in-sync', inSync, undefined, 'home: In sync'],
    ['in-sync', inSync, 'unknown', 'home: In sync'],
    ['in-sync', inSync, 'drifted', 'home: In sync again'],
    ['recovered', inSync, 'unreachable', 'home: Recovered: in sync again after unreachable'],
    ['applied', applied, 'in-sync', 'home: Applied'],
    ['applied', applied, 'drifted', 'home: Applied'],
    ['applied', applied, 'rolled-back', 'home: Applied: the first success after rolled back'],
    ['applied', applied, 'invalid', 'home: Applied: the first success after invalid'],
  ] as const)('%s', (kind, outcome, previous, title) => {
    expect(noticeOf(kind, outcome, after(previous)).title).toBe(title);
  });
});

test('a rename has the old name', () => {
  const { before: _before, ...change } = aChange({
    kind: 'rename',
    path: 'models[kimi2]',
    from: 'kimi',
    after: 'kimi2',
  });
  const outcome: Outcome = { ...applied, plan: aPlan({ changes: [change] }) };
  const page = pageOf({ kind: 'notice', notice: noticeOf('applied', outcome, after()) });
  expect(page.sections[0]?.lines).toEqual(['rename models[kimi2]: "kimi" → "kimi2"']);
});

describe('the notice of a client key that expires', () => {
  test('says which one and when, and no other problem', () => {
    const outcome: Outcome = {
      ...outcomeOf({ kind: 'in-sync', depth: 'shallow' }),
      problems: [
        problem('HF3030', 'the gateway is open', { severity: 'warning' }),
        problem('HF2111', 'client key "laptop" expires in 3 days', {
          severity: 'warning',
          facts: { expiring: 'laptop 1' },
        }),
      ],
    };
    const { summary, title, severity } = noticeOf('expiring', outcome, after());
    expect([severity, title]).toEqual(['warning', `${outcome.target}: A client key expires soon`]);
    expect(summary).toBe(
      'Holdfast removes the key from the gateway when it expires. Client key "laptop" expires in 3 days.',
    );
  });
});
