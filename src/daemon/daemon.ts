// `holdfast run`: triggers in, looks at targets out, until it is told to stop. It decides nothing about configuration:
// every look is the same reconcile that the command line runs once.
import { createTask, type ScheduledTask, validate } from 'node-cron';
import type { Logger } from 'pino';
import { reconcile } from '../apply/apply.ts';
import type { Context } from '../apply/context.ts';
import type { Clock } from '../nouns/clock.ts';
import type { Listener } from '../nouns/event.ts';
import type { Outcome } from '../nouns/outcome.ts';
import { fail, HoldfastError } from '../nouns/problem.ts';
import type { Target } from '../nouns/target.ts';
import { depthOf, lookAgainIn } from './again.ts';
import { createLine, type Trigger } from './line.ts';
import { logOutcome, logProblem } from './log.ts';
import { createWatch } from './watch.ts';
import type { OpenWorkplace, Workplace } from './workplace.ts';

export interface DaemonOptions {
  readonly open: OpenWorkplace;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Events of every transaction, for logs and for the terminal. */
  readonly listener: Listener;
  /** Every outcome, after it was logged. */
  readonly onOutcome?: (outcome: Outcome) => void;
  /** Ends the daemon: what is under way is finished or rolled back. */
  readonly signal: AbortSignal;
}

/** Resolves when `signal` ended it. Rejects with HoldfastError when the settings are unusable at the start. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { logger, signal } = options;
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
    logOutcome(logger, outcome, trigger);
    options.onOutcome?.(outcome);
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
    (error) => logger.error({ error: String(error) }, 'watching files failed; the schedule goes on'),
  );
  let schedule: ScheduledTask | undefined = scheduled(place, undefined, lookAtAll);

  logger.info(
    { targets: place.targets.map(({ name }) => name), drift: place.drift },
    `holding ${place.targets.length} target(s)`,
  );
  follow();
  lookAtAll('start');
  await aborted(signal);
  logger.info('stopping: what is under way is finished or rolled back');
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
  { listener, logger, clock, signal }: DaemonOptions,
  watched: (paths: readonly string[]) => void,
): Promise<Outcome | undefined> {
  try {
    const state = await place.store.read(target.name);
    const depth = trigger === 'start' ? 'deep' : depthOf(state.lastDeepCheck?.at, clock.now());
    return await reconcile(watching({ ...place.contextOf(target, listener), signal }, watched), { depth });
  } catch (error) {
    const log = logger.child({ target: target.name });
    if (error instanceof HoldfastError) for (const problem of error.problems) logProblem(log, problem);
    else
      log.error(
        { error: error instanceof Error ? error.stack : String(error) },
        'this look failed; the next one starts afresh',
      );
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
async function reopened(place: Workplace, { open, logger }: DaemonOptions): Promise<Workplace> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    logger.error('the settings have errors; those of before stay in force');
    for (const problem of error.problems) logProblem(logger, problem);
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
