// One line that the state stores about an outcome, for `status`. It contains no secrets.
import type { Outcome } from '../../domain/outcome/outcome.ts';

export function summaryOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'in-sync':
      return `in sync (${outcome.depth} check)`;
    case 'applied':
      return outcome.runtime === 'unproven' ? 'applied (runtime unproven)' : 'applied';
    case 'restored':
      return `restored ${outcome.restored}`;
    case 'rolled-back':
    case 'rollback-failed':
    case 'quarantined':
    case 'stale':
    case 'cancelled':
    case 'failed':
      return `${outcome.kind}: ${outcome.reason}`;
    default:
      return outcome.problems[0]?.message ?? outcome.kind;
  }
}
