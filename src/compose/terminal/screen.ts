// The whole terminal as a page that is drawn again and again. Lines are overwritten in place and the terminal shows them
// at once, so nothing flickers. The page is on the alternate screen: what was there before comes back.
import type { ReadStream, WriteStream } from 'node:tty';

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Shows these lines, cut at the edges, instead of what was there. */
  draw(lines: readonly string[]): void;
  /** Calls `redraw` when the size changes. */
  onResize(redraw: () => void): void;
  /** The terminal as it was before. */
  leave(): void;
}

const ENTER = '\u001B[?1049h\u001B[?25l\u001B[?7l';
const LEAVE = '\u001B[?7h\u001B[?25h\u001B[?1049l';
/** Synchronized output: terminals that know it show everything between the two at once. */
const [BEGIN, END] = ['\u001B[?2026h', '\u001B[?2026l'];
const CTRL_C = '\u0003';
const HOME = '\u001B[H';
const CLEAR_REST_OF_LINE = '\u001B[K';
const CLEAR_BELOW = '\u001B[J';

type Output = Pick<WriteStream, 'write' | 'columns' | 'rows' | 'on' | 'off'>;
type Input = Pick<ReadStream, 'setRawMode' | 'on' | 'off' | 'resume' | 'pause'>;

/** `stop`: called for q and Ctrl-C, which the terminal doesn't turn into a signal meanwhile. `input`: undefined if it isn't a terminal. */
export function terminalScreen(output: Output, input: Input | undefined, stop: () => void): Screen {
  let isOpen = false;
  let resized: (() => void) | undefined;
  const typed = (keys: Buffer): void => {
    const text = keys.toString('latin1');
    if (text.includes('q') || text.includes(CTRL_C)) stop();
  };
  const leave = (): void => {
    if (!isOpen) return;
    isOpen = false;
    output.write(LEAVE);
    process.off('exit', leave);
    if (resized) output.off('resize', resized);
    input?.off('data', typed);
    input?.setRawMode(false);
    input?.pause();
  };
  const enter = (): void => {
    if (isOpen) return;
    isOpen = true;
    output.write(ENTER);
    process.on('exit', leave); // whatever ends the process
    if (resized) output.on('resize', resized);
    input?.setRawMode(true);
    input?.on('data', typed);
    input?.resume();
  };
  return {
    get columns() {
      return output.columns;
    },
    get rows() {
      return output.rows;
    },
    draw(lines) {
      enter();
      const page = lines.slice(0, output.rows).map((line) => line + CLEAR_REST_OF_LINE);
      output.write(`${BEGIN}${HOME}${page.join('\r\n')}${CLEAR_BELOW}${END}`);
    },
    onResize(redraw) {
      resized = redraw;
    },
    leave,
  };
}
