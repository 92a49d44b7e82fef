// The state of one target: in sync or not, and the depth and age of the last check.
import type { Revision } from '../../domain/desired.ts';
import type { Undeclared } from '../../domain/plan/undeclared.ts';
import type { Quarantine } from '../../domain/state/state.ts';
import type { OutcomeKind } from '../../domain/outcome/outcome.ts';
import {
  meaningOf,
  type StatusFacts,
  type SyncStatus,
  WORST_FIRST,
} from '../../domain/outcome/sync-status.ts';
import type { LastCheck } from '../../domain/plan/last-check.ts';
import { plural, timeText } from '../../lib/text.ts';
import { commitText } from './commit.ts';
import { duration, type Style } from './style.ts';
import { table } from './table.ts';

/** A logged-in account of the gateway. */
interface Account {
  readonly name: string;
  readonly provider: string;
  readonly state: string;
  readonly detail: string;
}

interface ReadAccount extends Omit<Account, 'detail'> {
  readonly status: string;
  readonly nextRetryAfter?: string | undefined;
}

export const accountLine = ({ status, nextRetryAfter, name, provider, state }: ReadAccount): Account => ({
  name,
  provider,
  state,
  detail: nextRetryAfter === undefined ? status : `${status}, again after ${nextRetryAfter}`,
});

export interface TargetStatus {
  readonly target: string;
  /** Of the settings. */
  readonly labels?: Readonly<Record<string, string>>;
  /** As the dashboard shows it. */
  readonly standing: SyncStatus;
  /** Why, in a few words, and since when, as far as a daemon knows it. */
  readonly why?: string;
  readonly since?: number;
  readonly url: string;
  readonly mode: string;
  /** Digest of what the files declare now. */
  readonly declared?: string;
  /** Why the digest is unknown, if only variables or files of secrets are missing. */
  readonly unresolved?: string;
  readonly applied?: { readonly revision: Revision; readonly at: number };
  readonly lastOutcome?: { readonly kind: OutcomeKind; readonly at: number; readonly summary: string };
  readonly lastDeepCheck?: LastCheck;
  readonly lastShallowCheck?: LastCheck;
  readonly suspension?: { readonly until: number; readonly reason: string };
  /** Freeze windows that are open. */
  readonly frozen: readonly { readonly until: number; readonly window: string }[];
  readonly quarantine?: Pick<Quarantine, 'since' | 'reason' | 'parts'>;
  readonly authBlock?: { readonly until: number; readonly reason: string };
  readonly credentials?:
    | {
        readonly reached: true;
        readonly accounts: readonly Account[];
      }
    | { readonly reached: false; readonly why: string };
  readonly released: readonly string[];
  /** At the last deep check. */
  readonly undeclared?: readonly Undeclared[];
  readonly contested: readonly string[];
  /** Keys that are being replaced. */
  readonly rotating?: readonly string[];
  /** A sentence for each client key that has expired, or will soon. */
  readonly expiring?: readonly string[];
}

/** The files have errors, so what is known about the gateway refers to an earlier revision. */
export const isInvalid = ({ declared, unresolved }: Pick<TargetStatus, 'declared' | 'unresolved'>): boolean =>
  declared === undefined && unresolved === undefined;

/** What needs a person first; among equals as the settings have them. */
export const worstFirst = <T extends Pick<TargetStatus, 'standing'>>(targets: readonly T[]): readonly T[] =>
  targets.toSorted((a, b) => WORST_FIRST.indexOf(a.standing) - WORST_FIRST.indexOf(b.standing));

/** Every target, the worst first; how many there are of each state where there are several. */
export function statusesText(targets: readonly TargetStatus[], now: number, style: Style): string {
  const sorted = worstFirst(targets.map(asSeen));
  const head =
    targets.length > 1
      ? [`${plural(targets.length, 'target')}: ${countsText(sorted.map(factsOf), style)}\n`]
      : [];
  return [...head, ...sorted.map((target) => statusText(target, now, style))].join('\n');
}

/** What nobody has checked yet, and what can't be asked either, is unreachable. */
function asSeen(status: TargetStatus): TargetStatus {
  return status.standing === 'unknown' && unreached(status) !== undefined
    ? { ...status, standing: 'unreachable' }
    : status;
}

/** Why the gateway couldn't be asked just now. */
const unreached = ({ credentials }: TargetStatus): string | undefined =>
  credentials?.reached === false ? credentials.why : undefined;

/** `1 refused, 8 in sync` */
export function countsText(targets: readonly StatusFacts[], style: Style): string {
  const groups = Map.groupBy(targets, (facts) => titleText(facts, style));
  return [...groups].map(([title, members]) => `${members.length} ${title}`).join(', ');
}

export function titleText(facts: StatusFacts, style: Style): string {
  const { severity, title } = meaningOf(facts);
  const paint = { critical: style.bad, warning: style.warn, info: style.good }[severity];
  return facts.standing === 'unknown' || facts.standing === 'suspended' || facts.standing === 'waiting'
    ? title.toLowerCase()
    : paint(title.toLowerCase());
}

function statusText(status: TargetStatus, now: number, style: Style): string {
  const ago = (at: number): string => agoText(now - at);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['state', stateText(status, ago, style)],
    ['gateway', syncText(status, ago, style)],
    [
      'declared',
      status.declared === undefined
        ? style.warn(status.unresolved ?? 'the files have errors: holdfast validate')
        : status.declared.slice(0, 12),
    ],
    ['applied', status.applied ? appliedText(status.applied, ago) : 'never'],
    ['last outcome', lastOutcomeText(status, ago)],
    [
      'suspended',
      status.suspension &&
        style.warn(`until ${timeText(status.suspension.until)} UTC: ${status.suspension.reason}`),
    ],
    ['frozen', frozenText(status, style)],
    [
      'quarantined',
      status.quarantine &&
        style.bad(`since ${timeText(status.quarantine.since)} UTC: ${status.quarantine.reason}`),
    ],
    [
      'access',
      status.authBlock && status.authBlock.until > now
        ? style.bad(blockText(status.authBlock, unreached(status)))
        : undefined,
    ],
    ['released', status.released.length > 0 ? `${status.released.join(', ')} (still in effect)` : undefined],
    ['undeclared', undeclaredLine(status)],
    ['contested', status.contested.length > 0 ? style.warn(status.contested.join(', ')) : undefined],
    ['rotating', status.rotating && `${status.rotating.join(', ')} (holdfast rotate --status)`],
    ['expiring', status.expiring && style.warn(status.expiring.join('; '))],
    ['OAuth accounts', accountsLine(status, style)],
  ];
  const shown = rows.flatMap(([name, text]) =>
    text === undefined ? [] : [`  ${style.dim(name.padEnd(15))}${text}`],
  );
  return [
    `${style.accent(style.bold(status.target))} at ${status.url}, mode ${status.mode}`,
    ...shown,
    ...troubled(status, style),
    '',
  ].join('\n');
}

/** `told`: what the state says already. */
function blockText({ until, reason }: NonNullable<TargetStatus['authBlock']>, told?: string): string {
  return `not tried again before ${timeText(until)} UTC${told?.includes(reason) ? '' : `: ${reason}`}`;
}

/** Without a reason that another row tells. */
function lastOutcomeText(status: TargetStatus, ago: (at: number) => string): string | undefined {
  const { lastOutcome, quarantine, suspension, authBlock } = status;
  if (!lastOutcome) return undefined;
  const { kind, summary, at } = lastOutcome;
  const told = [unreached(status), quarantine?.reason, suspension?.reason, authBlock?.reason];
  const reason = told.find((one) => one && summary.endsWith(one));
  const text = reason === undefined ? summary : summary.slice(0, -reason.length).replace(/: $/, '');
  return `${text || kind}, ${ago(at)}`;
}

/** Rounded: when a check ended is never of interest to the millisecond. */
function agoText(ms: number): string {
  if (ms < 1000) return 'less than a second ago';
  return `${ms < 60_000 ? `${Math.round(ms / 1000)} s` : duration(ms)} ago`;
}

/** The newest first. */
function looksOf({ lastDeepCheck, lastShallowCheck }: TargetStatus): (LastCheck & { depth: string })[] {
  return [
    ...(lastDeepCheck ? [{ ...lastDeepCheck, depth: 'deep' }] : []),
    ...(lastShallowCheck ? [{ ...lastShallowCheck, depth: 'shallow' }] : []),
  ].toSorted((a, b) => b.at - a.at);
}

const factsOf = (status: TargetStatus): StatusFacts => ({
  standing: status.standing,
  causes: looksOf(status)[0]?.causes,
  last: status.lastOutcome?.kind,
});

function stateText(status: TargetStatus, ago: (at: number) => string, style: Style): string {
  const { why, since } = status;
  const cause = unreached(status);
  const isUnreachable = status.standing === 'unreachable';
  const title = titleText(factsOf(status), style);
  const details = [
    ...(why === undefined ? [] : [why]),
    ...(since === undefined ? [] : [`since ${ago(since)}`]),
    ...(cause === undefined || isUnreachable ? [] : [style.bad(`can't be read now: ${cause}`)]),
  ];
  return [cause !== undefined && isUnreachable ? `${title}: ${cause}` : title, ...details].join('; ');
}

function syncText(status: TargetStatus, ago: (at: number) => string, style: Style): string {
  const { lastDeepCheck, declared, applied } = status;
  const [last] = looksOf(status);
  if (!last) return style.warn('never checked');
  const by = isInvalid(status) ? ' the last valid revision' : '';
  const word = last.inSync
    ? style.good(`in sync${by && ` with${by}`}`)
    : style.warn(`differs${by && ` from${by}`}`);
  const compared = last.revision ?? applied?.revision.digest ?? '';
  const since =
    declared !== undefined && !['', declared].includes(compared)
      ? style.warn('; the files changed since')
      : '';
  const restored = status.lastOutcome?.kind === 'restored' && status.lastOutcome.at > last.at;
  const moved = restored ? style.warn('; a backup was restored since') : since;
  const deep = last.depth === 'shallow' && lastDeepCheck ? `, deep ${ago(lastDeepCheck.at)}` : '';
  return `${word} (${last.depth} check ${ago(last.at)}${deep})${moved}`;
}

/** Counts alone: `holdfast plan --undeclared` has the names. */
function undeclaredLine({ undeclared = [] }: TargetStatus): string | undefined {
  if (undeclared.length === 0) return undefined;
  const sections = undeclared.map(({ path, count }) => (count > 1 ? `${path} (${count})` : path));
  return `${sections.join(', ')}: on the gateway, not in the files`;
}

function frozenText({ frozen }: TargetStatus, style: Style): string | undefined {
  const windows = frozen.map(({ until, window }) => `until ${timeText(until)} UTC: ${window}`);
  return windows.length === 0 ? undefined : style.warn(windows.join('; '));
}

function appliedText(
  { revision, at }: NonNullable<TargetStatus['applied']>,
  ago: (at: number) => string,
): string {
  const commit = revision.commit ? `, ${commitText(revision.commit)}` : '';
  // A part was applied, and nothing before: no files have this digest.
  const digest = revision.digest === '' ? 'a part of the files' : revision.digest.slice(0, 12);
  return `${digest}${commit}, ${ago(at)}`;
}

function accountsLine({ credentials }: TargetStatus, style: Style): string | undefined {
  if (!credentials?.reached) return undefined; // the state says why
  const { accounts } = credentials;
  const well = accounts.filter(({ state }) => state === 'ok').length;
  if (accounts.length === 0) return 'no logged-in accounts';
  return well === accounts.length
    ? style.good(`${well} healthy`)
    : style.warn(`${well} of ${accounts.length} healthy`);
}

function troubled({ credentials }: TargetStatus, style: Style): string[] {
  const accounts = credentials?.reached ? credentials.accounts.filter(({ state }) => state !== 'ok') : [];
  return accounts.length === 0
    ? []
    : [
        table(
          ['account', 'provider', 'state', ''],
          accounts.map(({ name, provider, state, detail }) => [name, provider, state, detail]),
          style,
        ),
      ];
}
