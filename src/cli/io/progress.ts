// What happens while a person waits, on stderr: on a terminal one line that changes in place, with `--verbose` a line
// for each step.
import type { Event, Listener, Step } from '../../domain/outcome/event.ts';
import { problemText } from '../../report/text/problem.ts';
import { duration } from '../../report/text/style.ts';
import { type Globals, type Io, styleOf } from '../../compose/io.ts';

/** ms */
const TICK = 1000;

/** `notices`: also prints them, where the result of the command doesn't. */
export function progress(
  globals: Globals,
  io: Io,
  { notices = false }: { readonly notices?: boolean } = {},
): Listener {
  if (globals.quiet) return () => {};
  const style = styleOf(io, globals, 'stderr');
  const show = globals.verbose ? stepLines(globals, io) : liveLine(globals, io);
  return (event) => {
    if (event.kind !== 'notice') return show(event);
    if (notices && (io.stderrIsTerminal || globals.verbose)) io.err(`${problemText(event.problem, style)}\n`);
  };
}

function stepLines(globals: Globals, io: Io): Listener {
  const style = styleOf(io, globals, 'stderr');
  return (event) => {
    if (event.kind === 'wait' && event.atMost) io.err(`${style.dim(progressText(event))}\n`);
    if (event.kind === 'step') io.err(`${style.dim(stepText(event))}\n`);
  };
}

function liveLine({ output }: Globals, { transient }: Io): Listener {
  if (!transient || output !== 'text') return () => {};
  let ticking: NodeJS.Timeout | undefined;
  const countDown = (event: Extract<Event, { kind: 'wait' }>): void => {
    let left = event.ms;
    ticking = setInterval(() => {
      left -= TICK;
      if (left > 0) transient(progressText(event, left));
      else clearInterval(ticking);
    }, TICK).unref();
  };
  return (event) => {
    clearInterval(ticking);
    if (event.kind === 'finished') return transient('');
    if (event.kind !== 'step' && event.kind !== 'wait') return;
    transient(progressText(event));
    if (event.kind === 'wait') countDown(event);
  };
}

const DOING: Record<Step, string> = {
  lock: 'starting',
  observe: 'reading the gateway',
  plan: 'comparing the files with the gateway',
  quiet: 'checking that nobody else writes',
  baseline: 'checking how the gateway treats its callers',
  backup: 'backing up',
  journal: 'recording what it is about to do',
  'probe-way-back': 'checking that a change can be undone',
  write: 'writing',
  settle: 'comparing the gateway with the prediction',
  verify: 'verifying',
  commit: 'recording the result',
  'roll-back': 'rolling back',
  recover: 'resolving an interrupted transaction',
  bisect: 'finding out which changes fail',
};

/** The work in a few words, as long as it goes on. */
export const doingText = (step: Step): string => DOING[step] ?? step;

function stepText({ target, step, write, detail = '' }: Extract<Event, { kind: 'step' }>): string {
  const what = write ? `${write.method} ${write.path}` : detail;
  return `${target}  ${step.padEnd(10)} ${what}`.trimEnd();
}

/** A step or a wait, as a line of a log; undefined for another event. */
export function progressLine(event: Event): string | undefined {
  if (event.kind === 'step') return stepText(event);
  return event.kind === 'wait' && event.atMost ? progressText(event) : undefined;
}

/** `left`: ms that remain of a wait. */
function progressText(event: Extract<Event, { kind: 'step' | 'wait' }>, left?: number): string {
  if (event.kind === 'wait') {
    const time = duration(Math.max(0, left ?? event.ms));
    return `${event.target}  waiting ${event.atMost ? 'up to ' : ''}${time} for ${event.what}`;
  }
  const { write, detail, step } = event;
  const more = write ? ` ${write.method} ${write.path}` : step === 'roll-back' && detail ? `: ${detail}` : '';
  return `${event.target}  ${DOING[step]}${more}`;
}
