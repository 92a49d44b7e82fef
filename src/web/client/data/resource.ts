// Data that is loaded, shown, and reloaded when it changed. During a reload, or if it fails, the previous data
// stays.
import { type Signal, signal } from '@preact/signals';
import type { ProblemView } from '../../../api-schema/views.ts';
import type { Answer } from './api.ts';

export interface Loaded<T> {
  /** Absent until the first successful response; kept when a later one fails. */
  readonly value?: T;
  /** Why the last request failed. */
  readonly problem?: ProblemView;
}

export interface Resource<T> {
  readonly state: Signal<Loaded<T>>;
  /** Requests again. Several calls cause at most two requests: the current one, and one after it. */
  load(): Promise<void>;
  change(by: (value: T) => T): void;
}

export function createResource<T>(ask: () => Promise<Answer<T>>): Resource<T> {
  const state = signal<Loaded<T>>({});
  let underWay: Promise<void> | undefined;
  let again = false;
  const run = async (): Promise<void> => {
    do {
      again = false;
      const answer = await ask();
      state.value = answer.ok ? { value: answer.value } : { ...state.peek(), problem: answer.problem };
    } while (again);
    underWay = undefined;
  };
  return {
    state,
    load() {
      if (underWay) again = true;
      else underWay = run();
      return underWay;
    },
    change(by) {
      const { value } = state.peek();
      if (value !== undefined) state.value = { ...state.peek(), value: by(value) };
    },
  };
}
