// The status of a target, as icon and title in its colour.
import { SYNC_STATUSES, type SyncStatus } from '../../../domain/outcome/sync-status.ts';
import { toneOf } from '../data/standing.ts';
import { StandingIcon } from './icon.tsx';

export function StandingBadge({ standing }: { readonly standing: SyncStatus }) {
  const { title, meaning } = SYNC_STATUSES[standing];
  return (
    <span class={`standing tone-${toneOf(standing)}`} title={meaning}>
      <StandingIcon standing={standing} />
      {title}
    </span>
  );
}
