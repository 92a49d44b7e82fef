// Outcomes and a listening reporter in a line each.
import type { Reporter } from '../../src/daemon/core/reporter.ts';
import type { Event } from '../../src/domain/outcome/event.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import type { Problem } from '../../src/domain/problem/problem.ts';

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
type Particulars = Without<Outcome, 'target' | 'at' | 'durationMs' | 'requests' | 'problems'>;

export function outcomeOf(particulars: Particulars, problems: readonly Problem[] = []): Outcome {
  return {
    target: 'home',
    at: 0,
    durationMs: 12,
    requests: { observe: 2 },
    problems,
    ...particulars,
  } as Outcome; // Omit forgets which members go together
}

export interface Told {
  readonly reporter: Reporter;
  readonly outcomes: Outcome[];
  readonly triggers: string[];
  readonly notes: string[];
  readonly failures: unknown[];
  readonly events: Event[];
}

export function listener(): Told {
  const told: Omit<Told, 'reporter'> = { outcomes: [], triggers: [], notes: [], failures: [], events: [] };
  const reporter: Reporter = {
    started: () => {},
    event: (event) => told.events.push(event),
    outcome: (outcome, trigger) => {
      told.outcomes.push(outcome);
      told.triggers.push(trigger);
    },
    note: (_level, text) => told.notes.push(text),
    failed: (error) => told.failures.push(error),
  };
  return { ...told, reporter };
}

/** A restore that brought everything back. */
export const restored = outcomeOf({
  kind: 'restored',
  restored: 'b1',
  backup: 'b2',
  fidelity: 'exact',
  runtime: 'proven',
  evidence: [],
});
