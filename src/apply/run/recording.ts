// Records what was done on a gateway. After the first request, the transaction doesn't depend on the state
// directory: the outcome reports what couldn't be recorded, and the work continues.
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { HoldfastError, problem } from '../../domain/problem/problem.ts';
import type { Run } from './run.ts';

/** What should have been recorded, and why it wasn't. */
export interface Unrecorded {
  readonly what: string;
  readonly why: string;
}

/** Runs work on the state directory. Returns why it failed, which the outcome reports; undefined: it's done. */
export async function recording(
  run: Run,
  what: string,
  work: () => Promise<unknown>,
): Promise<HoldfastError | undefined> {
  const refused = await attempted(work);
  if (refused) run.unrecorded.push({ what, why: refused.problems[0]?.message ?? refused.message });
  return refused;
}

/** The same for work that the end of a transaction repeats: a failure isn't reported. */
export async function attempted(work: () => Promise<unknown>): Promise<HoldfastError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof HoldfastError) return error;
    throw error;
  }
}

/** The outcome with a report of what couldn't be recorded. */
export function withUnrecorded({ unrecorded }: Run, outcome: Outcome): Outcome {
  if (unrecorded.length === 0) return outcome;
  const what = [...new Set(unrecorded.map((each) => each.what))].join(', ');
  const why = [...new Set(unrecorded.map((each) => each.why))].join('; ');
  const warning = problem('HF6009', `not recorded: ${what} (${why})`, {
    target: outcome.target,
    severity: 'warning',
  });
  return { ...outcome, problems: [...outcome.problems, warning] };
}
