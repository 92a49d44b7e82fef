// The records of a target: transactions, backups (never their contents), checks.
import { type Static, Type } from 'typebox';
import { fail } from '../../../domain/problem/problem.ts';
import type { HistoryEntry } from '../../../domain/state/state.ts';
import { type HistoryEntryView, TargetName } from '../../../api-schema/views.ts';
import type { DaemonOperations } from '../../core/daemon-operations.ts';
import type { Routes } from '../server/api.ts';
import { answer, limited, OfTarget } from '../server/schemas.ts';

const TAGS = ['records'];
const OfEntry = Type.Object({
  target: TargetName,
  id: Type.String({
    minLength: 4,
    maxLength: 100,
    description: 'or its beginning, or the ID of the backup that it made',
  }),
});

/** More than the Store keeps. */
const MOST = { history: 5000, looks: 10_000 };

/** `found` has one more than are wanted, if there are more. */
function newest<T extends { readonly at: number }>(
  found: readonly T[],
  limit: number,
  since = 0,
): { readonly some: T[]; readonly more: boolean } {
  const some = found.slice(0, limit).filter(({ at }) => at >= since);
  return { some, more: some.length < found.length };
}

export function recordRoutes(operations: DaemonOperations): Routes {
  return (server) => {
    historyRoutes(operations)(server);
    backupAndCheckRoutes(operations)(server);
  };
}

function historyRoutes(operations: DaemonOperations): Routes {
  return (server) => {
    server.get(
      '/targets/:target/history',
      {
        schema: {
          tags: TAGS,
          summary: 'The history of the target',
          params: OfTarget,
          querystring: limited(MOST.history, 50),
          response: answer('History'),
        },
      },
      async ({ params, query }) => {
        const { name } = operations.target(params.target);
        const { limit = 50, since } = query;
        const { some, more } = newest(await operations.store().history(name, limit + 1), limit, since);
        return { entries: some.map(entryView), more };
      },
    );

    server.get(
      '/targets/:target/history/:id',
      {
        schema: {
          tags: TAGS,
          summary: 'One entry of the history',
          params: OfEntry,
          response: answer('HistoryEntry'),
        },
      },
      async ({ params }) => entryView(await entryOf(operations, params)),
    );
  };
}

function backupAndCheckRoutes(operations: DaemonOperations): Routes {
  return (server) => {
    server.get(
      '/targets/:target/backups',
      {
        schema: {
          tags: TAGS,
          summary: 'The backups',
          params: OfTarget,
          response: answer('Backups'),
        },
      },
      async ({ params }) => {
        const backups = await operations.store().listBackups(operations.target(params.target).name);
        return { backups: [...backups] };
      },
    );

    server.get(
      '/targets/:target/looks',
      {
        schema: {
          tags: TAGS,
          summary: 'The results of each check',
          params: OfTarget,
          querystring: limited(MOST.looks, 500),
          response: answer('Looks'),
        },
      },
      async ({ params, query }) => {
        const { name } = operations.target(params.target);
        const { limit = 500, since } = query;
        const { some, more } = newest(await operations.store().looks(name, limit + 1), limit, since);
        return { looks: some, more };
      },
    );
  };
}

async function entryOf(
  operations: DaemonOperations,
  { target, id }: Static<typeof OfEntry>,
): Promise<HistoryEntry> {
  const entries = await operations.store().history(operations.target(target).name);
  const found =
    entries.find((entry) => entry.id === id || entry.backup === id) ??
    entries.find((entry) => entry.id.startsWith(id));
  if (!found) throw fail('HF1004', `there is no history entry "${id}" of ${target}`, { target });
  return found;
}

/** Copies, so that the response doesn't change the Store's records. */
function entryView({ changes, writes, evidence, problems, ...entry }: HistoryEntry): HistoryEntryView {
  return {
    ...entry,
    changes: [...changes],
    writes: [...writes],
    evidence: [...evidence],
    problems: [...problems],
  };
}
