// Whether a backup of this run can be found afterwards. A runner of a CI system discards its disk, so only files
// that someone keeps elsewhere survive.
import { isWithin } from '../lib/paths.ts';
import type { StateSettings } from '../settings/settings.ts';

/** Why no backup of this run survives it; undefined if one does. */
export function backupsVanish(
  { dir, lasting, backups }: StateSettings,
  isOfThisJob: boolean,
): string | undefined {
  if (lasting ?? !isOfThisJob) return undefined;
  if (backups && !isWithin(backups.dir, dir)) return undefined;
  const why =
    lasting === false
      ? '`state.lasting` is false'
      : 'the state directory was created in this CI job, which ends with its disk';
  return backups ? `${why}, and \`state.backups\` is inside it` : `${why}, and \`state.backups\` isn't set`;
}
