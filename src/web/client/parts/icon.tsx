// Small icons, one path each, in the colour of the text. No status differs from another by colour alone.
import type { OutcomeKind } from '../../../domain/outcome/outcome.ts';
import type { SyncStatus } from '../../../domain/outcome/sync-status.ts';

const STANDING_PATHS: Record<SyncStatus, string> = {
  'in-sync': 'M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8M5.2 8.2l2 2 3.6-4',
  drifted: 'M3 6h10M3 10h10M10.5 3l-5 10',
  'stale-memory': 'M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8M8 4.5V8l2.4 1.6',
  contested: 'M2 5.5h10M9 2.5l3 3-3 3M14 10.5H4M7 7.5l-3 3 3 3',
  refused: 'M8 1.8l5.2 2v4c0 3.2-2.2 5.4-5.2 6.4-3-1-5.2-3.2-5.2-6.4v-4zM5.5 8h5',
  suspended: 'M5.5 3v10M10.5 3v10',
  waiting: 'M4.5 2h7M4.5 14h7M5.5 2v2.5L8 8l2.5-3.5V2M5.5 14v-2.5L8 8l2.5 3.5V14',
  quarantined: 'M2.5 7h11v6.5h-11zM5 7V5a3 3 0 0 1 6 0v2M8 9.5v1.5',
  'rolled-back': 'M3 7h7a3.5 3.5 0 0 1 0 7H6M6 4L3 7l3 3',
  'needs-a-person': 'M8 2l6.3 11.5H1.7zM8 6.5v3M8 11.6v.1',
  invalid: 'M4 1.8h5.5L13 5.3v9H4zM6.5 7.5l4 4M10.5 7.5l-4 4',
  unreachable: 'M6 10l-2 2a2.5 2.5 0 0 1-3-3l2.5-2.5M10 6l2-2a2.5 2.5 0 0 1 3 3l-2.5 2.5M3 3l10 10',
  failed: 'M5.2 2h5.6L14 5.2v5.6L10.8 14H5.2L2 10.8V5.2zM8 5v3.5M8 10.9v.1',
  unknown: 'M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8M6.3 6.5a1.7 1.7 0 1 1 2.5 1.5c-.5.3-.8.6-.8 1.2M8 11.3v.1',
};

/** Outcomes that leave the status of a target as it is have an icon of their own. */
const OUTCOME_PATHS: Partial<Record<OutcomeKind, string>> = {
  restored: 'M3 8a5 5 0 1 1 1.6 3.7M3 4v4h4',
  cancelled: 'M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8M4 4l8 8',
  stale: 'M4 1.8h5.5L13 5.3v9H4zM6.5 9h4',
  locked: 'M3.5 7h9v6.5h-9zM5 7V5a3 3 0 0 1 6 0v2',
};

const PATHS = {
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  warning: 'M8 2l6.3 11.5H1.7zM8 6.5v3M8 11.6v.1',
  danger: 'M5.2 2h5.6L14 5.2v5.6L10.8 14H5.2L2 10.8V5.2zM8 5v3.5M8 10.9v.1',
  note: 'M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8M8 7.5V11M8 5v.1',
  key: 'M9.5 6.5a3 3 0 1 1 1 1L6 12v2H3.5v-2.5L9 6',
  branch:
    'M4.5 5v6M4.5 3a1 1 0 1 0 0 2 1 1 0 1 0 0-2M4.5 11a1 1 0 1 0 0 2 1 1 0 1 0 0-2M11.5 4a1 1 0 1 0 0 2 1 1 0 1 0 0-2M11.5 6c0 3-7 2-7 5',
  light:
    'M8 5a3 3 0 1 0 0 6 3 3 0 1 0 0-6M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7',
  dark: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z',
  system: 'M2 3h12v8H2zM6 14h4M8 11v3',
  clock: 'M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8M8 4.5V8l2.4 1.6',
  leave: 'M6.5 2.5h-4v11h4M6 8h7.5M10.5 5l3 3-3 3',
  pin: 'M5.5 2h5M6.5 2v4.5L4 9.5h8L9.5 6.5V2M8 9.5V14',
  back: 'M10 3L5 8l5 5',
  becomes: 'M2.5 8h11M9.5 4l4 4-4 4',
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name }: { readonly name: IconName }) => <Drawing path={PATHS[name]} />;

export const StandingIcon = ({ standing }: { readonly standing: SyncStatus }) => (
  <Drawing path={STANDING_PATHS[standing]} />
);

/** `standing`: the status after the outcome. */
export const OutcomeIcon = ({ kind, standing }: { readonly kind: string; readonly standing: SyncStatus }) => (
  <Drawing path={OUTCOME_PATHS[kind as OutcomeKind] ?? STANDING_PATHS[standing]} />
);

function Drawing({ path }: { readonly path: string }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={path} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" />
      <path d="M16 6v13M16 19c0 4-3 5-7 7M16 19c0 4 3 5 7 7M16 19v7M10 11h12" />
    </svg>
  );
}
