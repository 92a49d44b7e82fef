// The question before a write, asked only on a terminal.
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { type Digest, isRefused, type Plan } from '../../domain/plan/plan.ts';
import { problem } from '../../domain/problem/problem.ts';
import { planText } from '../../report/text/plan.ts';
import { wrapped } from '../../report/text/wrap.ts';
import { type Globals, type Io, styleOf } from '../../compose/io.ts';
import { untold } from '../../report/report.ts';
import { showWarnings, viewOf } from './show.ts';

interface Asking extends Globals {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** What would be applied, and what was noticed on the way. */
export type Planned = Outcome & { readonly plan: Plan };

/** Whether this plan may be applied. */
export type Confirm = (planned: Planned) => Promise<boolean>;

/** Undefined if nobody should be asked: `--yes`, `--dry-run`, machine-readable output, no terminal. */
export function confirmOnTerminal(flags: Asking, io: Io): Confirm | undefined {
  if (!asks(flags, io)) return undefined;
  return async ({ plan, problems }) => {
    io.out(wrapped(`${planText(plan, styleOf(io, flags), viewOf(flags))}\n\n`, io.columns));
    showWarnings(io, flags, untold(problems, plan.notes));
    return agrees(io, `Apply this to ${plan.target}?`);
  };
}

export function asks(flags: Asking, io: Io): boolean {
  return !flags.yes && !flags.dryRun && flags.output === 'text' && io.stdinIsTerminal && io.stdoutIsTerminal;
}

export async function agrees(io: Io, question: string): Promise<boolean> {
  return /^y(?:es)?$/i.test((await io.ask(`${question} [y/N] `)).trim());
}

interface Work {
  /** The plan that the apply would make; nothing is written. */
  readonly plan: () => Promise<Outcome>;
  /** Applies exactly the plan of this digest. */
  readonly apply: (approved?: Digest) => Promise<Outcome>;
}

/**
 * Applies only the plan that was shown. While the person decides, others can use the target; if it changed in the
 * meantime, the new plan is shown and the question is repeated.
 */
export async function afterAsking({ plan, apply }: Work, confirm: Confirm): Promise<Outcome> {
  for (;;) {
    const seen = await plan();
    if (!isToAsk(seen)) return apply();
    if (!(await confirm(seen))) return declined(seen);
    const outcome = await apply(seen.plan.digest);
    if (outcome.kind !== 'stale') return outcome;
  }
}

function isToAsk(seen: Outcome): seen is Planned {
  return (
    seen.kind !== 'quarantined' &&
    seen.plan !== undefined &&
    seen.plan.writes.length > 0 &&
    !isRefused(seen.plan)
  );
}

function declined({ target, at, durationMs, requests }: Outcome): Outcome {
  const reason = "the plan wasn't confirmed";
  const problems = [problem('HF5007', reason, { target })];
  return { kind: 'cancelled', reason, target, at, durationMs, requests, problems };
}
