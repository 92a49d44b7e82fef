// Creates a notice from what happened to a target. Pure.
import type { Change } from '../../domain/plan/change.ts';
import type { Verdict } from '../../domain/plan/guard.ts';
import { meaningOf, type Facts, type Notice, type Topic } from '../../domain/outcome/notice.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { pending, type Plan } from '../../domain/plan/plan.ts';
import { FACTS, HoldfastError, type Problem } from '../../domain/problem/problem.ts';
import type { Redacted } from '../../domain/redacted.ts';
import type { Rollout } from '../../domain/state/rollout.ts';
import { type SyncStatus, SYNC_STATUSES } from '../../domain/outcome/sync-status.ts';
import { momentText, plural, sentence } from '../../lib/text.ts';

/** The parts of a notice that don't come from the event. */
export interface Circumstances {
  readonly id: string;
  readonly previous?: SyncStatus;
  readonly link?: string;
}

/** Of changes, findings and problems. */
const MOST = 20;
/** Maximum characters of a value as JSON. */
const LONGEST_VALUE = 2000;
const NOTHING: Facts = {
  changes: [],
  findings: [],
  problems: [],
  remedy: [],
  more: { changes: 0, findings: 0, problems: 0 },
};

export function noticeOf(kind: Topic, outcome: Outcome, circumstances: Circumstances): Notice {
  const { severity } = meaningOf(kind);
  const { title, meaning } = readAs(kind, circumstances.previous);
  const particular = particularOf(kind, outcome);
  return {
    ...circumstances,
    at: outcome.at,
    kind,
    severity,
    target: outcome.target,
    title: `${outcome.target}: ${title}`,
    summary: [meaning, ...(particular === undefined ? [] : [particular])].join(' '),
    facts: factsOf(outcome),
  };
}

/** How success after a problem is worded. */
function readAs(
  kind: Topic,
  previous: SyncStatus | undefined,
): { readonly title: string; readonly meaning: string } {
  const { title, meaning } = meaningOf(kind);
  if (previous === undefined || previous === 'unknown' || previous === 'in-sync') return { title, meaning };
  const before = SYNC_STATUSES[previous].title.toLowerCase();
  if (kind === 'in-sync')
    return { title: 'In sync again', meaning: `${meaning} Before, the target was: ${before}.` };
  if (kind === 'recovered') return { title: `${title}: in sync again after ${before}`, meaning };
  if (kind === 'applied' && FAILED.has(previous))
    return { title: `${title}: the first success after ${before}`, meaning };
  return { title, meaning };
}

const FAILED: ReadonlySet<SyncStatus> = new Set([
  'rolled-back',
  'needs-a-person',
  'failed',
  'invalid',
  'unreachable',
  'refused',
  'quarantined',
]);

/** About what all targets share. `error`: the problem; absent when it is resolved. */
export function sharedNotice(
  what: 'settings' | 'source',
  kind: Topic,
  at: number,
  circumstances: Circumstances,
  error?: unknown,
): Notice {
  const { severity, title, meaning } = meaningOf(kind);
  const about = what === 'settings' ? 'Settings' : 'Git source';
  const known = error instanceof HoldfastError ? error.problems : [];
  const isOver = kind === 'recovered';
  return {
    ...circumstances,
    at,
    kind,
    severity,
    title: isOver ? `${about}: ${title}` : title,
    summary: isOver ? `${about} can be used again.` : meaning,
    facts: {
      ...NOTHING,
      problems: known.slice(0, MOST).map(shortProblem),
      more: { ...NOTHING.more, problems: left(known) },
    },
  };
}

/** A rollout began, stopped, ended or was told to. */
export function rolloutNotice(kind: Topic, rollout: Rollout, circumstances: Circumstances): Notice {
  const { severity, meaning } = meaningOf(kind);
  const { phase, at, by, why, commit, supersedes } = rollout;
  const particular = [
    placesText(rollout),
    ...(by === undefined ? [] : [`By ${by}.`]),
    ...(why === undefined ? [] : [`Reason: ${why}.`.replace(/\.\.$/, '.')]),
    ...(phase === 'running' && supersedes !== undefined
      ? [`It replaces ${supersedes.slice(0, 12)}, which wasn't complete.`]
      : []),
  ];
  return {
    ...circumstances,
    at,
    kind,
    severity,
    title: `Rollout ${TITLES[phase]}${commit ? ` of ${commit.sha.slice(0, 12)}` : ''}`,
    summary: [...(phase === 'running' || phase === 'stopped' ? [meaning] : []), ...particular].join(' '),
    facts: { ...NOTHING, ...(commit && { commit: { ...commit, dirty: false } }) },
  };
}

const TITLES: Readonly<Record<Rollout['phase'], string>> = {
  running: 'started',
  paused: 'paused',
  stopped: 'stopped',
  aborted: 'aborted',
  undoing: 'undo started',
  undone: 'undone',
  done: 'completed',
};

/** `3 done, 1 failed (eu-2), 12 waiting.` */
function placesText({ targets }: Rollout): string {
  const groups = Map.groupBy(Object.entries(targets), ([, { phase }]) => phase);
  const counts = [...groups].map(([phase, members]) => {
    const names = members.slice(0, 3).map(([name]) => name);
    const more = members.length > 3 ? ', …' : '';
    const listed = NAMED.has(phase) ? ` (${names.join(', ')}${more})` : '';
    return `${members.length} ${phase}${listed}`;
  });
  return `Targets: ${counts.join(', ')}.`;
}

const NAMED: ReadonlySet<string> = new Set(['failed', 'undo-failed', 'working']);

/** A plan is about to be applied. */
export function pendingNotice(plan: Plan, at: number, circumstances: Circumstances): Notice {
  const { severity, title } = meaningOf('pending');
  const summary = `Holdfast applies ${plural(pending(plan).length, 'change')}.`;
  const facts = { ...NOTHING, ...ofPlan(plan) };
  const { target } = plan;
  return {
    ...circumstances,
    at,
    kind: 'pending',
    severity,
    target,
    title: `${target}: ${title}`,
    summary,
    facts,
  };
}

/** A test of the delivery. */
export function testNotice(channel: string, at: number, id: string): Notice {
  const { severity, title, meaning } = meaningOf('test');
  const summary = `${meaning} It was sent through the channel "${channel}".`;
  return { id, at, kind: 'test', severity, title: `Holdfast: ${title}`, summary, facts: NOTHING };
}

/** What this notice says in addition to its meaning. */
function particularOf(kind: Topic, outcome: Outcome): string | undefined {
  if (kind === 'expiring') return expiringText(outcome);
  if (kind === 'applied') return outcome.plan && `${plural(pending(outcome.plan).length, 'change')}.`;
  switch (outcome.kind) {
    case 'quarantined':
      return outcome.parts ? sentence(outcome.reason) : `Reason: ${outcome.reason}.`.replace(/\.\.$/, '.');
    case 'rolled-back':
    case 'rollback-failed':
    case 'failed':
      return `Reason: ${outcome.reason}.`.replace(/\.\.$/, '.');
    case 'invalid':
      return whoseErrors(outcome);
    case 'suspended':
      return `Until ${momentText(outcome.until)}: ${outcome.reason}`;
    case 'restored':
      return `Restored backup: ${outcome.restored}.`;
    case 'stale-memory':
    case 'contested':
      return `Affected: ${outcome.paths.join(', ')}.`;
    case 'drifted':
      return outcome.plan && `${plural(outcome.plan.changes.length, 'difference')}.`;
    default:
      return undefined;
  }
}

const expiringText = ({ problems }: Outcome): string =>
  problems
    .filter((one) => one[FACTS]?.expiring !== undefined)
    .map(({ message }) => sentence(message))
    .join(' ');

/** So that the author of the commit can act on it. */
function whoseErrors({ commit, problems }: Extract<Outcome, { kind: 'invalid' }>): string | undefined {
  const first = problems.find(({ severity }) => severity === 'error');
  if (!first) return undefined;
  const { position, message } = first;
  const at = position ? `${position.file}:${position.line}:${position.column}: ` : '';
  const by = commit?.author === undefined ? '' : ` by ${commit.author}`;
  const whose = commit ? `Commit ${commit.sha.slice(0, 12)}${by}: ` : '';
  return `${whose}${at}${message}.`.replace(/\.\.$/, '.');
}

function factsOf(outcome: Outcome): Facts {
  const { plan, problems } = outcome;
  const changes = plan?.changes ?? [];
  const findings = (plan?.verdicts ?? []).filter(({ allowed }) => !allowed);
  return {
    ...(outcome.kind === 'invalid' ? outcome.commit && { commit: outcome.commit } : plan && ofPlan(plan)),
    ...('backup' in outcome && { backup: outcome.backup }),
    changes: changes.slice(0, MOST).map(shortChange),
    findings: findings.slice(0, MOST).map(shortFinding),
    problems: problems.slice(0, MOST).map(shortProblem),
    remedy: outcome.kind === 'rollback-failed' ? outcome.remedy : [],
    more: { changes: left(changes), findings: left(findings), problems: left(problems) },
  };
}

const left = (list: readonly unknown[]): number => Math.max(0, list.length - MOST);

function ofPlan({ revision: { digest, commit } }: Plan): Pick<Facts, 'revision' | 'commit'> {
  return { revision: digest.slice(0, 12), ...(commit && { commit }) };
}

function shortChange({
  path,
  kind,
  origin,
  attribution,
  disposition,
  before,
  after,
  from,
}: Change): Facts['changes'][number] {
  return {
    path,
    kind,
    origin,
    ...(attribution !== undefined && { attribution }),
    disposition,
    ...(isShort(before) && { before }),
    ...(isShort(after) && { after }),
    ...(isShort(from) && { from }),
  };
}

function isShort(value: Redacted | undefined): value is Redacted {
  return value !== undefined && JSON.stringify(value).length <= LONGEST_VALUE;
}

function shortFinding({ guard, path, message, remedy, override }: Verdict): Facts['findings'][number] {
  return {
    guard,
    message,
    remedy,
    ...(path !== undefined && { path }),
    ...(override !== undefined && { override }),
  };
}

function shortProblem({ code, message, remedy, path, position }: Problem): Facts['problems'][number] {
  return { code, message, remedy, ...(path !== undefined && { path }), ...(position && { position }) };
}
