// The daemon sets a status for each commit and target, once per result.
import { afterEach, describe, expect, test } from '@jest/globals';
import { createNotify } from '../../../src/daemon/notify/notify.ts';
import type { Service } from '../../../src/daemon/core/service.ts';
import { FORGE_KINDS } from '../../../src/domain/forge.ts';
import type { Outcome } from '../../../src/domain/outcome/outcome.ts';
import type { Plan } from '../../../src/domain/plan/plan.ts';
import { problem } from '../../../src/domain/problem/problem.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { Channel, Receiver } from '../../../src/settings/settings.ts';
import { fakeForge, type FakeForge, TOKEN } from '../../support/fake-forge/fake-forge.ts';
import { outcomeOf } from '../builders.ts';
import { until } from '../../support/until.ts';
import { channel, ground } from './setup.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

const ONE = 'a'.repeat(40);
const TWO = 'b'.repeat(40);

/** What a status is made of. */
function planOf(sha: string, parts: Partial<Plan> = {}): Plan {
  const change = {
    id: 'c1',
    kind: 'update',
    path: 'debug',
    origin: 'git',
    disposition: 'apply',
    consequences: [],
  };
  return {
    target: 'home',
    revision: { digest: 'd'.repeat(64), commit: { sha, dirty: false } },
    changes: [change],
    writes: [{}],
    verdicts: [],
    notes: [],
    ...parts,
  } as unknown as Plan; // nothing else is read
}

const applied = (plan: Plan): Outcome =>
  outcomeOf({
    kind: 'applied',
    backup: 'b1',
    evidence: [],
    runtime: 'proven',
    notServedYet: [],
    restartNeeded: [],
    plan,
  });
const inSync = (plan: Plan): Outcome => outcomeOf({ kind: 'in-sync', depth: 'deep', plan });

function receiverOf(forge: FakeForge): Receiver {
  const { kind, api, repository } = forge;
  return { kind, api: new URL(api), repository, token: seal(TOKEN) };
}

async function daemon(kind: FakeForge['kind'], parts: Partial<Channel> = {}) {
  const forge = await fakeForge(kind);
  const at = ground();
  const service: Service = createNotify({
    ...at.options,
    publicUrl: () => new URL('https://holdfast.example/'),
  });
  open.push(forge, service);
  await service.follow({ drift: '0 * * * *', notify: [channel(receiverOf(forge), parts)] });
  const settled = async (statuses: number): Promise<void> => {
    await until(
      () => {
        at.clock.pass(0);
        return forge.statuses.length >= statuses;
      },
      () => forge.statuses,
    );
  };
  return {
    forge,
    at,
    settled,
    plans: (plan: Plan) => service.reporter?.event?.({ kind: 'planned', target: plan.target, plan }),
    ends: (outcome: Outcome) => service.reporter?.outcome?.(outcome, 'schedule'),
  };
}

describe.each(FORGE_KINDS)('on %s', (kind) => {
  test('a commit is pending, then what its target came to, and later only what is new', async () => {
    const { forge, settled, plans, ends } = await daemon(kind);
    const failed = kind === 'gitlab' ? 'failed' : 'failure';
    plans(planOf(ONE));
    ends(applied(planOf(ONE)));
    await settled(2);
    ends(inSync(planOf(ONE)));
    const drifted = outcomeOf({ kind: 'drifted', depth: 'deep', plan: planOf(ONE) });
    ends(drifted);
    ends(drifted);
    ends(inSync(planOf(ONE)));
    plans(planOf(TWO));
    ends({
      ...outcomeOf({ kind: 'invalid', commit: { sha: TWO, dirty: false } }, [problem('HF2010', 'wrong')]),
    });
    await settled(6);
    expect(forge.statuses.map(({ commit, state }) => [commit[0], state])).toEqual([
      ['a', 'pending'],
      ['a', 'success'],
      ['a', failed],
      ['a', 'success'],
      ['b', 'pending'],
      ['b', failed],
    ]);
    expect(forge.statuses[1]).toMatchObject({
      context: 'holdfast/home',
      description: expect.stringMatching(/^Applied\. .*1 change\.$/),
      link: expect.stringMatching(/^https:\/\/holdfast\.example\/#\/targets\/home\/history\/\w+$/),
    });
    expect(forge.violations).toEqual([]);
  });
});

test('a refusal names its guards', async () => {
  const { forge, settled, ends } = await daemon('github');
  const verdict = { guard: 'last-upstream', message: '', remedy: '', allowed: false, changes: [] } as const;
  ends(outcomeOf({ kind: 'refused', plan: planOf(ONE, { verdicts: [verdict, verdict] }) }));
  await settled(1);
  expect(forge.statuses[0]).toMatchObject({ state: 'failure', description: 'Refused by last-upstream' });
});

test('files that differ from their commit, other targets, and what has no commit get no status', async () => {
  const { forge, settled, plans, ends } = await daemon('github', { targets: ['home'] });
  const dirty = planOf(ONE, { revision: { digest: 'd'.repeat(64), commit: { sha: ONE, dirty: true } } });
  plans(dirty);
  ends(inSync(dirty));
  ends({ ...inSync(planOf(ONE)), target: 'office' });
  ends(outcomeOf({ kind: 'unreachable' }));
  ends(inSync(planOf(TWO)));
  await settled(1);
  expect(forge.statuses.map(({ commit }) => commit)).toEqual([TWO]);
});

test('a token without rights is told once and not tried for ever; a forge with a problem is tried again', async () => {
  const { forge, at, settled, ends } = await daemon('github');
  forge.answerWith('create-status', [{ status: 403 }]);
  ends(inSync(planOf(ONE)));
  await until(
    () => (at.clock.pass(0), at.results.length > 0),
    () => at.results,
  );
  expect(at.results).toEqual(['ops refused']);
  expect(at.notes[0]).toMatch(/^notifications to "ops" aren't delivered: GitHub answers 403 /);
  forge.answerWith('create-status', [{ status: 500 }]);
  ends(inSync(planOf(TWO)));
  await until(
    () => (at.clock.pass(2000), forge.statuses.length > 0),
    () => at.results,
  );
  await settled(1);
  expect(at.results).toEqual(['ops refused', 'ops failed', 'ops delivered']);
});
