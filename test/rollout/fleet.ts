// A fleet without gateways: what each target declares and has, and a record of every write. It works as the daemon
// does: nothing is written unless the rollout permits it at that moment.
import type { OutcomeKind } from '../../src/domain/outcome/outcome.ts';
import type { Rollout, RolloutAction } from '../../src/domain/state/rollout.ts';
import type { Strategy } from '../../src/domain/strategy.ts';
import { advance } from '../../src/rollout/advance.ts';
import { begin } from '../../src/rollout/begin.ts';
import { controlled } from '../../src/rollout/control.ts';
import { permits } from '../../src/rollout/permits.ts';
import { reported, undone } from '../../src/rollout/report.ts';

export interface Write {
  readonly target: string;
  readonly revision: string;
  readonly at: number;
  readonly rollout: Rollout;
}

export class Fleet {
  readonly inForce = new Map<string, string>();
  readonly writes: Write[] = [];
  /** Every record, oldest first. */
  readonly records: Rollout[] = [];
  readonly strategy: Strategy;
  now = 1_000_000;
  declared = new Map<string, string>();
  #ids = 0;

  constructor(strategy: Strategy) {
    this.strategy = strategy;
  }

  get rollout(): Rollout | undefined {
    return this.records.at(-1);
  }

  target(name: string): Rollout['targets'][string] | undefined {
    return this.rollout?.targets[name];
  }

  /** Every target declares this revision, except those that keep theirs. */
  commit(revision: string, keep: readonly string[] = []): void {
    for (const name of this.strategy.waves.flatMap(({ targets }) => targets))
      if (!keep.includes(name) || !this.declared.has(name)) this.declared.set(name, revision);
    const declared = Object.fromEntries(
      [...this.declared].map(([name, to]) => [name, { to, inForce: this.inForce.get(name) }]),
    );
    const id = `r${(this.#ids += 1)}`;
    this.#record(begin(this.rollout, { waves: this.strategy.waves, declared }, { id, now: this.now }));
    this.advance();
  }

  /** One check of one target by the daemon. `kind`: how a write ends. */
  check(name: string, kind: OutcomeKind = 'applied'): void {
    const digest = this.declared.get(name) ?? '';
    const inForce = this.inForce.get(name);
    const { rollout } = this;
    if (!rollout) return;
    const isAllowed = permits(rollout, { target: name, digest, inForce });
    const found: OutcomeKind = !isAllowed ? 'waiting' : digest === inForce ? 'in-sync' : kind;
    if (isAllowed && digest !== inForce && WRITES.has(kind)) {
      this.writes.push({ target: name, revision: digest, at: this.now, rollout });
      if (kind === 'applied') this.inForce.set(name, digest);
    }
    const more = {
      ...(found === 'applied' && { backup: `b-${name}` }),
      ...(found === 'suspended' && { heldUntil: this.now + 100 * 600_000 }),
    };
    this.#record(reported(rollout, name, { kind: found, digest, why: found, ...more }, this.now));
    this.advance();
  }

  /** A rollback that was asked for. */
  undo(name: string, isUndone = true): void {
    if (!this.rollout) return;
    if (isUndone && this.target(name)?.phase === 'undoing') this.inForce.set(name, 'before');
    this.#record(undone(this.rollout, name, { isUndone, why: 'no' }, this.now));
    this.advance();
  }

  ask(action: RolloutAction): string | undefined {
    if (!this.rollout) return 'nothing';
    const result = controlled(this.rollout, action, { now: this.now });
    if (typeof result === 'string') return result;
    this.#record(result);
    this.advance();
    return undefined;
  }

  advance(): void {
    if (!this.rollout) return;
    const { rollout, check } = advance(this.rollout, this.strategy, this.now);
    this.#record(rollout);
    const due = check.filter((name) => rollout.targets[name]?.phase === 'done');
    for (const name of due) this.check(name);
  }

  wait(ms: number): void {
    this.now += ms;
    this.advance();
  }

  /** Until nobody is in work. */
  settle(kind: OutcomeKind = 'applied'): void {
    for (let i = 0; i < 1000; i++) {
      const working = Object.entries(this.rollout?.targets ?? {}).find(
        ([, { phase }]) => phase === 'working',
      );
      const undoing = Object.entries(this.rollout?.targets ?? {}).find(
        ([, { phase }]) => phase === 'undoing',
      );
      if (working) this.check(working[0], kind);
      else if (undoing) this.undo(undoing[0]);
      else return;
    }
    throw new Error('the fleet never settles');
  }

  #record(rollout: Rollout): void {
    if (rollout !== this.rollout) this.records.push(rollout);
  }
}

const WRITES: ReadonlySet<OutcomeKind> = new Set(['applied', 'rolled-back']);

export const strategyOf = (
  waves: Readonly<Record<string, readonly string[]>>,
  rules: Partial<Omit<Strategy, 'waves'>> = {},
): Strategy => ({
  waves: Object.entries(waves).map(([name, targets]) => ({ name, targets })),
  maxParallel: 5,
  soakMs: 600_000,
  stopOn: 'failure',
  ...rules,
});
