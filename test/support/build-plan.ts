// Builders of plans and outcomes for tests: three lines make a scenario.
import type { Change } from '../../src/domain/plan/change.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { PLAN_FORMAT, type Plan } from '../../src/domain/plan/plan.ts';
import type { Verdict } from '../../src/domain/plan/guard.ts';
import type { Write } from '../../src/domain/plan/write.ts';

export function aPlan(parts: Partial<Plan> = {}): Plan {
  return {
    format: PLAN_FORMAT,
    target: 'home',
    createdAt: '2026-11-23T18:00:00.000Z',
    mode: 'apply',
    revision: {
      digest: '3f2a9c1b04d7'.padEnd(64, '0'),
      commit: { sha: 'a1b2c3d4'.padEnd(40, '0'), dirty: false },
    },
    gateway: {
      api: 'v0',
      layout: 'legacy',
      build: { version: 'v7.2.140', commit: 'none', buildDate: 'unknown', supportsPlugins: true },
    },
    state: 'known',
    memory: { source: 'state' },
    agreement: { kind: 'agree' },
    changes: [],
    writes: [],
    verdicts: [],
    released: [],
    ignored: [],
    notes: [],
    patch: [],
    digest: { keyId: '1a2b3c4d', value: 'd1'.padEnd(64, '0') },
    ...parts,
  };
}

export function aChange(parts: Partial<Change> = {}): Change {
  return {
    id: 'c1',
    kind: 'update',
    path: 'request-retry',
    before: 2,
    after: 3,
    position: { file: 'desired-state/gateway.yaml', line: 4, column: 16 },
    origin: 'git',
    disposition: 'apply',
    consequences: [],
    ...parts,
  };
}

export function aWrite(parts: Partial<Write> = {}): Write {
  return {
    id: 'w1',
    method: 'PUT',
    path: '/v0/management/request-retry',
    body: { value: 3 },
    makes: ['c1'],
    footprint: { paths: ['request-retry'], defaults: [], secretHash: false },
    reason: 'the key has an endpoint of its own',
    ...parts,
  };
}

export function aVerdict(parts: Partial<Verdict> = {}): Verdict {
  return {
    guard: 'mass-delete',
    path: 'api-keys',
    message: 'removes 6 of 9 entries, 67 %; at most 30 % is allowed',
    remedy: 'Check that the entries left the files on purpose.',
    override: '--allow mass-delete:api-keys',
    allowed: false,
    changes: ['c1'],
    ...parts,
  };
}

const FACTS = {
  target: 'home',
  at: 0,
  durationMs: 1234,
  requests: { observe: 2, write: 1 },
  problems: [],
} as const;

export function applied(parts: Partial<Extract<Outcome, { kind: 'applied' }>> = {}): Outcome {
  return {
    ...FACTS,
    kind: 'applied',
    backup: '20261123T180142Z-1a2b3c4d',
    evidence: [{ check: 'declared values in memory', passed: true, detail: '12 paths' }],
    runtime: 'proven',
    notServedYet: [],
    restartNeeded: [],
    ...parts,
  };
}

/** `parts` have what its kind needs. */
export const anOutcome = <K extends Outcome['kind']>(
  parts: { readonly kind: K } & Partial<Extract<Outcome, { kind: K }>>,
): Outcome =>
  // The compiler doesn't relate a spread to one member of the union.
  ({ ...FACTS, ...parts }) as unknown as Outcome;

export function rollbackFailed(): Outcome {
  return {
    ...FACTS,
    kind: 'rollback-failed',
    backup: '20261123T180142Z-1a2b3c4d',
    reason: 'the gateway does not answer any more',
    remedy: ['Copy the backup over config.yaml.', 'Restart the gateway.'],
    evidence: [],
  };
}
