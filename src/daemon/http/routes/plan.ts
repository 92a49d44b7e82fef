// The differences: the last plan, its text, and a new plan.
import type { ReconcileRequest } from '../../../apply/run/context.ts';
import { PLAIN } from '../../../report/text/style.ts';
import { planText } from '../../../report/text/plan.ts';
import { type DiffView, PlanRequest } from '../../../api-schema/views.ts';
import type { DaemonOperations } from '../../core/daemon-operations.ts';
import type { Routes } from '../server/api.ts';
import { answer, OfTarget } from '../server/schemas.ts';
import { planView } from '../server/views.ts';
import { allowances, inMode, onlyPaths } from './asked.ts';

const TAGS = ['plan'];
/** A plan costs the gateway several requests of 60 ms each, so the number per minute and address is limited. */
const PLANS_A_MINUTE = 30;

export function planRoutes(operations: DaemonOperations): Routes {
  return (server) => {
    server.get(
      '/targets/:target/plan',
      { schema: { tags: TAGS, summary: 'The last plan', params: OfTarget, response: answer('PlanAnswer') } },
      async ({ params }) => planView(operations.known(params.target)),
    );

    server.post(
      '/targets/:target/plan',
      {
        // It writes nothing, so a token of the role `read` can show a pull request its plan.
        config: { role: 'read', rateLimit: { max: PLANS_A_MINUTE, timeWindow: '1 minute' } },
        schema: {
          tags: TAGS,
          summary: 'A new plan',
          params: OfTarget,
          body: PlanRequest,
          response: answer('PlanAnswer'),
        },
      },
      async ({ params, body }) => {
        const { depth = 'deep', mode, prune, allow, only } = body;
        const request: ReconcileRequest = {
          depth,
          ignoreSuspension: true,
          ...(allow && { allow: allowances(allow) }),
          ...inMode(operations.target(params.target), mode),
          ...(prune !== undefined && { prune }),
          ...onlyPaths(only),
        };
        const outcome = await operations.plan(params.target, request);
        const { plan, at } = outcome;
        return planView({ outcome, ...(plan && { plan: { plan, at } }) });
      },
    );

    server.get(
      '/targets/:target/diff',
      {
        schema: {
          tags: TAGS,
          summary: 'The changes of the last plan, and their text',
          params: OfTarget,
          response: answer('Diff'),
        },
      },
      async ({ params }) => diffView(operations, params.target),
    );
  };
}

function diffView(operations: DaemonOperations, target: string): DiffView {
  const { plan } = operations.known(target);
  if (!plan) return { changes: [], text: '' };
  return { at: plan.at, changes: [...plan.plan.changes], text: planText(plan.plan, PLAIN) };
}
