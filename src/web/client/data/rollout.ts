// The rollout of the fleet as the daemon reports it, reloaded when it changed.
import type { RolloutAnswer } from '../../../api-schema/rollout.ts';
import type { RolloutAction } from '../../../domain/state/rollout.ts';
import { type Answer, get, post } from './api.ts';
import { listen } from './live.ts';
import { createResource } from './resource.ts';

export const rollout = createResource(() => get<RolloutAnswer>('rollout'));

/** Until the returned function is called. */
export function followRollout(): () => void {
  const load = (): void => void rollout.load();
  load();
  return listen((events) => {
    if (events.some(({ kind }) => kind === 'rollout' || kind === 'settings')) load();
  }, load);
}

/** Of this rollout only: one that replaced it meanwhile isn't touched. */
export async function control(action: RolloutAction, id: string): Promise<Answer<RolloutAnswer>> {
  const answer = await post<RolloutAnswer>(`rollout/actions/${action}`, { id });
  if (answer.ok) rollout.change(() => answer.value);
  return answer;
}
