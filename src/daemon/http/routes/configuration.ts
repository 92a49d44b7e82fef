// What a target manages and how its backups differ from it: read from the gateway on request, without secrets.
import { Type } from 'typebox';
import type { InspectedSection, Inspection } from '../../../apply/inspect.ts';
import { type BackupDiffView, type ConfigurationView, TargetName } from '../../../api-schema/views.ts';
import type { DaemonOperations } from '../../core/daemon-operations.ts';
import type { Routes } from '../server/api.ts';
import { answer, OfTarget } from '../server/schemas.ts';

const TAGS = ['configuration'];
/** Each one costs the gateway several requests, so the number per minute and address is limited, as that of plans. */
const READS = { config: { rateLimit: { max: 30, timeWindow: '1 minute' } } };

const MOST = { models: 1000, accounts: 1000, paths: 500, characters: 256 * 1024 };

const OfBackup = Type.Object({
  target: TargetName,
  backup: Type.String({ minLength: 1, maxLength: 200 }),
});

export function configurationRoutes(operations: DaemonOperations): Routes {
  return (server) => {
    server.get(
      '/targets/:target/configuration',
      {
        ...READS,
        schema: {
          tags: TAGS,
          summary: 'What the files declare and what the gateway has, side by side; reads the gateway',
          params: OfTarget,
          response: answer('Configuration'),
        },
      },
      async ({ params }) => configurationView(await operations.inspect(params.target)),
    );

    server.get(
      '/targets/:target/backups/:backup/diff',
      {
        ...READS,
        schema: {
          tags: TAGS,
          summary: "How a backup differs from the gateway's file of now; reads the gateway",
          params: OfBackup,
          response: answer('BackupDiff'),
        },
      },
      async ({ params }): Promise<BackupDiffView> => {
        const { same, added, removed, changed } = await operations.compare(params.target, params.backup);
        const some = (paths: readonly string[]): string[] => paths.slice(0, MOST.paths);
        return { same, added: some(added), removed: some(removed), changed: some(changed) };
      },
    );
  };
}

function configurationView({ at, sections, models, accounts }: Inspection): ConfigurationView {
  return {
    at,
    sections: sections.map(bounded),
    ...(models && { models: models.slice(0, MOST.models) }),
    ...(accounts && { accounts: accounts.slice(0, MOST.accounts).map((account) => ({ ...account })) }),
  };
}

function bounded(section: InspectedSection): ConfigurationView['sections'][number] {
  if (JSON.stringify([section.declared, section.live]).length <= MOST.characters) return { ...section };
  return { path: section.path, differences: section.differences, tooLarge: true };
}
