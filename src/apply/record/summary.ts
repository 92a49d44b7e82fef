// One line that the state stores about an outcome, for `status`. It contains no secrets.
import { type Outcome, untestedNote } from '../../domain/outcome/outcome.ts';
import { refusingGuards } from '../../domain/plan/plan.ts';
import type { Problem } from '../../domain/problem/problem.ts';

export function summaryOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'in-sync':
      return `in sync (${outcome.depth} check)`;
    case 'applied':
      return `applied${untestedNote(outcome)}`;
    case 'restored':
      return `restored ${outcome.restored}`;
    case 'quarantined':
      return outcome.parts ? outcome.reason : `${outcome.kind}: ${outcome.reason}`;
    case 'rolled-back':
    case 'rollback-failed':
    case 'stale':
    case 'cancelled':
    case 'failed':
      return `${outcome.kind}: ${outcome.reason}`;
    case 'waiting':
      return `waits ${outcome.reason}`;
    case 'refused':
      return `refused${byWhat(outcome)}`;
    case 'drifted':
      return errorIn(outcome)?.message ?? outcome.kind;
    default:
      return (errorIn(outcome) ?? outcome.problems[0])?.message ?? outcome.kind;
  }
}

function byWhat({ plan, problems }: Outcome): string {
  const guards = refusingGuards(plan);
  if (guards.length > 0) return ` by ${guards.join(', ')}`;
  const [first] = problems;
  return first ? `: ${first.message}` : '';
}

/** A warning, for example about a key that expires, doesn't say why it ended so. */
const errorIn = ({ problems }: Outcome): Problem | undefined =>
  problems.find(({ severity }) => severity === 'error');
