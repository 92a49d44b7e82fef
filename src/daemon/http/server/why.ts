// Why a target has its status, in a few words for a list: the guards, the paths, the file and line. Pure.
import type { Outcome } from '../../../domain/outcome/outcome.ts';
import type { SyncStatus } from '../../../domain/outcome/sync-status.ts';
import type { Change } from '../../../domain/plan/change.ts';
import type { Plan } from '../../../domain/plan/plan.ts';
import type { KnownStatus } from '../../core/status-cache.ts';

/** Undefined: the status says it all, or nothing is known since the daemon started. */
export function whyOf(standing: SyncStatus, { plan, outcome }: KnownStatus): string | undefined {
  switch (standing) {
    case 'refused':
      return plan && guardsOf(plan.plan);
    case 'drifted':
    case 'contested':
      return plan && pathsOf(plan.plan.changes);
    case 'stale-memory':
      return plan?.plan.agreement.kind === 'differ' ? listed(plan.plan.agreement.paths) : undefined;
    case 'invalid':
    case 'unreachable':
    case 'failed':
      return outcome && problemOf(outcome);
    case 'waiting':
    case 'rolled-back':
    case 'needs-a-person':
      return outcome && 'reason' in outcome ? outcome.reason : undefined;
    default:
      return undefined;
  }
}

/** `last-upstream: claude-api-key, mass-delete`: each guard that refuses, with where, if it says so. */
function guardsOf({ verdicts }: Plan): string | undefined {
  const found = verdicts
    .filter(({ allowed }) => !allowed)
    .map(({ guard, path }) => (path === undefined ? guard : `${guard}: ${path}`));
  return listed([...new Set(found)]);
}

const pathsOf = (changes: readonly Change[]): string | undefined => listed(changes.map(({ path }) => path));

const SHOWN = 2;

/** `request-retry, api-keys +2` */
function listed(texts: readonly string[]): string | undefined {
  if (texts.length === 0) return undefined;
  const more = texts.length - SHOWN;
  return `${texts.slice(0, SHOWN).join(', ')}${more > 0 ? ` +${more}` : ''}`;
}

function problemOf({ problems }: Outcome): string | undefined {
  const first = problems.find(({ severity }) => severity === 'error');
  if (!first) return undefined;
  const { position, message } = first;
  return position ? `${position.file}:${position.line}: ${message}` : message;
}
