// Earlier versions of the gateway's own file, newest first; each can be restored.
import { useState } from 'preact/hooks';
import type { BackupsView } from '../../../api-schema/views.ts';
import { Icon } from '../parts/icon.tsx';
import { Empty, WhenLoaded } from '../parts/loading.tsx';
import { Ago } from '../parts/time.tsx';
import type { Resource } from '../data/resource.ts';
import { mayOperate } from '../data/session.ts';
import { short, size } from '../data/labels.ts';
import { BackupDiff } from './dialogs/backup-diff.tsx';
import { RestoreDialog } from './dialogs/restore-dialog.tsx';

type Backup = BackupsView['backups'][number];

interface Props {
  readonly resource: Resource<BackupsView>;
  readonly name: string;
}

export function Backups({ resource, name }: Props) {
  const [chosen, setChosen] = useState<Backup>();
  return (
    <>
      <WhenLoaded resource={resource} what="backups">
        {({ backups }) =>
          backups.length === 0 ? (
            <Empty>No backups yet. Holdfast creates the first one before its first write.</Empty>
          ) : (
            <List backups={backups} name={name} restore={setChosen} />
          )
        }
      </WhenLoaded>
      {chosen && <RestoreDialog backup={chosen} name={name} close={() => setChosen(undefined)} />}
    </>
  );
}

interface ListProps {
  readonly name: string;
  readonly backups: readonly Backup[];
  readonly restore: (backup: Backup) => void;
}

function List({ backups, name, restore }: ListProps) {
  return (
    <ul class="backups plain">
      {backups.map((backup) => (
        <li key={backup.id}>
          <div class="backup-what">
            <p>
              <Ago at={backup.at} focusable /> <span class="tag">{backup.reason.replaceAll('-', ' ')}</span>
              {backup.pinned && (
                <span class="tag" title="Never deleted automatically">
                  <Icon name="pin" />
                  kept
                </span>
              )}
            </p>
            <p class="sub mono break">{backup.id}</p>
            <p class="sub">
              {size(backup.bytes)}, sha256 <code title={backup.sha256}>{short(backup.sha256, 12)}</code>
            </p>
            <BackupDiff name={name} id={backup.id} />
          </div>
          {mayOperate.value && (
            <button
              type="button"
              class="button"
              onClick={() => restore(backup)}
              aria-label={`Restore ${backup.id}`}
            >
              Restore…
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
