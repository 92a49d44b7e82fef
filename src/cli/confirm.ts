// The question before a write, asked only where a person sits.
import type { Plan } from '../nouns/plan.ts';
import { planText } from '../report/plan-text.ts';
import { wrapped } from '../report/wrap.ts';
import { type Globals, type Io, styleOf } from './io.ts';

interface Asking extends Globals {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Undefined where nobody is to be asked: `--yes`, `--dry-run`, a machine's output, no terminal. */
export function confirmOnTerminal(flags: Asking, io: Io): ((plan: Plan) => Promise<boolean>) | undefined {
  if (!asks(flags, io)) return undefined;
  return async (plan) => {
    io.out(wrapped(`${planText(plan, styleOf(io, flags))}\n\n`, io.columns));
    return agrees(io, `Apply this to ${plan.target}?`);
  };
}

export function asks(flags: Asking, io: Io): boolean {
  return !flags.yes && !flags.dryRun && flags.output === 'text' && io.stdinIsTerminal && io.stdoutIsTerminal;
}

export async function agrees(io: Io, question: string): Promise<boolean> {
  return /^y(?:es)?$/i.test((await io.ask(`${question} [y/N] `)).trim());
}
