// Builds outcomes: the details from a step, the rest from the run.
import type { Client } from '../../gateway/client/client.ts';
import { EXIT } from '../../domain/problem/exit.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { FACTS, HoldfastError, type Problem } from '../../domain/problem/problem.ts';
import type { Context } from '../run/context.ts';
import type { Run } from '../run/run.ts';

type Common = 'target' | 'at' | 'durationMs' | 'requests' | 'problems';
type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;

/** The members of one kind of outcome, without the common ones. */
export type Particulars = Without<Outcome, Common>;

export function conclude(run: Run, particulars: Particulars, problems: readonly Problem[] = []): Outcome {
  const { context, client, startedAt, notices } = run;
  const archive =
    'backup' in particulars ? context.store.archiveOf(context.target.name, particulars.backup) : undefined;
  const all = { ...particulars, ...(archive !== undefined && { archive }) };
  return outcomeOf(context, client, startedAt, all, [...notices, ...problems]);
}

export function outcomeOf(
  context: Context,
  client: Client | undefined,
  startedAt: number,
  particulars: Particulars,
  problems: readonly Problem[],
): Outcome {
  const at = context.clock.now();
  return {
    target: context.target.name,
    at,
    durationMs: at - startedAt,
    requests: client?.counts() ?? {},
    problems,
    ...particulars,
  } as Outcome; // Omit forgets which members belong to which kind; Particulars has kept them together
}

/**
 * What stopped a run before anything was written. Rethrows everything except a HoldfastError, because it is a bug.
 */
export function stopped(
  error: unknown,
  plan?: Plan,
): { particulars: Particulars; problems: readonly Problem[] } {
  if (!(error instanceof HoldfastError)) throw error;
  return { particulars: { ...kindOf(error), ...(plan && { plan }) }, problems: error.problems };
}

function kindOf(error: HoldfastError): Particulars {
  const [first] = error.problems;
  const reason = first?.message ?? error.message;
  if (first?.code === 'HF6001') return { kind: 'locked', holder: first[FACTS]?.holder ?? 'another process' };
  if (first?.code === 'HF5007') return { kind: 'cancelled', reason };
  switch (error.exit) {
    case EXIT.unreachable:
      return { kind: 'unreachable' };
    case EXIT.stale:
      return { kind: 'stale', reason };
    case EXIT.invalid:
      return { kind: 'invalid' };
    case EXIT.refused:
      return { kind: 'refused' };
    default:
      return { kind: 'failed', reason };
  }
}
