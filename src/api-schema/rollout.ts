// The rollout of a fleet in the HTTP API. Times are ms since the epoch.
import { type Static, Type } from 'typebox';
import { ROLLOUT_PHASES, ROLLOUT_TARGET_PHASES } from '../domain/state/rollout.ts';
import type { RolloutView as View } from '../domain/state/rollout-view.ts';
import { Commit } from './views.ts';

const Text = Type.String();
const At = Type.Integer({ description: 'ms since the epoch' });
const Optional = Type.Optional;
const Requests = Type.Object({ succeeded: Type.Integer(), failed: Type.Integer() });

const Wave = Type.Object({
  name: Text,
  state: Type.Enum(['done', 'current', 'soaking', 'waiting']),
  soakUntil: Optional(At),
  passedAt: Optional(At),
  rates: Optional(Type.Object({ before: Requests, during: Requests })),
  targets: Type.Array(
    Type.Object({
      name: Text,
      phase: Type.Enum([...ROLLOUT_TARGET_PHASES]),
      at: At,
      revision: Optional(Text),
      why: Optional(Text),
      notBefore: Optional(At),
      backup: Optional(Text),
    }),
  ),
});

const Shape = Type.Object({
  id: Text,
  phase: Type.Enum([...ROLLOUT_PHASES]),
  startedAt: At,
  at: At,
  by: Optional(Text),
  why: Optional(Text),
  commit: Optional(Commit),
  supersedes: Optional(Text),
  waves: Type.Array(Wave),
  actions: Type.Array(Type.Enum(['pause', 'resume', 'abort', 'undo'])),
  problems: Type.Array(Type.Object({ code: Text, message: Text, remedy: Text })),
});
export const RolloutView = Type.Unsafe<View>(Shape);
export type RolloutView = View;

/** `rollout` is absent if there was none yet. */
export const RolloutAnswer = Type.Object({
  /** Whether the settings have a strategy. */
  strategy: Type.Boolean(),
  rollout: Optional(RolloutView),
});
export type RolloutAnswer = Static<typeof RolloutAnswer>;

export const RolloutRequest = Type.Object(
  {
    /** The rollout that is meant: a newer one isn't touched. */
    id: Optional(Type.String({ minLength: 1, maxLength: 100 })),
  },
  { additionalProperties: false },
);
export type RolloutRequest = Static<typeof RolloutRequest>;
