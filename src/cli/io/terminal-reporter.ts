// The daemon on a terminal: what a person wants to see while it works.
import type { Reporter } from '../../daemon/core/reporter.ts';
import type { Trigger } from '../../domain/state/check-record.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { HoldfastError } from '../../domain/problem/problem.ts';
import { oneLine } from '../../lib/terminal-safe.ts';
import { outcomeSentence, outcomeText } from '../../report/text/outcome.ts';
import { planText } from '../../report/text/plan.ts';
import { problemText } from '../../report/text/problem.ts';
import { duration, indent, type Style } from '../../report/text/style.ts';

const BECAUSE = {
  start: 'checked at the start',
  settings: 'settings changed',
  files: 'files changed',
  source: 'new commit',
  asked: 'asked for',
  schedule: 'drift check',
  retry: 'trying again',
} as const satisfies Record<Trigger, string>;

/** Reports a plan when it is made, its requests as they are sent, and then the result. */
export function terminalReporter(write: (text: string) => void, style: Style, now: () => Date): Reporter {
  const say = (text: string): void => write(`${indent(text, 2)}\n`);
  const clock = (): string => style.dim(now().toTimeString().slice(0, 8));
  const told = new Map<string, string>();
  const round = firstRound((dashboard) => {
    const where = dashboard === undefined ? '' : `; ${style.bold(`dashboard at ${dashboard}`)}`;
    write(`${clock()} every target was checked${where}\n`);
  });
  return {
    started: (targets, drift) => {
      round.starts(targets.map(({ name }) => name));
      for (const { name, url, mode } of targets) {
        const what = `${style.bold('managing')} ${style.accent(name)} at ${url.origin}`;
        write(`${clock()} ${what}, mode ${mode}, drift check "${drift}"\n`);
      }
    },
    event: (event) => {
      if (event.kind === 'notice') say(problemText(event.problem, style));
      if (event.kind === 'step' && event.step === 'write' && event.write)
        say(`${style.dim('→')} ${event.write.method} ${event.write.path}`);
      if (
        event.kind !== 'planned' ||
        told.get(event.target) === event.plan.digest.value ||
        !differs(event.plan)
      )
        return;
      told.set(event.target, event.plan.digest.value);
      write(`${clock()} ${style.dim('planned')}\n`);
      say(`${planText(event.plan, style)}\n`);
    },
    listening: (origin) => {
      round.dashboardIs(origin);
      write(`${clock()} dashboard and HTTP API at ${origin}\n`);
    },
    outcome: (outcome, trigger) => {
      const repeated = outcome.plan === undefined || told.get(outcome.target) !== outcome.plan.digest.value;
      write(`${clock()} ${style.dim(BECAUSE[trigger])}\n`);
      if (quiet(outcome))
        say(
          `${style.accent(outcome.target)} ${style.good(outcomeSentence(outcome))} ${style.dim(duration(outcome.durationMs))}`,
        );
      else {
        if (repeated && outcome.plan && differs(outcome.plan)) say(`${planText(outcome.plan, style)}\n`);
        say(outcomeText(outcome, style));
      }
      round.checked(outcome.target);
    },
    note: (level, text) =>
      write(`${clock()} ${level === 'info' ? oneLine(text) : style.warn(oneLine(text))}\n`),
    failed: (error, target) => {
      const problems =
        error instanceof HoldfastError
          ? error.problems.map((problem) => problemText(problem, style))
          : [oneLine(String(error))];
      write(`${clock()} ${style.bad(target ?? 'settings')}\n`);
      say(problems.join('\n'));
      if (target !== undefined) round.checked(target);
    },
  };
}

/** The first plans push the address of the dashboard out of sight, so it is said again behind them. */
function firstRound(ended: (dashboard: string | undefined) => void) {
  const unchecked = new Set<string>();
  let dashboard: string | undefined;
  return {
    starts(targets: readonly string[]): void {
      for (const target of targets) unchecked.add(target);
    },
    dashboardIs(origin: string): void {
      dashboard = origin;
    },
    checked(target: string): void {
      if (unchecked.delete(target) && unchecked.size === 0) ended(dashboard);
    },
  };
}

function differs(plan: Plan): boolean {
  return plan.changes.length + plan.writes.length > 0;
}

function quiet(outcome: Outcome): boolean {
  return outcome.kind === 'in-sync' && outcome.problems.length === 0;
}
