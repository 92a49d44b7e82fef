// Why a target has its status, in the words of a list.
import { describe, expect, test } from '@jest/globals';
import { whyOf } from '../../../src/daemon/http/server/why.ts';
import { createStatusCache } from '../../../src/daemon/core/status-cache.ts';
import { problem } from '../../../src/domain/problem/problem.ts';
import { aChange, aPlan, aVerdict } from '../../support/build-plan.ts';
import { outcomeOf } from '../builders.ts';

const planned = (parts: Parameters<typeof aPlan>[0]) => ({ plan: { plan: aPlan(parts), at: 1 } });

describe('why', () => {
  test('names the guards that refuse, not those that are allowed', () => {
    const verdicts = [
      aVerdict({ guard: 'last-upstream', path: 'claude-api-key' }),
      aVerdict({ guard: 'mass-delete', path: 'api-keys' }),
      aVerdict({ guard: 'takeover', allowed: true }),
    ];
    expect(whyOf('refused', planned({ verdicts }))).toBe(
      'last-upstream: claude-api-key, mass-delete: api-keys',
    );
  });

  test('names the first paths that differ, and how many there are besides', () => {
    const changes = ['request-retry', 'api-keys', 'debug', 'ws-auth'].map((path) =>
      aChange({ id: path, path }),
    );
    expect(whyOf('drifted', planned({ changes }))).toBe('request-retry, api-keys +2');
    expect(whyOf('drifted', planned({ changes: changes.slice(0, 1) }))).toBe('request-retry');
  });

  test('names what the gateway has not loaded', () => {
    const agreement = { kind: 'differ', cause: 'stale-memory', paths: ['request-retry'] } as const;
    expect(whyOf('stale-memory', planned({ agreement }))).toBe('request-retry');
  });

  test('names the file and line of an error', () => {
    const position = { file: 'desired/gateway.yaml', line: 3, column: 16 };
    const found = problem('HF2001', 'it must be a whole number', { position });
    const outcome = outcomeOf({ kind: 'invalid' }, [found]);
    expect(whyOf('invalid', { outcome })).toBe('desired/gateway.yaml:3: it must be a whole number');
  });

  test('is not known before the first check, and needs no words in sync', () => {
    expect(whyOf('refused', {})).toBeUndefined();
    expect(whyOf('in-sync', planned({}))).toBeUndefined();
  });
});

describe('since', () => {
  test('is when the status changed, not the first or the last check', () => {
    const cache = createStatusCache();
    const at = (kind: 'in-sync' | 'unreachable', moment: number): number | undefined => {
      cache.reporter.outcome?.(
        outcomeOf({ kind, depth: 'deep', at: moment, target: 'home' } as never),
        'schedule',
      );
      return cache.of('home').since;
    };
    expect([at('in-sync', 10), at('unreachable', 20), at('unreachable', 30), at('in-sync', 40)]).toEqual([
      undefined,
      20,
      20,
      40,
    ]);
  });
});
