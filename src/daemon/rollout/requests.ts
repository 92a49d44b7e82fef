// How many requests a gateway answered and failed, for the error rates of a rollout.
import type { Context } from '../../apply/run/context.ts';
import { withClient } from '../../apply/run/with-run.ts';
import type { Requests } from '../../domain/requests.ts';
import { HoldfastError } from '../../domain/problem/problem.ts';
import { totalRequests } from '../../gateway/checks/usage.ts';

/** Undefined if the gateway doesn't tell: then it isn't part of the evidence. */
export async function requestsOf(
  context: Context,
): Promise<{ readonly all: Requests; readonly recent: Requests } | undefined> {
  try {
    return await withClient(context, { owner: `${context.owner} (rollout)`, waitMs: 5000 }, totalRequests);
  } catch (error) {
    if (error instanceof HoldfastError) return undefined;
    throw error;
  }
}
