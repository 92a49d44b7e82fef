import { describe, expect, test } from '@jest/globals';
import { statusesText, type TargetStatus } from '../../../src/report/text/status.ts';
import { PLAIN } from '../../../src/report/text/style.ts';

const STATUS: TargetStatus = {
  target: 'home',
  standing: 'in-sync',
  url: 'http://127.0.0.1:8317',
  mode: 'apply',
  declared: 'a'.repeat(64),
  lastDeepCheck: { at: 0, inSync: true },
  frozen: [],
  released: [],
  contested: [],
};

const textOf = (...targets: readonly Partial<TargetStatus>[]): string =>
  statusesText(
    targets.map((more) => ({ ...STATUS, ...more })),
    1000,
    PLAIN,
  );
const rowOf = (text: string, name: string): string =>
  new RegExp(`^  ${name} +(.*)$`, 'm').exec(text)?.[1] ?? '';

describe('the status of targets', () => {
  test('starts with how many targets are in each state, and the worst comes first', () => {
    const text = textOf(
      { target: 'a' },
      { target: 'b', standing: 'refused' },
      { target: 'c', standing: 'unreachable' },
      { target: 'd' },
    );
    expect(text.split('\n')[0]).toBe('4 targets: 1 unreachable, 1 refused, 2 in sync');
    expect([...text.matchAll(/^(\w) at /gm)].map(([, name]) => name)).toEqual(['c', 'b', 'a', 'd']);
  });

  test('counts a target whose files alone changed as pending, one that somebody edited as drifted', () => {
    const differs = (files: number, gateway: number): Partial<TargetStatus> => ({
      standing: 'drifted',
      lastDeepCheck: { at: 0, inSync: false, causes: { files, gateway } },
    });
    const text = textOf(differs(2, 0), differs(1, 1), { standing: 'drifted' });
    expect(text.split('\n')[0]).toBe('3 targets: 1 pending, 2 drifted');
  });

  test('compares the files with those of the last check, not with those of the last apply', () => {
    const applied = { revision: { digest: 'b'.repeat(64) }, at: 0 };
    const checked = { at: 0, inSync: true, revision: 'a'.repeat(64) };
    expect(rowOf(textOf({ applied, lastDeepCheck: checked }), 'gateway')).toMatch(/^in sync \([^)]*\)$/);
    expect(rowOf(textOf({ applied }), 'gateway')).toMatch(/; the files changed since$/);
  });

  test('says why a gateway is unreachable once, at its state', () => {
    const why = 'nothing listens at http://127.0.0.1:8317';
    const lastOutcome = { kind: 'unreachable', at: 0, summary: why } as const;
    const text = textOf({ standing: 'unknown', credentials: { reached: false, why }, lastOutcome });
    expect(rowOf(text, 'state')).toBe(`unreachable: ${why}`);
    expect(rowOf(text, 'last outcome')).toBe('unreachable, 1 s ago');
    expect(text.split(why)).toHaveLength(2);
    expect(rowOf(textOf({ credentials: { reached: false, why } }), 'state')).toBe(
      `in sync; can't be read now: ${why}`,
    );
    const reason = 'the gateway dropped a write';
    const quarantine = { since: 0, reason };
    const failed = { kind: 'rolled-back', at: 990, summary: `rolled-back: ${reason}` } as const;
    const waiting = textOf({ standing: 'quarantined', quarantine, lastOutcome: failed });
    expect(rowOf(waiting, 'last outcome')).toBe('rolled-back, less than a second ago');
  });

  test('of one target has no counts', () => {
    expect(textOf({})).toMatch(/^home at /);
  });

  test('says what the last check found, also while the files have errors', () => {
    const { declared: _, ...rest } = STATUS;
    const invalid = (inSync: boolean): string =>
      statusesText([{ ...rest, standing: 'invalid', lastDeepCheck: { at: 0, inSync } }], 1000, PLAIN);
    expect(rowOf(invalid(true), 'state')).toBe('invalid');
    expect(rowOf(invalid(true), 'gateway')).toMatch(/^in sync with the last valid revision \(deep check/);
    expect(rowOf(invalid(false), 'gateway')).toMatch(/^differs from the last valid revision/);
    expect(
      rowOf(textOf({ declared: undefined as never, unresolved: "TEAM_A isn't set" }), 'gateway'),
    ).toMatch(/^in sync \(/);
    const { lastDeepCheck: __, ...unchecked } = STATUS;
    expect(rowOf(statusesText([{ ...unchecked, standing: 'unknown' }], 1000, PLAIN), 'gateway')).toBe(
      'never checked',
    );
  });
});
