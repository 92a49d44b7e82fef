// What the engine reports while it works. Renderers and logs listen; the engine prints nothing.
import type { Outcome } from './outcome.ts';
import type { Plan } from '../plan/plan.ts';
import type { Problem } from '../problem/problem.ts';
import type { Write } from '../plan/write.ts';

export type Step =
  | 'lock'
  | 'observe'
  | 'plan'
  | 'quiet'
  | 'baseline'
  | 'backup'
  | 'journal'
  | 'probe-way-back'
  | 'write'
  | 'settle'
  | 'verify'
  | 'commit'
  | 'roll-back'
  | 'recover'
  | 'bisect';

export type Event =
  | {
      readonly kind: 'step';
      readonly target: string;
      readonly step: Step;
      readonly detail?: string;
      readonly write?: Write;
    }
  | {
      /** The work waits. */
      readonly kind: 'wait';
      readonly target: string;
      /** How long, or at most how long. */
      readonly ms: number;
      readonly atMost?: boolean;
      /** What it waits for, after "waiting for". */
      readonly what: string;
    }
  | { readonly kind: 'planned'; readonly target: string; readonly plan: Plan }
  | { readonly kind: 'notice'; readonly target: string; readonly problem: Problem }
  | { readonly kind: 'finished'; readonly target: string; readonly outcome: Outcome };

export type Listener = (event: Event) => void;
