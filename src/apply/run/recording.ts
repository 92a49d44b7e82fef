// Recording what was done on a gateway. From the first request on its fate does not depend on the state directory: what
// cannot be recorded is told, and the work goes on.
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { HoldfastError, problem } from '../../domain/problem/problem.ts';
import type { Run } from './run.ts';

/** Something that should have been recorded, in words, and why it was not. */
export interface Unrecorded {
  readonly what: string;
  readonly why: string;
}

/** Does work on the state directory; false: it was refused, which the outcome tells. */
export async function recording(run: Run, what: string, work: () => Promise<unknown>): Promise<boolean> {
  const refused = await attempted(work);
  if (refused) run.unrecorded.push({ what, why: refused.problems[0]?.message ?? refused.message });
  return refused === undefined;
}

/** The same of what the end of a transaction makes up for: what was refused is not told. */
export async function attempted(work: () => Promise<unknown>): Promise<HoldfastError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof HoldfastError) return error;
    throw error;
  }
}

/** The outcome with what could not be recorded of it. */
export function withUnrecorded({ unrecorded }: Run, outcome: Outcome): Outcome {
  if (unrecorded.length === 0) return outcome;
  const what = [...new Set(unrecorded.map((each) => each.what))].join(', ');
  const why = [...new Set(unrecorded.map((each) => each.why))].join('; ');
  const told = problem('HF6009', `not recorded: ${what} (${why})`, {
    target: outcome.target,
    severity: 'warning',
  });
  return { ...outcome, problems: [...outcome.problems, told] };
}
