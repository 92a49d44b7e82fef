// A run of the engine in which faults happen at its steps, and what it did.
import { reconcile } from '../../src/apply/apply.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import type { Received } from '../../src/gateway/client/transport.ts';
import { type Holdings, holdings } from '../apply/holdings.ts';
import { type Fixture, setup } from '../apply/setup.ts';
import { type Fault, FAULTS, type FaultName, type World } from './faults.ts';
import { type Scene, type SceneName, SCENES } from './scenes.ts';
import { advance, isWrite, type Progress, type Step, STEP_NAMES, type StepName, STEPS } from './steps.ts';
import { ONE_WRITE } from './table.ts';
import { type Effect, type Hook, type HttpEffect, type Wired, wired } from './wire.ts';

/** A transaction without faults. */
export interface Quiet {
  readonly before: Holdings;
  readonly planned: Holdings;
  /** Requests of the plan. */
  readonly writes: number;
  /** What each step does first. */
  readonly effects: ReadonlyMap<StepName, Effect>;
}

export const ALLOW = [{ guard: 'mass-delete' }] as const;

export async function ready({ options, desired, env }: Scene): Promise<Fixture> {
  const fixture = await setup(options);
  await fixture.reconcile();
  await fixture.declare(desired, env);
  await forget(fixture);
  return fixture;
}

/** As on the first apply of a new version of the gateway: nothing about it is remembered. */
const forget = ({ store }: Fixture): Promise<void> =>
  store.update('home', { detection: undefined, wayBack: undefined, workingKey: undefined });

/** The scene without faults, and the effects of its steps; the rollback is that of a plan whose result callers refuse. */
export async function quietly(name: SceneName): Promise<Quiet> {
  const fixture = await ready(SCENES[name]);
  const before = await holdings(fixture);
  const { plan } = await fixture.check({ allow: ALLOW });
  await forget(fixture);
  const effects = new Map<StepName, Effect>();
  const quiet = { before, writes: plan?.writes.length ?? 0, effects };
  const applied = await recorded(fixture, quiet, false);
  if (applied?.kind !== 'applied') throw new Error(`${name} itself fails: ${JSON.stringify(applied)}`);
  const planned = await holdings(fixture);
  await fixture.leave();
  const other = await ready(SCENES[name]);
  const back = await recorded(other, quiet, true);
  if (back?.kind !== 'rolled-back') throw new Error(`${name} isn't rolled back: ${JSON.stringify(back)}`);
  await other.leave();
  return { ...quiet, planned };
}

type Recorded = Pick<Quiet, 'writes'> & { readonly effects: Map<StepName, Effect> };

async function recorded(
  fixture: Fixture,
  { writes, effects }: Recorded,
  back: boolean,
): Promise<Outcome | undefined> {
  const note = (effect: Effect, progress: Progress): void => {
    for (const name of STEP_NAMES) {
      const step: Step = STEPS[name];
      if ((step.back === true) === back && !effects.has(name) && step.is(effect, progress))
        effects.set(name, effect);
    }
  };
  return (await perform(fixture, { planned: writes, back, meet: note })).outcome;
}

/** Why the fault can't happen at the step; undefined: it can. */
export function noneFor({ effects }: Quiet, step: StepName, name: FaultName): string | undefined {
  const effect = effects.get(step);
  const fault: Fault = FAULTS[name];
  if (!effect) return ONE_WRITE;
  if (effect.kind === 'store' && !fault.store) return 'nothing is sent to the gateway';
  return fault.except?.(effect);
}

/** What a run met and did. */
export interface Trace {
  readonly outcome: Outcome | undefined;
  /** Whether any of the faults happened. */
  readonly happened: boolean;
  /** Requests that changed nothing at the gateway. */
  readonly needless: readonly string[];
  /** An edit by others: the state before and after it. */
  readonly edit: readonly [Holdings, Holdings] | undefined;
  /** The next request after the edit was a write: no reading could show the edit. */
  readonly isUnseen: boolean;
  /** What happens when the run is over. */
  readonly later: () => Promise<void>;
}

export interface Injection {
  readonly step: StepName;
  readonly fault: Fault;
}

interface Performance {
  /** Requests of the plan. */
  readonly planned: number;
  /** The new client key is refused after the writes, so that they are rolled back. */
  readonly back: boolean;
  readonly meet?: (effect: Effect, progress: Progress) => void;
  readonly injections?: readonly Injection[];
}

export async function perform(
  fixture: Fixture,
  { planned, back, meet, injections = [] }: Performance,
): Promise<Trace> {
  const progress: Progress = { writes: 0, backs: 0, probed: false, closed: false, planned };
  const needless: string[] = [];
  let edit: Trace['edit'];
  let next: HttpEffect | undefined;
  const happened = new Set<Injection>();
  let lastAnswer: Received | undefined;
  const world: World = {
    fixture,
    wired: () => run,
    stop: new AbortController(),
    lastAnswer: () => lastAnswer,
    foreign: async (act) => {
      const before = await holdings(fixture);
      await act();
      edit = [before, await holdings(fixture)];
      next = undefined;
    },
    later: async () => undefined,
  };
  /** The fault that happens at this effect. */
  const struckBy = (effect: Effect): Fault | undefined => {
    meet?.(effect, progress);
    const first = injections.find((one) => !happened.has(one) && STEPS[one.step].is(effect, progress));
    if (first) happened.add(first);
    return (first ?? [...happened].find(({ fault }) => fault.lasts && fault[effect.kind]))?.fault;
  };
  const hook: Hook = {
    store: async (effect, work) => {
      const fault = struckBy(effect);
      advance(progress, effect);
      return fault?.store ? fault.store(world, work, effect) : work();
    },
    http: async (effect, work) => {
      const fault = struckBy(effect);
      const isRefused = back && isProbeAfterWrites(effect, progress);
      advance(progress, effect);
      const exchange = async (): Promise<Received> => {
        next ??= effect;
        const before = stateOf(fixture);
        const answer = await work();
        if (effect.path.startsWith('/v0/management')) lastAnswer = answer;
        if (isWrite(effect) && answer.status < 300 && stateOf(fixture) === before)
          needless.push(`${effect.method} ${effect.path}`);
        return isRefused ? { ...answer, status: 401 } : answer;
      };
      return fault?.http ? fault.http(world, exchange, effect) : exchange();
    },
  };
  const run: Wired = wired(fixture, hook);
  const outcome = await Promise.race([
    reconcile({ ...fixture.context, ...run.context, signal: world.stop.signal }, { waitMs: 0, allow: ALLOW }),
    run.died.then(() => undefined),
  ]);
  await run.close();
  return {
    outcome,
    happened: happened.size > 0,
    needless,
    edit,
    isUnseen: next !== undefined && isWrite(next),
    later: world.later,
  };
}

const isProbeAfterWrites = (effect: Effect, { writes, backs, planned }: Progress): boolean =>
  effect.kind === 'http' && effect.path === '/v1/models' && writes === planned && backs === 0;

const stateOf = ({ sandbox }: Fixture): string => {
  const { file, memory } = sandbox.states();
  return JSON.stringify([file, memory]);
};
