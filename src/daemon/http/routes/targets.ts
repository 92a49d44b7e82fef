// All targets, and one.
import type { TargetsView } from '../../../api-schema/views.ts';
import type { DaemonOperations } from '../../core/daemon-operations.ts';
import type { Routes } from '../server/api.ts';
import type { HttpOptions } from '../server/options.ts';
import { answer, OfTarget } from '../server/schemas.ts';
import { targetView } from '../server/views.ts';

const TAGS = ['targets'];

export type About = Pick<HttpOptions, 'version' | 'clock' | 'source'> & {
  readonly startedAt: number;
  /** Cron expression of the drift check. */
  readonly drift: () => string;
};

export function targetRoutes(operations: DaemonOperations, about: About): Routes {
  return (server) => {
    server.get(
      '/targets',
      { schema: { tags: TAGS, summary: 'All targets', response: answer('Targets') } },
      async () => targetsView(operations, about),
    );

    server.get(
      '/targets/:target',
      { schema: { tags: TAGS, summary: 'One target', params: OfTarget, response: answer('Target') } },
      async ({ params }) => targetView(operations, params.target, about.clock.now()),
    );
  };
}

async function targetsView(operations: DaemonOperations, about: About): Promise<TargetsView> {
  const now = about.clock.now();
  const source = about.source?.();
  const targets = await Promise.all(
    operations.targets().map(({ name }) => targetView(operations, name, now)),
  );
  return {
    version: about.version,
    startedAt: about.startedAt,
    now,
    drift: about.drift(),
    stateIsNew: operations.store().isNew,
    ...(source && { source }),
    targets,
  };
}
