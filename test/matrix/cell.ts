// One cell of the fault matrix: a run in which one fault happens at one step, what the laws object to, and what it came to.
import { reconcile } from '../../src/apply/apply.ts';
import { exitOf, type Outcome } from '../../src/domain/outcome/outcome.ts';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { render } from '../../src/report/render.ts';
import { PLAIN } from '../../src/report/text/style.ts';
import { authMemoryOf } from '../../src/state/auth-memory.ts';
import { openFileStore } from '../../src/state/files/files.ts';
import { wrongIn } from '../apply/contention.ts';
import { holdings } from '../apply/holdings.ts';
import type { Fixture } from '../apply/setup.ts';
import { FAULTS, type FaultName, SECRETS } from './faults.ts';
import { ALLOW, perform, type Quiet, ready, type Injection, type Trace } from './perform.ts';
import { type SceneName, SCENES } from './scenes.ts';
import { type Step, type StepName, STEPS } from './steps.ts';

export interface Cell {
  /** What a user sees: the kind of the outcome and its code; `killed`. */
  readonly outcome: string;
  readonly exit: number | undefined;
  /** Where the gateway is at the end of the run. */
  readonly gateway: 'before' | 'planned' | 'partly';
  /** The outcomes of the next runs, until the gateway is in sync. */
  readonly next: readonly string[];
  /** What the laws object to. */
  readonly wrong: readonly string[];
}

/** Rejects if the fault doesn't happen. */
export async function tryCell(
  scene: SceneName,
  step: StepName,
  fault: FaultName,
  quiet: Quiet,
): Promise<Cell> {
  const { back }: Step = STEPS[step];
  return tryFaults(scene, quiet, [{ step, fault: FAULTS[fault] }], back === true);
}

/** The same with several faults, of which one must happen. `back`: the plan is rolled back. */
export async function tryFaults(
  scene: SceneName,
  quiet: Quiet,
  injections: readonly Injection[],
  back: boolean,
): Promise<Cell> {
  const fixture = await ready(SCENES[scene]);
  try {
    const trace = await perform(fixture, { planned: quiet.writes, back, injections });
    if (!trace.happened) throw new Error('no fault happened');
    return await judged(fixture, trace, quiet);
  } finally {
    await fixture.leave();
  }
}

async function judged(fixture: Fixture, trace: Trace, quiet: Quiet): Promise<Cell> {
  const { outcome } = trace;
  const wrong: string[] = trace.needless.map((write) => `${write} changed nothing`);
  const gateway = await whereIs(fixture, trace, quiet);
  wrong.push(...(await untruths(fixture, outcome, gateway)));
  wrong.push(...(await tellings(fixture, outcome)));
  await trace.later();
  await recover(fixture);
  const next = await converge(fixture);
  wrong.push(...(await unconverged(fixture, trace, quiet, next)));
  return {
    outcome: outcome ? inShort(outcome) : 'killed',
    exit: outcome && exitOf(outcome),
    gateway,
    next: next.map(inShort),
    wrong,
  };
}

function inShort({ kind, problems }: Outcome): string {
  const code = problems.find(({ severity }) => severity === 'error')?.code;
  return code === undefined ? kind : `${kind} ${code}`;
}

async function whereIs(
  fixture: Fixture,
  { edit: made, isUnseen }: Trace,
  quiet: Quiet,
): Promise<Cell['gateway']> {
  const held = await holdings(fixture);
  const edit = made ?? ([held, held] as const);
  const admits = await fixture.admits('sk-test-0003');
  const mayBe = isUnseen ? quiet.planned : undefined;
  if (admits && wrongIn(held, edit, { quiet, isDone: true, mayBe }) === undefined) return 'planned';
  return !admits &&
    wrongIn(held, edit, { quiet, isDone: false, mayBe: isUnseen ? quiet.before : undefined }) === undefined
    ? 'before'
    : 'partly';
}

const DONE: ReadonlySet<string> = new Set(['applied', 'in-sync']);

/** The outcome says where the gateway is; where it can't, a journal is left for the next run. */
async function untruths(
  fixture: Fixture,
  outcome: Outcome | undefined,
  gateway: Cell['gateway'],
): Promise<readonly string[]> {
  const journal = await fixture.store.journal('home');
  const isOpen = journal !== undefined && journal.sent > 0;
  if (!outcome || outcome.kind === 'rollback-failed' || (outcome.kind === 'failed' && outcome.unfinished)) {
    const hasSteps = outcome?.kind !== 'rollback-failed' || outcome.remedy.length > 0;
    return [
      ...(gateway === 'before' || gateway === 'planned' || isOpen ? [] : ['no journal is left']),
      ...(hasSteps ? [] : ['exit 7 without steps']),
    ];
  }
  const should = DONE.has(outcome.kind) ? 'planned' : 'before';
  return gateway === should ? [] : [`${outcome.kind}, and the gateway is ${gateway}`];
}

/** Secrets in what is printed, logged or recorded. */
async function tellings(fixture: Fixture, outcome: Outcome | undefined): Promise<readonly string[]> {
  const report = {
    command: 'apply',
    exit: outcome ? exitOf(outcome) : EXIT.ok,
    plans: outcome?.plan ? [outcome.plan] : [],
    outcomes: outcome ? [outcome] : [],
    problems: [],
  };
  const told = (['text', 'json', 'markdown', 'github', 'junit'] as const).map((format) =>
    render(report, format, PLAIN),
  );
  const recorded = [
    await fixture.store.history('home'),
    await fixture.store.journal('home'),
    await fixture.store.read('home'),
  ];
  const all = [...told, JSON.stringify(fixture.events), JSON.stringify(recorded)].join('\n');
  return SECRETS.filter((secret) => all.includes(secret)).map((secret) => `${secret} is told`);
}

/** The fault is over, and a person has followed the steps for a ban. */
async function recover(fixture: Fixture): Promise<void> {
  fixture.sandbox.clearFaults();
  await fixture.sandbox.restart();
  await authMemoryOf(fixture.store, 'home').clear();
  await fixture.sandbox.settled();
}

const MOST_RUNS = 4;

/**
 * The next runs, in a new process: as the daemon would, then with what a person adds where an outcome asks for it. What
 * comes back after a verified apply is drift, which mode `enforce` corrects.
 */
async function converge(fixture: Fixture): Promise<readonly Outcome[]> {
  const store = await openFileStore({ dir: fixture.store.place, clock: fixture.clock });
  const context = { ...fixture.context, store };
  const byPerson = {
    allow: [...ALLOW, { guard: 'overwrites-edit' as const }],
    retry: true,
    mode: 'enforce' as const,
  };
  const outcomes: Outcome[] = [];
  while (outcomes.length < MOST_RUNS) {
    const outcome = await reconcile(context, {
      waitMs: 0,
      allow: ALLOW,
      ...(outcomes.length > 0 && byPerson),
    });
    outcomes.push(outcome);
    if (outcome.kind === 'in-sync') break;
    if (outcome.kind === 'applied' && (await fixture.check()).kind === 'in-sync') break;
  }
  return outcomes;
}

async function unconverged(
  fixture: Fixture,
  trace: Trace,
  quiet: Quiet,
  next: readonly Outcome[],
): Promise<readonly string[]> {
  const wrong: string[] = [];
  if (next.length === MOST_RUNS) wrong.push(`the next runs don't end: ${next.map(inShort).join()}`);
  const held = await holdings(fixture);
  const others = trace.edit ?? ([held, held] as const);
  const lost = wrongIn(held, others, { quiet, isDone: true, mayBe: quiet.planned });
  if (lost !== undefined) wrong.push(`after the next runs ${lost}`);
  if (!(await fixture.admits('sk-test-0003')))
    wrong.push('the new client key is refused after the next runs');
  if (await fixture.store.journal('home')) wrong.push('the journal is still open');
  wrong.push(...(await misrecorded(fixture)));
  return wrong;
}

/** One entry a transaction, except that what a person or the next run resolved has one more; each backup is there. */
async function misrecorded(fixture: Fixture): Promise<readonly string[]> {
  const entries = (await fixture.store.history('home')).toReversed();
  const backups = new Set((await fixture.store.listBackups('home')).map(({ id }) => id));
  const byId = Map.groupBy(entries, ({ id }) => id);
  return [
    ...[...byId.values()].flatMap((same) =>
      same.slice(0, -1).every(({ outcome }) => outcome === 'rollback-failed')
        ? []
        : [`history: ${same.map(({ outcome }) => outcome).join(', ')} for one transaction`],
    ),
    ...entries.flatMap(({ backup }) =>
      backup === undefined || backups.has(backup) ? [] : ['the backup of an entry is missing'],
    ),
  ];
}
