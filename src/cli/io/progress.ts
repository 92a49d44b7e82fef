// Steps of a transaction as they happen, on stderr, for a person who waits.
import type { Event, Listener } from '../../domain/outcome/event.ts';
import { problemText } from '../../report/text/problem.ts';
import { type Globals, type Io, styleOf } from '../../compose/io.ts';

/** A listener that prints nothing if nobody reads: `--quiet`, or a pipe without `--verbose`. */
export function progress(globals: Globals, io: Io): Listener {
  const isShown = !globals.quiet && (io.stderrIsTerminal || globals.verbose === true);
  const style = styleOf(io, globals, 'stderr');
  return (event: Event) => {
    if (!isShown) return;
    if (event.kind === 'step') {
      const what = event.write ? `${event.write.method} ${event.write.path}` : (event.detail ?? '');
      io.err(`${style.dim(`${event.target}  ${event.step.padEnd(10)} ${what}`.trimEnd())}\n`);
    }
    if (event.kind === 'notice') io.err(`${problemText(event.problem, style)}\n`);
  };
}
