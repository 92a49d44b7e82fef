// How the gateway behaves towards its callers: the baseline before the first write, and what must hold afterwards. A
// later probe fails only where it is worse than the baseline and the plan did not predict it (design §10.3).
import { admission, type Admission, healthy } from '../gateway/probes.ts';
import type { Evidence } from '../nouns/outcome.ts';
import { uncarriedInValue } from '../nouns/http-text.ts';
import { HoldfastError } from '../nouns/problem.ts';
import { seal, type Sealed } from '../nouns/secret.ts';
import { isList, type Tree } from '../nouns/value.ts';
import { clientKeys, entriesOf, FAMILIES, isDisabled, modelsOf } from '../plan/served.ts';
import { type Run, step } from './run.ts';

export interface Baseline {
  readonly healthy: boolean;
  readonly anonymous: Admission;
  /** Seen with the probe key, or with a client key that stays. */
  readonly served: readonly string[];
}

/** What a change of configuration means to callers. */
export interface Expectation {
  /** Client keys that must be let in from now on, and that must be refused from now on. */
  readonly added: readonly Sealed<string>[];
  readonly removed: readonly Sealed<string>[];
  /** A client key that is valid before and after, and that a header can carry. */
  readonly lasting?: Sealed<string>;
  /** Whether a caller without a key is to be let in. */
  readonly open: boolean;
  /** Aliases that the change adds, and that a caller should see. */
  readonly aliases: readonly string[];
  /** Aliases that it takes away. */
  readonly gone: readonly string[];
}

/** What was seen after the writes. */
export interface Behaviour {
  readonly evidence: readonly Evidence[];
  /** Whether something observable changed as the writes wanted: the running gateway follows. */
  readonly witness: 'seen' | 'missing' | 'none';
  readonly notServed: readonly string[];
}

/** So many keys of a kind are tried; one would do as a witness, all would be a load test. */
const TRIED = 3;

export async function takeBaseline(run: Run, expected: Expectation): Promise<Baseline> {
  step(run, 'baseline');
  return lookAt(run, expected);
}

async function lookAt(run: Run, { lasting }: Pick<Expectation, 'lasting'>): Promise<Baseline> {
  const key = run.context.target.probes.clientKey ?? lasting;
  return {
    healthy: await healthy(run.client).catch(asUnhealthy),
    anonymous: await admission(run.client),
    served: listedBy(key ? await admission(run.client, key) : undefined),
  };
}

function asUnhealthy(error: unknown): boolean {
  if (error instanceof HoldfastError) return false;
  throw error;
}

const listedBy = (seen: Admission | undefined): readonly string[] =>
  seen?.kind === 'accepted' ? seen.models : [];

/** What the step from one configuration to the next means to callers. Both are content in YAML spelling. */
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

/** Names under which callers see the models of API-key providers, where nothing in the entry hides or renames them. */
function aliasesIn(content: Tree): readonly string[] {
  return FAMILIES.flatMap((family) => entriesOf(content, family))
    .filter((provider) => !isDisabled(provider) && !mayHide(provider))
    .flatMap(modelsOf);
}

function mayHide(provider: Tree): boolean {
  const excluded = provider['excluded-models'];
  return (isList(excluded) && excluded.length > 0) || Boolean(provider['prefix']);
}

/** Looks again after the writes and compares with the baseline and with what the writes meant. */
export async function judgeBehaviour(
  run: Run,
  baseline: Baseline,
  expected: Expectation,
): Promise<Behaviour> {
  const fresh = expected.added.find((key) => isCarried(key.open()));
  const now = await lookAt(run, fresh ? { lasting: fresh } : expected);
  const keys = [
    ...(await tryKeys(run, expected.added, true)),
    ...(await tryKeys(run, expected.removed, false)),
  ];
  const { evidence: models, appeared, notServed } = judgeModels(run, baseline, now, expected);
  const anonymous = judgeAnonymous(baseline, now, expected);
  const seen = keys.some(({ evidence, isProof }) => isProof && evidence.passed) || appeared;
  return {
    evidence: [
      ...judgeHealth(baseline, now),
      ...anonymous,
      ...keys.map(({ evidence }) => evidence),
      ...models,
    ],
    witness: keys.some(({ evidence }) => !evidence.passed) ? 'missing' : seen ? 'seen' : 'none',
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
  /** False: the key could not be tried, which proves nothing and is no failure. */
  readonly isProof: boolean;
}

async function tryKeys(run: Run, keys: readonly Sealed<string>[], letIn: boolean): Promise<readonly Tried[]> {
  const tried: Tried[] = [];
  const provable = keys.filter((key) => isCarried(key.open()));
  for (const key of [...provable.slice(0, TRIED), ...keys.filter((each) => !provable.includes(each))]) {
    const seen = await admission(run.client, key);
    const check = letIn ? 'an added client key is let in' : 'a removed client key is refused';
    const detail = admissionText(seen);
    if (seen.kind === 'unproven')
      tried.push({ evidence: { check: `${check}: unproven`, passed: true, detail }, isProof: false });
    else
      tried.push({
        evidence: { check, passed: (seen.kind === 'accepted') === letIn, detail },
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
      check: expected.open ? 'anyone is let in, as planned' : 'a caller without a key is refused',
      passed: !isOpen || expected.open || (wasOpen && expected.added.length === 0),
      detail: admissionText(now.anonymous),
    },
  ];
}

function judgeModels(
  run: Run,
  baseline: Baseline,
  now: Baseline,
  expected: Expectation,
): {
  readonly evidence: readonly Evidence[];
  readonly appeared: boolean;
  readonly notServed: readonly string[];
} {
  const required = run.context.target.probes.models;
  const missing = required.filter((model) => !now.served.includes(model) && !expected.gone.includes(model));
  const wanted = expected.aliases.filter((alias) => !baseline.served.includes(alias));
  return {
    evidence:
      required.length === 0
        ? []
        : [
            {
              check: 'the required models are listed',
              passed: missing.every((model) => !baseline.served.includes(model) && !wanted.includes(model)),
              detail: missing.length === 0 ? required.join(', ') : `not listed: ${missing.join(', ')}`,
            },
          ],
    appeared: wanted.some((alias) => now.served.includes(alias)),
    notServed: wanted.filter((alias) => !now.served.includes(alias)),
  };
}

function admissionText(seen: Admission): string {
  switch (seen.kind) {
    case 'accepted':
      return `/v1/models lists ${seen.models.length}`;
    case 'refused':
      return `/v1/models answers ${seen.status}`;
    case 'safe-mode':
      return 'safe mode: sample keys are in force';
    case 'unclear':
      return `/v1/models answers ${seen.status}: ${seen.detail}`;
    case 'unproven':
      return seen.detail;
  }
}
