// Reports a change of a rollout to the log and to the services.
import type { Rollout } from '../../domain/state/rollout.ts';
import { newsOf } from '../../rollout/news.ts';
import { windowAhead } from '../../rollout/outlook.ts';
import type { Reporter, RolloutChange } from '../core/reporter.ts';
import type { TargetSet } from '../core/target-set.ts';

export function tellRollout(
  reporter: Reporter,
  rollout: Rollout,
  change: RolloutChange,
  { strategy, targets }: Pick<TargetSet, 'strategy' | 'targets'>,
  now: number,
): void {
  for (const { isTrouble, text } of newsOf(rollout, change.before))
    reporter.note(isTrouble ? 'error' : 'info', text);
  const isNew = rollout.id !== change.before?.id;
  const ahead = isNew && strategy ? windowAhead(rollout, strategy, targets, now) : undefined;
  if (ahead) reporter.note('warn', `${ahead.code}: ${ahead.message}. ${ahead.remedy}`);
  reporter.rollout?.(rollout, change);
}
