// `holdfast apply` of a whole fleet: wave after wave, one target at a time. The state of the rollout is in the Store,
// so that another run or a daemon can continue it.
import type { Context, ReconcileRequest } from '../../apply/apply.ts';
import type { Outcome, OutcomeKind } from '../../domain/outcome/outcome.ts';
import { momentText } from '../../lib/text.ts';
import type { Session } from '../../compose/session.ts';
import type { Rollouts } from '../../daemon/rollout/rollouts.ts';
import { waitsFor } from '../../rollout/view.ts';
import { targetNamed } from '../../domain/target-names.ts';
import { openRollouts } from './local.ts';

interface Applying {
  /** Applies, with a question where there is somebody to ask. `isThere`: the target has the revision already. */
  readonly apply: (context: Context, request: ReconcileRequest, isThere: boolean) => Promise<Outcome>;
  /** Whether to wait until waves have soaked. */
  readonly isPatient: boolean;
  readonly signal: AbortSignal;
  /** Says what it waits for. */
  readonly say: (text: string) => void;
}

/** The outcome of each target, in the order of the settings. */
export async function appliesInWaves(session: Session, applying: Applying): Promise<readonly Outcome[]> {
  const due = new Set<string>();
  const faults: unknown[] = [];
  const failed = (error: unknown): void => void faults.push(error);
  const rollouts = openRollouts(session, {
    signal: applying.signal,
    look: (name) => due.add(name),
    failed,
    isContinued: true,
  });
  await rollouts.discover();
  for (const { name } of session.settings.targets) due.add(name);
  const work = new Waves(session, applying, rollouts);
  do {
    for (const name of due) {
      due.delete(name);
      if (await work.on(name)) due.add(name);
      if (faults.length > 0) throw faults[0];
      if (applying.signal.aborted) return work.outcomes();
    }
  } while (await work.waited(due));
  return work.outcomes();
}

/** How often one target is tried that isn't reached, or that others work on. */
const TRIES = 3;
const PAUSE_MS = 5000;
const AGAIN: ReadonlySet<OutcomeKind> = new Set(['unreachable', 'locked', 'stale']);

class Waves {
  readonly #session: Session;
  readonly #applying: Applying;
  readonly #rollouts: Rollouts;
  readonly #outcomes = new Map<string, Outcome>();
  readonly #tries = new Map<string, number>();

  constructor(session: Session, applying: Applying, rollouts: Rollouts) {
    this.#session = session;
    this.#applying = applying;
    this.#rollouts = rollouts;
  }

  /** Applies if it's the target's turn. Whether it is to be tried again. */
  async on(name: string): Promise<boolean> {
    const target = targetNamed(this.#session.settings.targets, name);
    const context = this.#session.contextOf(target);
    const loaded = await context.loadDesired();
    const digest = loaded.desired?.revision.digest;
    const permit = digest === undefined ? undefined : await this.#rollouts.permit(target, digest);
    if (permit?.isAllowed === false) return false;
    await this.#rollouts.before(target);
    const fixed = { ...context, loadDesired: async () => loaded };
    const isThere = (await this.#session.store.rollout())?.targets[name]?.phase === 'done';
    const request = permit?.retry ? { retry: true } : {};
    const outcome = await this.#applying.apply(fixed, request, isThere);
    // The check at the end of a soak is no result of its own.
    if (!isThere || outcome.kind !== 'in-sync' || !this.#outcomes.has(name))
      this.#outcomes.set(name, outcome);
    await this.#rollouts.seen(name, digest, outcome);
    return this.#isTriedAgain(outcome);
  }

  /** Waits for a soak. Whether something is due now. */
  async waited(due: ReadonlySet<string>): Promise<boolean> {
    const { clock } = this.#session;
    const { isPatient, say, signal } = this.#applying;
    while (due.size === 0) {
      const at = this.#rollouts.nextAt();
      if (at === undefined || !isPatient || signal.aborted) return false;
      const rollout = await this.#session.store.rollout();
      const wave = rollout?.waves.find(({ passedAt }) => passedAt === undefined);
      say(`wave ${wave?.name ?? ''} is watched until ${momentText(at)}`);
      await clock.sleep(Math.max(0, at - clock.now()), signal).catch(() => undefined);
      await this.#rollouts.advance();
    }
    return true;
  }

  /** Targets that weren't reached wait. */
  async outcomes(): Promise<readonly Outcome[]> {
    const rollout = await this.#session.store.rollout();
    const at = this.#session.clock.now();
    return this.#session.settings.targets.map(
      ({ name }): Outcome =>
        this.#outcomes.get(name) ?? {
          target: name,
          kind: 'waiting',
          reason: waitsFor(rollout, name),
          at,
          durationMs: 0,
          requests: {},
          problems: [],
        },
    );
  }

  async #isTriedAgain({ target, kind }: Outcome): Promise<boolean> {
    const tries = (this.#tries.get(target) ?? 0) + 1;
    this.#tries.set(target, tries);
    if (!AGAIN.has(kind) || tries >= TRIES) return false;
    const { clock } = this.#session;
    await clock.sleep(PAUSE_MS, this.#applying.signal).catch(() => undefined);
    return !this.#applying.signal.aborted;
  }
}
