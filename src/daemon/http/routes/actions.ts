// Actions of the daemon. The log and the history record who requested them.
import type { ReconcileRequest } from '../../../apply/run/context.ts';
import { fail } from '../../../domain/problem/problem.ts';
import type { Suspension } from '../../../domain/state/state.ts';
import type { Target } from '../../../domain/target.ts';
import {
  AdoptRequest,
  ApplyRequest,
  RestoreRequest,
  RollbackRequest,
  SuspendRequest,
  type TargetView,
} from '../../../api-schema/views.ts';
import { suspensionFault } from '../../../domain/state/suspension.ts';
import { momentText } from '../../../lib/text.ts';
import type { DaemonOperations } from '../../core/daemon-operations.ts';
import type { ApiServer, Routes } from '../server/api.ts';
import type { HttpOptions } from '../server/options.ts';
import { accepted, answer, OfTarget } from '../server/schemas.ts';
import { targetView } from '../server/views.ts';
import { allowances, asking, confirmed, inMode, onlyPaths } from './asked.ts';

const TAGS = ['actions'];

type Told = Pick<HttpOptions, 'clock' | 'note'>;

export function actionRoutes(operations: DaemonOperations, told: Told): Routes {
  return (server) => {
    looking(server, operations, told);
    suspending(server, operations, told);
    writing(server, operations, told);
    restoring(server, operations, told);
    adopting(server, operations, told);
  };
}

const action = (name: string): `/targets/:target/actions/${string}` => `/targets/:target/actions/${name}`;

function looking(server: ApiServer, operations: DaemonOperations, told: Told): void {
  server.post(
    action('sync'),
    {
      schema: {
        tags: TAGS,
        summary: 'Checks the target as soon as possible, as the schedule does',
        params: OfTarget,
        response: accepted('Target'),
      },
    },
    async (request, reply): Promise<TargetView> => {
      const { target } = request.params;
      operations.look(target);
      asking(request, told, `check ${target}`);
      reply.code(202);
      return targetView(operations, target, told.clock.now());
    },
  );
}

function suspending(server: ApiServer, operations: DaemonOperations, told: Told): void {
  server.post(
    action('suspend'),
    {
      schema: {
        tags: TAGS,
        summary: 'Suspends the target until the given time',
        params: OfTarget,
        body: SuspendRequest,
        response: answer('Target'),
      },
    },
    async (request) => {
      const { target } = request.params;
      const { until, reason } = request.body;
      const fault = suspensionFault({ until, reason }, told.clock.now());
      if (fault !== undefined) throw fail('HF7036', `the target can't be suspended: ${fault}`);
      const by = asking(request, told, `suspend ${target} until ${momentText(until)}: ${reason}`);
      const suspension: Suspension = { until, reason, by };
      await operations.suspend(target, suspension);
      return targetView(operations, target, told.clock.now());
    },
  );

  server.post(
    action('resume'),
    {
      schema: {
        tags: TAGS,
        summary: 'Ends a suspension',
        params: OfTarget,
        response: answer('Target'),
      },
    },
    async (request) => {
      const { target } = request.params;
      asking(request, told, `resume ${target}`);
      await operations.resume(target);
      return targetView(operations, target, told.clock.now());
    },
  );
}

function writing(server: ApiServer, operations: DaemonOperations, told: Told): void {
  server.post(
    action('apply'),
    {
      schema: {
        tags: TAGS,
        summary: 'Applies what the files declare, or exactly the approved plan',
        params: OfTarget,
        body: ApplyRequest,
        response: answer('Outcome'),
      },
    },
    async (request) => {
      const { target } = request.params;
      const asked = asReconcile(operations.target(target), request.body);
      const what = request.body.approved
        ? `plan ${request.body.approved.value.slice(0, 12)} to`
        : 'the files to';
      return operations.apply(target, asked, asking(request, told, `apply ${what} ${target}`));
    },
  );

  server.post(
    action('retry'),
    {
      schema: {
        tags: TAGS,
        summary: 'Tries a quarantined revision again',
        params: OfTarget,
        response: answer('Outcome'),
      },
    },
    async (request) => {
      const { target } = request.params;
      return operations.apply(target, { retry: true }, asking(request, told, `retry on ${target}`));
    },
  );
}

function adopting(server: ApiServer, operations: DaemonOperations, told: Told): void {
  server.post(
    action('adopt'),
    {
      schema: {
        tags: TAGS,
        summary:
          'Commits what the gateway changed to a branch of the followed repository, and opens its pull request',
        params: OfTarget,
        body: AdoptRequest,
        response: answer('Adopted'),
      },
    },
    async (request) => {
      const { target } = request.params;
      const { paths, keep, branch } = request.body;
      asking(request, told, `adopt the changes of ${target}`);
      const asked = { paths: onlyPaths(paths).only ?? [], keep, branch };
      const { problems, adopted, left, ...rest } = await operations.adopt(target, asked);
      const warnings = problems?.map(({ code, message, remedy }) => ({ code, message, remedy }));
      return { ...rest, adopted: [...adopted], left: [...left], ...(warnings && { problems: warnings }) };
    },
  );
}

function asReconcile(
  target: Target,
  { approved, allow, mode, prune, only, retry, dryRun }: ApplyRequest,
): ReconcileRequest {
  return {
    ...(approved && { approved }),
    ...(allow && { allow: allowances(allow) }),
    ...inMode(target, mode),
    ...(prune !== undefined && { prune }),
    ...onlyPaths(only),
    ...(retry && { retry }),
    ...(dryRun && { dryRun }),
  };
}

function restoring(server: ApiServer, operations: DaemonOperations, told: Told): void {
  server.post(
    action('restore'),
    {
      schema: {
        tags: TAGS,
        summary: 'Restores a backup',
        params: OfTarget,
        body: RestoreRequest,
        response: answer('Outcome'),
      },
    },
    async (request) => {
      const { target } = request.params;
      const { backup, confirm, dryRun = false } = request.body;
      confirmed(operations.target(target).name, confirm);
      const by = asking(request, told, `restore backup ${backup} of ${target}${dryRun ? ' (dry run)' : ''}`);
      return operations.restore(
        target,
        { backup: backup === 'latest' ? backup : { id: backup }, dryRun },
        by,
      );
    },
  );

  server.post(
    action('rollback'),
    {
      schema: {
        tags: TAGS,
        summary: 'Restores the state before the last apply, and quarantines the applied revision',
        params: OfTarget,
        body: RollbackRequest,
        response: answer('Outcome'),
      },
    },
    async (request) => {
      const { target } = request.params;
      const { confirm, dryRun = false } = request.body;
      confirmed(operations.target(target).name, confirm);
      const by = asking(request, told, `roll back ${target}${dryRun ? ' (dry run)' : ''}`);
      return operations.rollBack(target, { dryRun }, by);
    },
  );
}
