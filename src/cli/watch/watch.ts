// `holdfast status --watch`: the overview, live. A page on a terminal, otherwise a line for each change.
import { type Globals, type Io, styleOf } from '../../compose/io.ts';
import { systemClock } from '../../compose/system-clock.ts';
import { meaningOf } from '../../domain/outcome/sync-status.ts';
import { momentText } from '../../lib/text.ts';
import {
  lostLines,
  type Overview,
  overviewLines,
  type OverviewRow,
  reasonText,
} from '../../report/text/overview.ts';
import { isRouted, type RemoteFlags } from '../io/remote-options.ts';

/** Called with each new overview. */
export type Tell = (overview: Overview) => void;

export interface WatchFlags extends RemoteFlags {
  /** ms between two checks without a daemon. */
  readonly every: number;
  readonly interval: string;
}

/** Runs until it is stopped. Rejects if there was nothing to see from the start. */
export async function watch(flags: WatchFlags, io: Io): Promise<void> {
  const view = io.screen && flags.output === 'text' ? page(flags, io, io.screen) : lines(flags, io);
  try {
    if (isRouted(flags)) await (await import('./follow-daemon.ts')).followDaemon(flags, io, view.tell);
    else await (await import('./check-again.ts')).checkAgain(flags, io, view.tell);
  } catch (error) {
    if (!io.signal.aborted) throw error;
  } finally {
    view.end();
  }
}

interface View {
  readonly tell: Tell;
  readonly end: () => void;
}

/** ms: ages on the page are whole seconds. */
const REDRAW = 1000;

function page(globals: Globals, io: Io, screen: NonNullable<Io['screen']>): View {
  const { clock = systemClock } = io;
  const style = styleOf(io, globals);
  let newest: Overview | undefined;
  const draw = (): void => {
    if (newest) screen.draw(overviewLines(newest, screen, clock.now(), style));
  };
  screen.onResize(draw);
  const timer = setInterval(draw, REDRAW);
  return {
    tell(overview) {
      newest = overview;
      draw();
    },
    end() {
      clearInterval(timer);
      screen.leave();
      if (!newest) return;
      const size = { columns: screen.columns, rows: Number.POSITIVE_INFINITY };
      io.out(`${overviewLines(newest, size, clock.now(), style).join('\n')}\n`);
    },
  };
}

function lines(globals: Globals, io: Io): View {
  const { clock = systemClock } = io;
  const style = styleOf(io, globals);
  const told = new Map<string, string>();
  const say = (text: string): void => io.out(`${style.dim(momentText(clock.now()))}  ${text}\n`);
  const isNew = (about: string, what: string): boolean => {
    const before = told.get(about);
    told.set(about, what);
    return before !== what;
  };
  const sayRow = (row: OverviewRow): void => {
    if (globals.output === 'json')
      return io.out(`${JSON.stringify({ at: new Date(clock.now()).toISOString(), ...row })}\n`);
    const title = meaningOf(row).title.toLowerCase();
    say([style.accent(row.target), title, reasonText(row)].filter(Boolean).join('  '));
  };
  return {
    tell({ origin, rows, lost }) {
      if (isNew(' link', lost?.why ?? '') && (lost || told.size > 1))
        io.err(
          `${lost ? `${origin}: ${lostLines(lost, clock.now()).join(': ')}` : `${origin} answers again`}\n`,
        );
      for (const { doing: _now, checking: _too, checkedAt: _time, ...row } of rows)
        if (isNew(row.target, JSON.stringify(row))) sayRow(row);
    },
    end() {},
  };
}
