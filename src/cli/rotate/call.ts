// One call of `holdfast rotate`: makes the steps of a rotation until it is done, or has to wait.
import { check, reconcile } from '../../apply/apply.ts';
import type { FileEdit } from '../../compose/adoption.ts';
import type { PlanFlags } from '../../compose/flags.ts';
import { type Io, styleOf } from '../../compose/io.ts';
import { type Session, theTarget } from '../../compose/session.ts';
import { exitOf, type Outcome } from '../../domain/outcome/outcome.ts';
import { formatPath, parsePath, type Path } from '../../domain/path.ts';
import { fail } from '../../domain/problem/problem.ts';
import type { Rotation } from '../../domain/state/rotation.ts';
import type { Target } from '../../domain/target.ts';
import { undoInterrupted } from '../../state/files/replace-together.ts';
import { parseDuration } from '../../lib/duration.ts';
import { colouredDiff } from '../../report/text/diff.ts';
import { diffOf } from '../edits/shown.ts';
import { writeEdits } from '../edits/write.ts';
import { afterAsking, confirmOnTerminal } from '../io/confirm.ts';
import { progress } from '../io/progress.ts';
import { openCommandSession } from '../io/session.ts';
import { show, showReport } from '../io/show.ts';
import { rotationView, waitText } from './shown.ts';
import { started, type Started } from './start.ts';
import { nextStep, type Step, stepBack } from './steps.ts';

export interface RotateFlags extends PlanFlags {
  readonly to?: string;
  readonly generate?: boolean;
  readonly grace?: string;
  readonly wait?: boolean;
  readonly status?: boolean;
  readonly abort?: boolean;
  readonly commit?: boolean;
  /** False with `--no-apply`. */
  readonly apply: boolean;
  readonly dryRun?: boolean;
  readonly retry?: boolean;
  readonly yes?: boolean;
}

/** ms between two looks at the gateway's counters. */
const LOOK_EVERY = 300_000;

/** ms for which a daemon that saw the same edit can take to apply it. */
const LONGEST_WAIT = 120_000;

type Ending = 'waiting' | 'pending' | 'done' | 'aborted' | 'stopped' | 'planned';

/** Each step has a session of its own, because files and variables change in between. */
export class Call {
  readonly #flags: RotateFlags;
  readonly #path: string;
  readonly #asked: Path;
  readonly #io: Io;
  readonly #said: string[] = [];
  #ending: Ending = 'stopped';
  #target = '';
  #rotation: Rotation | undefined;
  #outcome: Outcome | undefined;
  #diff = '';

  constructor(flags: RotateFlags, asked: Path, io: Io) {
    this.#flags = flags;
    this.#asked = asked;
    this.#path = formatPath(asked);
    this.#io = io;
  }

  /** Whether there is another one. */
  async step(): Promise<boolean> {
    await using session = await openCommandSession(this.#flags, this.#io, progress(this.#flags, this.#io), {
      question: 'changes',
    });
    // Files that were read before are those of the interrupted edit.
    if (await undoInterrupted(session.settings.state.dir)) return true;
    const target = theTarget(session, 'rotate');
    this.#target = target.name;
    const { rotations = [] } = await session.store.read(target.name);
    const known = rotations.find(({ path }) => path === this.#path);
    if (this.#flags.abort) return this.#back(session, target, known);
    const begun = known ? undefined : await this.#begin(session, target);
    const rotation = known ? this.#continued(known) : begun?.rotation;
    if (!rotation) return false;
    this.#rotation = rotation;
    return this.#make(session, target, await nextStep({ session, target, rotation }, begun?.value));
  }

  async #begin(session: Session, target: Target): Promise<Started> {
    const { to, generate } = this.#flags;
    const begun = await started(session, target, this.#asked, { to, generate, grace: this.#grace() });
    this.#io.hide?.([begun.value.value]);
    return begun;
  }

  #grace(): number | undefined {
    const { grace } = this.#flags;
    const ms = grace === undefined ? undefined : parseDuration(grace);
    if (grace === undefined || ms !== undefined) return ms;
    throw fail('HF1001', `--grace ${grace} isn't a duration`, { remedy: 'Write for example --grace 24h.' });
  }

  /** The flags may give it more time, but no other value. */
  #continued(known: Rotation): Rotation {
    const { to, generate } = this.#flags;
    if ((to !== undefined && to !== known.reference) || (generate && !known.generated))
      throw fail('HF2122', `a rotation of \`${known.path}\` to ${known.reference} is in progress`, {
        path: known.path,
        remedy: 'Continue it without --to and --generate, or take it back with --abort.',
      });
    const grace = this.#grace();
    return grace === undefined ? known : { ...known, grace };
  }

  async #back(session: Session, target: Target, known: Rotation | undefined): Promise<boolean> {
    if (!known)
      throw fail('HF2125', `no rotation of \`${this.#path}\` is in progress`, { target: target.name });
    this.#rotation = known;
    return this.#make(session, target, await stepBack({ session, target, rotation: known }));
  }

  #make(session: Session, target: Target, step: Step): Promise<boolean> {
    switch (step.kind) {
      case 'write':
        return this.#write(session, step);
      case 'apply':
        return this.#apply(session, target, step);
      case 'wait':
        return this.#wait(session, step);
    }
  }

  async #write(
    session: Session,
    { files, what, rotation }: Extract<Step, { kind: 'write' }>,
  ): Promise<boolean> {
    const { dryRun, commit } = this.#flags;
    this.#diff += diffOf(files);
    this.#say((style) => colouredDiff(diffOf(files), style).trimEnd());
    if (dryRun) return this.#end('planned', 'nothing was written');
    await this.#record(session, rotation);
    const committed = await writeEdits(files, commit ? { commit } : { write: true }, {
      io: this.#io,
      stateDir: session.settings.state.dir,
      message: `${what}\n`,
    });
    const where = committed ? `, committed to ${committed.branch}: ${committed.sha.slice(0, 12)}` : '';
    this.#say((style) => `${style.good('✓')} written: ${namesOf(files)}${where}`);
    return true;
  }

  async #apply(
    session: Session,
    target: Target,
    { next, what }: Extract<Step, { kind: 'apply' }>,
  ): Promise<boolean> {
    if (this.#flags.dryRun) return this.#end('planned', `next: an apply ${what}`);
    const outcome = await this.#applied(session, target);
    this.#outcome = outcome;
    if (outcome.kind !== 'applied' && outcome.kind !== 'in-sync') return this.#stop(outcome);
    this.#say(
      (style) =>
        `${style.good('✓')} ${outcome.kind === 'applied' ? 'applied and verified' : 'in sync'}: ${what}`,
    );
    if (next === 'done' || next === 'aborted') {
      await this.#record(session, undefined);
      return this.#end(next, next === 'done' ? `${this.#path} is rotated` : `${this.#path} is as before`);
    }
    await this.#record(session, next.phase === 'waiting' ? { ...next, since: session.clock.now() } : next);
    return true;
  }

  async #applied(session: Session, target: Target): Promise<Outcome> {
    const context = session.contextOf(target);
    const only = [sectionOf(parsePath(this.#rotation?.place ?? this.#path))];
    const request = { only, waitMs: LONGEST_WAIT, ...(this.#flags.retry && { retry: true }) };
    if (!this.#flags.apply) return check(context, request);
    const confirm = confirmOnTerminal(this.#flags, this.#io);
    const apply: Parameters<typeof afterAsking>[0]['apply'] = (approved) =>
      reconcile(context, { ...request, ...(approved && { approved }) });
    const plan = (): Promise<Outcome> => reconcile(context, { ...request, dryRun: true });
    return confirm ? afterAsking({ plan, apply }, confirm) : apply();
  }

  #stop(outcome: Outcome): false {
    if (!this.#flags.apply && outcome.kind === 'drifted')
      return this.#end('pending', 'the gateway has not got the edit yet: continue when it was applied');
    this.#ending = 'stopped';
    this.#io.exit = exitOf(outcome);
    return false;
  }

  async #wait(
    session: Session,
    { wait, rotation, counters }: Extract<Step, { kind: 'wait' }>,
  ): Promise<boolean> {
    if (!this.#flags.dryRun) await this.#record(session, rotation);
    if (wait.kind === 'ready')
      return !this.#flags.dryRun || this.#end('planned', 'next: the old value is removed');
    const text = waitText(wait, counters);
    if (wait.kind === 'failing') throw fail('HF2124', text, { path: this.#path, target: this.#target });
    if (!this.#flags.wait || this.#flags.dryRun) return this.#end('waiting', text);
    const ms = Math.min(Math.max(wait.until - session.clock.now(), 1000), LOOK_EVERY);
    const { signal } = this.#io;
    const isOver = await session.clock.sleep(ms, signal).then(
      () => true,
      () => false,
    );
    return isOver || this.#end('waiting', text);
  }

  async #record({ store }: Session, rotation: Rotation | undefined): Promise<void> {
    this.#rotation = rotation ?? this.#rotation;
    const { rotations = [] } = await store.read(this.#target);
    const others = rotations.filter(({ path }) => path !== this.#path);
    await store.update(this.#target, { rotations: rotation ? [...others, rotation] : others });
  }

  #say(text: (style: ReturnType<typeof styleOf>) => string): void {
    const said = text(styleOf(this.#io, this.#flags));
    this.#said.push(said);
    if (this.#flags.output === 'text') this.#io.out(`${said}\n`);
  }

  #end(ending: Ending, text: string): false {
    this.#ending = ending;
    this.#say(() => text);
    return false;
  }

  show(): void {
    const { output } = this.#flags;
    if (this.#outcome && this.#ending === 'stopped' && output === 'text') {
      const exit = exitOf(this.#outcome);
      return showReport(this.#io, this.#flags, {
        command: 'rotate',
        exit,
        plans: [],
        outcomes: [this.#outcome],
        problems: [],
      });
    }
    if (output === 'text') return;
    const rotation = this.#rotation && rotationView(this.#rotation);
    show(
      this.#io,
      this.#flags,
      'rotate',
      {
        target: this.#target,
        path: this.#path,
        state: this.#ending,
        ...(rotation && { rotation }),
        diff: this.#diff,
        ...(this.#outcome && { outcome: this.#outcome }),
      },
      () => '',
    );
  }
}

/** As far as its first list: the gateway can have what is below in other entries than the files. */
function sectionOf(place: Path): Path {
  const list = place.findIndex(({ kind }) => kind === 'entry');
  return list < 0 ? place : place.slice(0, list);
}

const namesOf = (files: readonly FileEdit[]): string => files.map(({ shown }) => shown).join(', ');
