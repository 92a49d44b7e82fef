// What the daemon knows of its targets at this moment, from listening: what is under way, the last outcome and the last
// plan. What outlasts the process is in the Store.
import type { Step } from '../nouns/event.ts';
import type { Outcome } from '../nouns/outcome.ts';
import type { Plan } from '../nouns/plan.ts';
import { type Standing, standingAfter } from '../nouns/standing.ts';
import type { Reporter } from './reporter.ts';

export interface Known {
  /** What is being done now; absent while nothing is. */
  readonly step?: Step;
  /** The last outcome since the daemon started. */
  readonly outcome?: Outcome;
  /** What the last telling outcome means; absent before the first one. */
  readonly standing?: Standing;
  /** The last plan, and when it was made, in ms since the epoch; absent once the target was found equal to the files. */
  readonly plan?: { readonly plan: Plan; readonly at: number };
}

export interface Board {
  readonly reporter: Pick<Reporter, 'event' | 'outcome'>;
  of(target: string): Known;
  /** A plan that somebody wanted to see, made as the daemon itself would make it. */
  planned(outcome: Outcome): void;
}

export function createBoard(): Board {
  const known = new Map<string, Known>();
  const of = (target: string): Known => known.get(target) ?? {};
  return {
    of,
    reporter: {
      event(event) {
        if (event.kind === 'step') known.set(event.target, { ...of(event.target), step: event.step });
        // What it came to is told by `outcome`: not every piece of work says how the target stands to its files.
        if (event.kind === 'finished') known.set(event.target, rested(of(event.target)));
      },
      outcome: (outcome) => known.set(outcome.target, finished(of(outcome.target), outcome)),
    },
    planned: (outcome) => known.set(outcome.target, finished(of(outcome.target), outcome)),
  };
}

function rested({ step: _done, ...known }: Known): Known {
  return known;
}

function finished(before: Known, outcome: Outcome): Known {
  const standing = standingAfter(outcome.kind) ?? before.standing;
  const told = { outcome, ...(standing && { standing }) };
  // What was applied is no plan any more: nobody is to apply it again.
  const applied = outcome.kind === 'applied';
  if (outcome.plan && !applied) return { ...told, plan: { plan: outcome.plan, at: outcome.at } };
  const answered = applied || outcome.kind === 'in-sync' || outcome.kind === 'restored';
  return { ...told, ...(before.plan && !answered && { plan: before.plan }) };
}
