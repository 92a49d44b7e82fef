// How the gateway treats its callers: the baseline before the first write, and what must be true afterwards. A later
// probe fails only if its result is worse than the baseline and the plan didn't predict it (design §10.3).
import { admission, type Admission, healthy } from '../../gateway/checks/probes.ts';
import type { Evidence } from '../../domain/outcome/outcome.ts';
import { uncarriedInValue } from '../../lib/http-text.ts';
import { HoldfastError } from '../../domain/problem/problem.ts';
import { seal, type Sealed } from '../../domain/secret.ts';
import { plural } from '../../lib/text.ts';
import { isList, type Tree } from '../../lib/value.ts';
import { clientKeys, entriesOf, FAMILIES, isDisabled, modelsOf } from '../../plan/diff/exposed-models.ts';
import { type Run, step } from '../run/run.ts';
import { type Baseline, type Expectation, type Behaviour } from '../types/behaviour.ts';

/** How many keys of each kind to probe. One would be enough as a witness; all would be a load test. */
const TRIED = 3;

export async function takeBaseline(run: Run, expected: Expectation): Promise<Baseline> {
  step(run, 'baseline');
  return observeBehaviour(run, expected);
}

async function observeBehaviour(run: Run, { lasting }: Pick<Expectation, 'lasting'>): Promise<Baseline> {
  const key = run.context.target.probes.clientKey ?? lasting;
  const alive = await healthy(run.client).catch(asUnhealthy);
  const anonymous = await admission(run.client);
  const result = key ? await admission(run.client, key) : anonymous;
  const isAnswer = key ? result.kind !== 'unproven' : result.kind === 'accepted';
  return { healthy: alive, anonymous, served: isAnswer ? listedBy(result) : undefined };
}

function asUnhealthy(error: unknown): boolean {
  if (error instanceof HoldfastError) return false;
  throw error;
}

const listedBy = (result: Admission): readonly string[] => (result.kind === 'accepted' ? result.models : []);

/** Models of `probes.models` that a rollback can bring back: they were listed before, and nothing removes them. */
export function requiredBefore(
  run: Run,
  { served = [] }: Baseline,
  { gone }: Expectation,
): readonly string[] {
  return run.context.target.probes.models.filter((model) => served.includes(model) && !gone.includes(model));
}

/** What the change from one configuration to the next means for callers. Both are content in YAML spelling. */
export function expectationOf(before: Tree, after: Tree): Expectation {
  const [old, now] = [[...clientKeys(before)], [...clientKeys(after)]];
  const lasting = now.find((key) => old.includes(key) && isCarried(key));
  const listed = new Set(aliasesIn(before));
  return {
    added: now.filter((key) => !old.includes(key)).map(seal),
    removed: now.length === 0 ? [] : old.filter((key) => !now.includes(key)).map(seal),
    ...(lasting !== undefined && { lasting: seal(lasting) }),
    open: now.length === 0,
    aliases: [...new Set(aliasesIn(after))].filter((alias) => !listed.has(alias)),
    gone: [...listed].filter((alias) => !aliasesIn(after).includes(alias)),
  };
}

const isCarried = (key: string): boolean => uncarriedInValue(key) === undefined;

/** Names under which callers see the models of API-key providers, if nothing in the entry hides or renames them. */
function aliasesIn(content: Tree): readonly string[] {
  return FAMILIES.flatMap((family) => entriesOf(content, family))
    .filter((provider) => !isDisabled(provider) && !mayHide(provider))
    .flatMap(modelsOf);
}

function mayHide(provider: Tree): boolean {
  const excluded = provider['excluded-models'];
  return (isList(excluded) && excluded.length > 0) || Boolean(provider['prefix']);
}

/**
 * Probes again after the writes, and compares with the baseline and the effect of the writes. `required` models must
 * be listed.
 */
export async function judgeBehaviour(
  run: Run,
  baseline: Baseline,
  expected: Expectation,
  required: readonly string[],
): Promise<Behaviour> {
  const fresh = expected.added.find((key) => isCarried(key.open()));
  const now = await observeBehaviour(run, fresh ? { lasting: fresh } : expected);
  const keys = [
    ...(await tryKeys(run, expected.added, true)),
    ...(await tryKeys(run, expected.removed, false)),
  ];
  const { appeared, notServed } = judgeAliases(baseline, now, expected);
  const anonymous = judgeAnonymous(baseline, now, expected);
  const isProven = keys.some(({ evidence, isProof }) => isProof && evidence.passed) || appeared;
  return {
    evidence: [
      ...judgeHealth(baseline, now),
      ...anonymous,
      ...keys.map(({ evidence }) => evidence),
      ...judgeRequired(required, now),
    ],
    witness: keys.some(({ evidence }) => !evidence.passed) ? 'missing' : isProven ? 'seen' : 'none',
    notServed,
  };
}

function judgeHealth(baseline: Baseline, now: Baseline): readonly Evidence[] {
  if (!baseline.healthy) return [];
  return [
    {
      check: 'the gateway is alive',
      passed: now.healthy,
      detail: now.healthy ? '/healthz says ok' : '/healthz fails',
    },
  ];
}

interface Tried {
  readonly evidence: Evidence;
  /** False: the key couldn't be tried, which proves nothing and isn't a failure. */
  readonly isProof: boolean;
}

async function tryKeys(run: Run, keys: readonly Sealed<string>[], letIn: boolean): Promise<readonly Tried[]> {
  const tried: Tried[] = [];
  const provable = keys.filter((key) => isCarried(key.open()));
  for (const key of [...provable.slice(0, TRIED), ...keys.filter((each) => !provable.includes(each))]) {
    const result = await admission(run.client, key);
    const check = letIn ? 'an added client key is accepted' : 'a removed client key is refused';
    const detail = admissionText(result);
    if (result.kind === 'unproven')
      tried.push({ evidence: { check: `${check}: unproven`, passed: true, detail }, isProof: false });
    else
      tried.push({
        evidence: { check, passed: (result.kind === 'accepted') === letIn, detail },
        isProof: true,
      });
  }
  return tried;
}

function judgeAnonymous(baseline: Baseline, now: Baseline, expected: Expectation): readonly Evidence[] {
  const wasOpen = baseline.anonymous.kind === 'accepted';
  const isOpen = now.anonymous.kind === 'accepted';
  return [
    {
      check: expected.open ? 'anyone is accepted, as planned' : 'a caller without a key is refused',
      passed: !isOpen || expected.open || (wasOpen && expected.added.length === 0),
      detail: admissionText(now.anonymous),
    },
  ];
}

/** Required models must be listed, whether or not they were before, and whoever removed them (docs/settings.md). */
function judgeRequired(required: readonly string[], { served }: Baseline): readonly Evidence[] {
  if (required.length === 0) return [];
  const check = 'the required models are listed';
  if (!served)
    return [
      {
        check: `${check}: unproven`,
        passed: true,
        detail: 'no client key for the check: set probes.client-key',
      },
    ];
  const missing = required.filter((model) => !served.includes(model));
  const detail = missing.length === 0 ? required.join(', ') : `not listed: ${missing.join(', ')}`;
  return [{ check, passed: missing.length === 0, detail }];
}

/** Aliases that the writes add. */
function judgeAliases(
  { served: before = [] }: Baseline,
  { served: after = [] }: Baseline,
  { aliases }: Expectation,
): { readonly appeared: boolean; readonly notServed: readonly string[] } {
  const proposed = aliases.filter((alias) => !before.includes(alias));
  return {
    appeared: proposed.some((alias) => after.includes(alias)),
    notServed: proposed.filter((alias) => !after.includes(alias)),
  };
}

function admissionText(result: Admission): string {
  switch (result.kind) {
    case 'accepted':
      return `/v1/models lists ${plural(result.models.length, 'model')}`;
    case 'refused':
      return `/v1/models answers ${result.status}`;
    case 'safe-mode':
      return 'safe mode: the gateway has sample keys';
    case 'unclear':
      return `/v1/models answers ${result.status}: ${result.detail}`;
    case 'unproven':
      return result.detail;
  }
}
