// The rollout of the fleet: where every target is, and what people can ask.
import { Type } from 'typebox';
import { type RolloutAnswer, RolloutRequest } from '../../../api-schema/rollout.ts';
import { ROLLOUT_ACTIONS, type RolloutAction } from '../../../domain/state/rollout.ts';
import { viewOf } from '../../../rollout/view.ts';
import type { DaemonOperations } from '../../core/daemon-operations.ts';
import type { Routes } from '../server/api.ts';
import type { HttpOptions } from '../server/options.ts';
import { answer } from '../server/schemas.ts';
import { asking } from './asked.ts';

const TAGS = ['rollout'];
const OfAction = Type.Object({ action: Type.Enum([...ROLLOUT_ACTIONS]) });

export function rolloutRoutes(
  operations: DaemonOperations,
  told: Pick<HttpOptions, 'clock' | 'note'>,
): Routes {
  const view = async (): Promise<RolloutAnswer> => {
    const strategy = operations.strategy();
    const rollout = await operations.store().rollout();
    const now = told.clock.now();
    return {
      strategy: strategy !== undefined,
      ...(rollout && { rollout: viewOf(rollout, strategy, operations.targets(), now) }),
    };
  };
  return (server) => {
    server.get(
      '/rollout',
      { schema: { tags: TAGS, summary: 'The last rollout of the fleet', response: answer('Rollout') } },
      view,
    );
    server.post(
      '/rollout/actions/:action',
      {
        schema: {
          tags: TAGS,
          summary: 'Pauses, resumes, ends or undoes the rollout',
          params: OfAction,
          body: RolloutRequest,
          response: answer('Rollout'),
        },
      },
      async (request): Promise<RolloutAnswer> => {
        const { action } = request.params as { readonly action: RolloutAction }; // as the schema asks for
        const by = asking(request, told, `${action} the rollout`);
        await operations.rollout(action, { by, id: request.body.id });
        return view();
      },
    );
  };
}
