// What to send to a channel for a status: once per change, and a recovery only if the problem was sent. Pure.
import { meaningOf, type Topic, TOPICS } from '../../domain/outcome/notice.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { FACTS } from '../../domain/problem/problem.ts';
import { leavesQuarantined, type Severity, syncStatusAfter } from '../../domain/outcome/sync-status.ts';
import type { Rollout } from '../../domain/state/rollout.ts';
import type { NotifiedStatus } from '../../domain/state/state.ts';
import type { Channel } from '../../settings/settings.ts';

type Wants = Pick<Channel, 'on' | 'severity' | 'targets'>;

export interface Transition {
  /** In order; empty if the channel gets nothing. */
  readonly tells: readonly Topic[];
  /** What the channel knows once it was notified. */
  readonly status: NotifiedStatus | undefined;
}

/** Everything that may need action. */
const BY_DEFAULT: readonly Topic[] = TOPICS.filter((topic) => topic !== 'in-sync' && topic !== 'applied');

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

function wants({ on = BY_DEFAULT, severity }: Wants, topic: Topic): boolean {
  return on.includes(topic) && RANK[meaningOf(topic).severity] >= RANK[severity];
}

/** After an outcome of a target that the channel subscribes to. */
export function transitionAfter(
  channel: Wants,
  before: NotifiedStatus | undefined,
  outcome: Outcome,
): Transition {
  if (channel.targets && !channel.targets.includes(outcome.target)) return { tells: [], status: before };
  const { tells, status } = transitionFrom(channel, before, statusIn(outcome));
  const expiring = expiringIn(outcome);
  const announced = before?.expiring ?? [];
  const isNew = status !== undefined && expiring.some((one) => !announced.includes(one));
  const occurred: readonly Topic[] = [
    ...(outcome.kind === 'applied' || outcome.kind === 'restored' ? [outcome.kind] : []),
    ...(isNew ? ['expiring' as const] : []),
  ];
  const told = [...occurred.filter((topic) => wants(channel, topic)), ...tells];
  if (!isNew) return { tells: told, status: keeping(status, before) };
  const all = [...new Set([...announced, ...expiring])].slice(-MOST_ANNOUNCED);
  return { tells: told, status: { ...status, expiring: all } };
}

/** Keys whose announcement a channel is known to have. */
const MOST_ANNOUNCED = 200;

const expiringIn = ({ problems }: Outcome): readonly string[] =>
  problems.flatMap(({ [FACTS]: facts }) => (facts?.expiring === undefined ? [] : [facts.expiring]));

/** What was announced stays announced, whatever happens to the target. */
function keeping(
  status: NotifiedStatus | undefined,
  before: NotifiedStatus | undefined,
): NotifiedStatus | undefined {
  const isKept = !status || status === before || before?.expiring === undefined;
  return isKept ? status : { ...status, expiring: before.expiring };
}

/** After something that all targets share fails or works again. */
export function sharedTransition(
  channel: Wants,
  before: NotifiedStatus | undefined,
  topic: 'source' | 'daemon',
  isWrong: boolean,
): Transition {
  return transitionFrom(channel, before, isWrong ? { standing: topic } : before && { standing: 'in-sync' });
}

interface Current {
  readonly standing: Exclude<NotifiedStatus['standing'], 'waiting' | 'rollout'>;
  readonly of?: string;
}

/** Each phase of each rollout is sent once. */
export function rolloutTransition(
  channel: Wants,
  before: NotifiedStatus | undefined,
  { id, phase }: Pick<Rollout, 'id' | 'phase'>,
): Transition {
  const of = `${id} ${phase}`;
  if (before?.of === of) return { tells: [], status: before };
  const topic = phase === 'stopped' ? 'rollout-stopped' : 'rollout';
  return { tells: wants(channel, topic) ? [topic] : [], status: { standing: 'rollout', of } };
}

/** Each failed revision is reported, even if the previous one failed in the same way. */
function statusIn(outcome: Outcome): Current | undefined {
  const standing = leavesQuarantined(outcome) ? 'quarantined' : syncStatusAfter(outcome.kind);
  // A rollout tells of the targets that wait for it.
  if (standing === undefined || standing === 'waiting') return undefined;
  const isInvalid = outcome.kind === 'invalid';
  const of = (isInvalid ? outcome.commit?.sha : outcome.plan?.revision.digest)?.slice(0, 12);
  const isPartly = outcome.kind === 'quarantined' ? outcome.parts !== undefined : standing === 'quarantined';
  const isOfRevision = isInvalid || isPartly || standing === 'rolled-back' || standing === 'needs-a-person';
  return { standing, ...(isOfRevision && of !== undefined && { of }) };
}

function transitionFrom(
  channel: Wants,
  before: NotifiedStatus | undefined,
  current: Current | undefined,
): Transition {
  if (!current || (before?.standing === current.standing && before.of === current.of))
    return { tells: [], status: before };
  if (current.standing === 'in-sync') return { tells: fineTopics(channel, before), status: current };
  const { standing } = current;
  const isTold = standing !== 'unknown' && wants(channel, standing);
  const trouble = isTold && meaningOf(standing).severity !== 'info' ? standing : before?.trouble;
  return { tells: isTold ? [standing] : [], status: { ...current, ...(trouble && { trouble }) } };
}

/** A recovery is sent to channels that got the problem, whatever its severity. */
function fineTopics(channel: Wants, before: NotifiedStatus | undefined): Topic[] {
  if (before?.trouble && (channel.on ?? BY_DEFAULT).includes('recovered')) return ['recovered'];
  return wants(channel, 'in-sync') && before?.standing !== 'source' && before?.standing !== 'daemon'
    ? ['in-sync']
    : [];
}
