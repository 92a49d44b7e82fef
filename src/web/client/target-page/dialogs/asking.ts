// An action in progress: one request at a time, with its result as a value.
import { useState } from 'preact/hooks';
import type { Outcome } from '../../../../domain/outcome/outcome.ts';
import { type Answer, post, targetPath } from '../../data/api.ts';

export interface Asking {
  readonly busy: boolean;
  readonly answer: Answer<unknown> | undefined;
  ask(action: Action, body?: object): Promise<Answer<unknown>>;
  forget(): void;
}

export type Action = 'sync' | 'suspend' | 'resume' | 'retry' | 'apply' | 'adopt' | 'restore' | 'rollback';

export function useAsking(name: string): Asking {
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer<unknown>>();
  return {
    busy,
    answer,
    async ask(action, body) {
      setBusy(true);
      setAnswer(undefined);
      const given = await post<unknown>(targetPath(name, `/actions/${action}`), body);
      setAnswer(given);
      setBusy(false);
      return given;
    },
    forget: () => setAnswer(undefined),
  };
}

/** Finished work responds with its outcome; a mere request doesn't. */
export function outcomeIn(value: unknown): Outcome | undefined {
  const isOutcome = typeof value === 'object' && value !== null && 'kind' in value && 'durationMs' in value;
  return isOutcome ? (value as Outcome) : undefined; // by the schema of the route
}
