// The daemon on a terminal: what a person wants to see while it works, and no more.
import type { Reporter } from '../daemon/reporter.ts';
import type { Outcome } from '../nouns/outcome.ts';
import { HoldfastError } from '../nouns/problem.ts';
import { outcomeSentence, outcomeText } from '../report/outcome-text.ts';
import { planText } from '../report/plan-text.ts';
import { problemText } from '../report/problem-text.ts';
import { duration, indent, type Style } from '../report/style.ts';

const BECAUSE = {
  start: 'at the start',
  settings: 'settings changed',
  files: 'files changed',
  schedule: 'drift check',
  retry: 'trying again',
} as const;

export function narrator(write: (text: string) => void, style: Style, now: () => Date): Reporter {
  const say = (text: string): void => write(`${indent(text, 2)}\n`);
  const clock = (): string => style.dim(now().toTimeString().slice(0, 8));
  return {
    started: (targets, drift) => {
      for (const target of targets)
        write(
          `${clock()} ${style.bold('holding')} ${style.accent(target.name)} at ${target.url.origin}, mode ${target.mode}, drift check "${drift}"\n`,
        );
    },
    event: (event) => {
      if (event.kind === 'notice') say(problemText(event.problem, style));
      if (event.kind === 'step' && event.step === 'write' && event.write)
        say(`${style.dim('→')} ${event.write.method} ${event.write.path}`);
    },
    outcome: (outcome, trigger) => {
      write(`${clock()} ${style.dim(BECAUSE[trigger])}\n`);
      if (quiet(outcome))
        return say(
          `${style.accent(outcome.target)} ${style.good(outcomeSentence(outcome))} ${style.dim(duration(outcome.durationMs))}`,
        );
      const changed = outcome.plan && outcome.plan.changes.length + outcome.plan.writes.length > 0;
      if (changed && outcome.plan) say(planText(outcome.plan, style));
      say(`${changed ? '\n' : ''}${outcomeText(outcome, style)}`);
    },
    note: (level, text) => write(`${clock()} ${level === 'info' ? text : style.warn(text)}\n`),
    failed: (error, target) => {
      const problems =
        error instanceof HoldfastError
          ? error.problems.map((problem) => problemText(problem, style))
          : [String(error)];
      write(`${clock()} ${style.bad(target ?? 'settings')}\n`);
      say(problems.join('\n'));
    },
  };
}

function quiet(outcome: Outcome): boolean {
  return outcome.kind === 'in-sync' && outcome.problems.length === 0;
}
