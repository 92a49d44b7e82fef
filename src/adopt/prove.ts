// Verifies that pulled files change nothing: their plan against the gateway they were pulled from is empty.
import { dialectOf } from '../gateway/dialect.ts';
import type { Desired } from '../domain/desired.ts';
import type { Live } from '../domain/live.ts';
import { type Problem, problem } from '../domain/problem/problem.ts';
import type { Target } from '../domain/target.ts';
import { remember, type Remembered } from '../plan/last-applied.ts';
import type { PlanInput } from '../plan/types/input.ts';
import { makePlan } from '../plan/plan.ts';
import { localiseDesired } from '../plan/localise/localise-desired.ts';

export interface ProofInput {
  readonly target: Target;
  readonly live: Live;
  readonly desired: Desired;
  /** ms since the epoch. */
  readonly now: number;
  readonly hash: (text: string) => string;
}

export interface Proof {
  /** Empty if the files are equivalent to the gateway. */
  readonly problems: readonly Problem[];
  /** What an apply of these files, which are already in effect, would record. */
  readonly remembered: Remembered;
}

export function prove(input: ProofInput): readonly Problem[] {
  return proofOf(input).problems;
}

/** Strict: ignores, allows and remembers nothing. */
export function proofOf(proof: ProofInput): Proof {
  const { target } = proof;
  const input = inputOf(proof);
  const prepared = makePlan(input);
  const { plan } = prepared;
  const changes = plan.changes.map(({ kind, path }) =>
    problem('HF2071', `\`${path}\` would change (${kind})`, { path, target: target.name }),
  );
  const verdicts = plan.verdicts
    .filter(({ allowed }) => !allowed)
    .map(({ message, path }) =>
      problem('HF2071', message, { ...(path !== undefined && { path }), target: target.name }),
    );
  return { problems: [...changes, ...verdicts], remembered: remember(input, prepared) };
}

/** As the gateway at hand is told it (`spoken`). */
function inputOf({ target, live, desired, now, hash }: ProofInput): PlanInput {
  const dialect = dialectOf(live);
  const said = localiseDesired({
    desired,
    target: { ...target, policy: { ...target.policy, ignore: [], ownership: [], allow: [], prune: false } },
    allow: [],
    lastApplied: undefined,
    released: undefined,
    dialect,
    content: live.file ? dialect.content(live.file.document.open()) : {},
    live,
    hash,
  });
  return {
    ...said,
    live,
    dialect,
    now,
    state: {},
    hash,
    managementSecret: undefined,
    rollbackProbe: 'not-probed',
  };
}

/** Why there is no single state to pull. */
export function agreementProblems({ agreement, target }: Live): readonly Problem[] {
  if (agreement.kind !== 'differ' || agreement.cause === 'model-gap') return [];
  return agreement.paths.map((path) =>
    problem('HF2075', `the gateway's memory and its file differ at \`${path}\` (${agreement.cause})`, {
      path,
      target,
    }),
  );
}
