// Observe and plan: what differs on the target now, and what apply would do about it. Writes nothing.
import { earlierValuesOf } from '../../state/known-values.ts';
import type { EarlierStates, HeldPath, PlanInput, WayBack } from '../../plan/types/input.ts';
import { allowancesOf } from '../../plan/guards/judge.ts';
import { allowsMigration } from '../../plan/localise/migration.ts';
import { makePlan } from '../../plan/plan.ts';
import { judgeManagementSecret } from '../../plan/guards/management-secret.ts';
import type { Desired } from '../../domain/desired.ts';
import type { Live } from '../../domain/live.ts';
import { withNames } from '../../domain/named-key.ts';
import { localiseDesired, type Localised } from '../../plan/localise/localise-desired.ts';
import type { ReconcileRequest } from '../run/context.ts';
import { correctionsOf, judgeDrift, NO_DRIFT } from '../record/contested.ts';
import { heldParts } from '../record/quarantine.ts';
import { type LiveRun, type Run, step } from '../run/run.ts';
import { around, knownBefore, type KnownBefore } from './memory.ts';
import { type PlannedTarget } from '../types/planned-target.ts';

/** What a plan holds is decided once: a plan that is made again in a transaction holds the same. */
export interface PlanRequest extends ReconcileRequest, Pick<PlanInput, 'quarantined'> {
  readonly held?: readonly HeldPath[] | undefined;
}

export async function plan<L extends Live>(
  run: LiveRun,
  desired: Desired,
  live: L,
  request: PlanRequest,
  rollbackProbe: WayBack = 'not-probed',
): Promise<PlannedTarget<L>> {
  const input = await planInput(run, desired, live, request, rollbackProbe);
  const prepared = makePlan(input);
  step(run, 'plan');
  return { desired, live, input, prepared };
}

/** Whether a flat file of a v8 gateway stays as it is, because nobody allowed its conversion (design-v8 rule 13). */
export function keepsFlat({ context }: Run, { mode, allow }: ReconcileRequest): boolean {
  const { policy, mode: own } = context.target;
  return !allowsMigration(allowancesOf(policy.allow, allow ?? [], mode ?? own));
}

/** The same reading, planned again with more information. */
export function replan<L extends Live>(
  planned: PlannedTarget<L>,
  more: Partial<PlanInput>,
): PlannedTarget<L> {
  const input = { ...planned.input, ...more };
  return { ...planned, input, prepared: makePlan(input) };
}

async function planInput(
  run: LiveRun,
  desired: Desired,
  live: Live,
  request: PlanRequest,
  rollbackProbe: WayBack,
): Promise<PlanInput> {
  const { clock, store } = run.context;
  const now = clock.now();
  const known = await knownBefore(run, live);
  const localised = localisedFor(run, desired, live, request, known);
  return {
    target: localised.target,
    desired: localised.desired,
    live,
    dialect: run.dialect,
    now,
    state: {
      lastApplied: localised.lastApplied,
      memory: known.memory,
      appliedTexts: known.texts,
      released: localised.released,
      origins: run.state.origins,
      suspension: run.state.suspension,
      backupsVanish: run.context.backupsVanish,
      earlier: earlierStates(run, now),
      held: request.held ?? heldPaths(run, request, now),
    },
    hash: (text) => store.hash(text),
    mode: request.mode,
    allow: localised.allow,
    prune: request.prune,
    only: request.only,
    quarantined: request.quarantined ?? quarantinedPaths(run, desired, request),
    managementSecret: await judgeManagementSecret(localised.desired, live, localised.target),
    rollbackProbe,
    refusals: localised.refusals,
    built: localised.built,
    notes: [...localised.notes, ...known.notes],
  };
}

/** The declared state in the layout of the reading. */
function localisedFor(
  run: LiveRun,
  desired: Desired,
  live: Live,
  request: ReconcileRequest,
  { lastApplied, released }: KnownBefore,
): Localised {
  const target = withNames(run.context.target, desired.named);
  return localiseDesired({
    ...around(run, live),
    desired,
    target,
    allow: request.allow,
    only: request.only,
    lastApplied,
    released,
  });
}

function earlierStates({ state, context: { store } }: Run, now: number): EarlierStates {
  const record = state.drift ?? NO_DRIFT;
  return { ...earlierValuesOf(store, state), corrections: (path) => correctionsOf(record, path, now) };
}

/** A bisection tries what is quarantined. */
const quarantinedPaths = (run: Run, desired: Desired, request: ReconcileRequest): readonly string[] =>
  run.trying ? [] : heldParts(run.state, desired, request);

/** Paths that Holdfast doesn't correct now. Only `enforce` corrects drift automatically, so it matters only there. */
function heldPaths(run: Run, request: ReconcileRequest, now: number): readonly HeldPath[] {
  const { context, state } = run;
  if ((request.mode ?? context.target.mode) !== 'enforce' || request.retry) return [];
  const record = state.drift ?? NO_DRIFT;
  const { wait, contested } = judgeDrift(record, Object.keys(record.corrected), now);
  return [...wait, ...[...record.contested, ...contested].map((path) => ({ path }))];
}
