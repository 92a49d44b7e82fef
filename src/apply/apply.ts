// The engine's front door: look at a target (`check`), make it equal (`reconcile`), put a backup back (`restore`),
// resolve what a crash left behind (`recover`). Every one of them returns an Outcome; none throws for what a gateway,
// a file or a person can do.
import type { Outcome } from '../nouns/outcome.ts';
import type { Context, ReconcileRequest, RestoreRequest } from './context.ts';

export type {
  Approval,
  Checkpoint,
  Context,
  LoadedDesired,
  ReconcileRequest,
  RestoreRequest,
  RestoreSummary,
} from './context.ts';

/** Plan, diff and drift: observes and plans, writes nothing, takes no lock. The plan is in the outcome. */
export async function check(context: Context, request: ReconcileRequest = {}): Promise<Outcome> {
  void context;
  void request;
  throw new Error('not yet');
}

/** Observe → plan → transaction (design §10). */
export async function reconcile(context: Context, request: ReconcileRequest = {}): Promise<Outcome> {
  void context;
  void request;
  throw new Error('not yet');
}

/** Puts a backup back, as a transaction of its own. */
export async function restore(context: Context, request: RestoreRequest): Promise<Outcome> {
  void context;
  void request;
  throw new Error('not yet');
}

/** Resolves an open journal (design §10.10). Undefined: there was none. `reconcile` does it by itself. */
export async function recover(context: Context): Promise<Outcome | undefined> {
  void context;
  throw new Error('not yet');
}
