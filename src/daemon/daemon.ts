// `holdfast run`: triggers in, looks at targets out, until it is told to stop. It decides nothing about configuration:
// every look is the same reconcile that the command line runs once.
import { createTask, type ScheduledTask, validate } from 'node-cron';
import { reconcile } from '../apply/apply.ts';
import type { Context } from '../apply/context.ts';
import type { Clock } from '../nouns/clock.ts';
import type { Outcome } from '../nouns/outcome.ts';
import { fail, HoldfastError } from '../nouns/problem.ts';
import type { Target } from '../nouns/target.ts';
import { depthOf, lookAgainIn } from './again.ts';
import { createLine, type Trigger } from './line.ts';
import type { Reporter } from './reporter.ts';
import { createWatch } from './watch.ts';
import type { OpenWorkplace, Workplace } from './workplace.ts';

export interface DaemonOptions {
  readonly open: OpenWorkplace;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** Ends the daemon: what is under way is finished or rolled back. */
  readonly signal: AbortSignal;
}

/** Resolves when `signal` ended it. Rejects with HoldfastError when the settings are unusable at the start. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { reporter, signal } = options;
  let place = await options.open();
  const desiredPaths = new Map<string, readonly string[]>();
  const failures = new Map<string, number>();
  const timers = new Set<NodeJS.Timeout>();

  const follow = (): void =>
    watch.follow([
      ...place.watched,
      ...place.targets.flatMap((target) => target.desired),
      ...[...desiredPaths.values()].flat(),
    ]);

  const lookAt = async (name: string, trigger: Trigger): Promise<void> => {
    const target = place.targets.find((candidate) => candidate.name === name);
    if (!target || signal.aborted) return;
    const outcome = await look(place, target, trigger, options, (paths) => desiredPaths.set(name, paths));
    follow();
    if (!outcome) return;
    reporter.outcome(outcome, trigger);
    const row = outcome.kind === 'unreachable' ? (failures.get(name) ?? 0) + 1 : 0;
    failures.set(name, row);
    const wait = lookAgainIn(outcome, row);
    if (wait !== undefined) timers.add(setTimeout(() => line.look(name, 'retry'), wait));
  };

  const line = createLine(lookAt);
  const lookAtAll = (trigger: Trigger): void => place.targets.forEach(({ name }) => line.look(name, trigger));

  const filesChanged = async (): Promise<void> => {
    const before = place;
    place = await reopened(before, options);
    // Whoever still works in the old one keeps its connections until it is done.
    if (place !== before) void line.idle().then(() => before[Symbol.asyncDispose]());
    schedule = scheduled(place, schedule, lookAtAll);
    follow();
    lookAtAll('files');
  };

  const watch = createWatch(
    () => void filesChanged(),
    (error) => reporter.note('error', `watching files failed (${String(error)}); the schedule goes on`),
  );
  let schedule: ScheduledTask | undefined = scheduled(place, undefined, lookAtAll);

  reporter.started(place.targets, place.drift);
  follow();
  lookAtAll('start');
  await aborted(signal);
  reporter.note('info', 'stopping: what is under way is finished or rolled back');
  await schedule?.destroy();
  for (const timer of timers) clearTimeout(timer);
  line.clear();
  await watch[Symbol.asyncDispose]();
  await line.idle();
  await place[Symbol.asyncDispose]();
}

/** One look. Undefined when it could not even begin; that is logged. */
async function look(
  place: Workplace,
  target: Target,
  trigger: Trigger,
  { reporter, clock, signal }: DaemonOptions,
  watched: (paths: readonly string[]) => void,
): Promise<Outcome | undefined> {
  try {
    const state = await place.store.read(target.name);
    const depth = trigger === 'start' ? 'deep' : depthOf(state.lastDeepCheck?.at, clock.now());
    return await reconcile(
      watching({ ...place.contextOf(target, (event) => reporter.event(event)), signal }, watched),
      { depth },
    );
  } catch (error) {
    reporter.failed(error, target.name);
    return undefined;
  }
}

/** The same context, telling which files its desired state came from. */
function watching(context: Context, watched: (paths: readonly string[]) => void): Context {
  return {
    ...context,
    loadDesired: async () => {
      const loaded = await context.loadDesired();
      if (loaded.desired) watched(loaded.desired.watched);
      return loaded;
    },
  };
}

/** The workplace of the settings as they are now; the old one stays in force when they have errors. */
async function reopened(place: Workplace, { open, reporter }: DaemonOptions): Promise<Workplace> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    reporter.note('error', 'the settings have errors; those of before stay in force');
    reporter.failed(error);
    return place;
  }
}

function scheduled(
  place: Workplace,
  before: ScheduledTask | undefined,
  look: (trigger: Trigger) => void,
): ScheduledTask {
  void before?.destroy();
  if (!validate(place.drift)) throw fail('HF7001', `"${place.drift}" is not a cron expression`);
  const task = createTask(place.drift, () => look('schedule'), { noOverlap: true });
  void task.start();
  return task;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
