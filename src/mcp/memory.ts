// What the servers of one process share: the plans that they made, and the questions that they asked.
import { randomBytes } from 'node:crypto';
import type { KeptPlan, PlanMemory } from './types.ts';

export interface Questions {
  /** Remembers a question. The text comes back with the answer, and nobody can guess it. */
  ask(about: string): string;
  /** Whether this very question was asked. A question is answered once. */
  settle(token: unknown, about: string): boolean;
}

export interface Memory {
  readonly plans: PlanMemory;
  readonly questions: Questions;
}

export const createMemory = (): Memory => ({ plans: planMemory(), questions: openQuestions() });

const MOST_PLANS = 20;

/** The newest plans. */
function planMemory(): PlanMemory {
  const kept = new Map<string, KeptPlan>();
  return {
    keep: (one) => {
      const digest = one.plan.digest.value;
      kept.delete(digest);
      kept.set(digest, one);
      dropOldest(kept, MOST_PLANS);
    },
    find: (digest) => kept.get(digest),
  };
}

const MOST_QUESTIONS = 100;

/** An answer counts only for a question of this process: a client can't answer what nobody asked. */
function openQuestions(): Questions {
  const open = new Map<string, string>();
  return {
    ask(about) {
      const token = randomBytes(24).toString('base64url');
      open.set(token, about);
      dropOldest(open, MOST_QUESTIONS);
      return token;
    },
    settle(token, about) {
      if (typeof token !== 'string' || open.get(token) !== about) return false;
      return open.delete(token);
    },
  };
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
