// The last two filters before output: removes every known secret by value, and makes control sequences visible.
// Knows no command.
import { type Redactor, redactor } from '../../lib/redact.ts';
import { oneLine, terminalSafeText } from '../../lib/terminal-safe.ts';
import { earlierSecrets } from '../../compose/secrets/earlier-secrets.ts';
import { credentialsIn } from '../../compose/environment-secrets.ts';
import { styleFor } from '../../report/text/style.ts';
import type { Io } from '../../compose/io.ts';
import type { Screen } from '../../compose/terminal/screen.ts';

/** `io` with filters in front of its streams. Commands add secrets with `hide`; the exit code is `io`'s. */
export function redactingIo(io: Io, run?: Io['run']): Io {
  const earlier = earlierSecrets();
  const net = redactor(credentialsIn(io.env), earlier);
  const safe = (text: string): string => terminalSafeText(withoutSecrets(text, net));
  const line = transientLine(io, safe);
  return {
    ...io,
    ...(run && { run }),
    out: (text) => {
      line?.remove();
      io.out(safe(text));
    },
    err: (text) => {
      line?.remove();
      io.err(safe(text));
    },
    raw: (text) => {
      line?.remove();
      io.out(io.stdoutIsTerminal ? terminalSafeText(text) : text);
    },
    ask: (question) => {
      line?.remove();
      return io.ask(safe(question));
    },
    ...(line && { transient: line.show }),
    ...(io.screen && { screen: safeScreen(io.screen, safe) }),
    redact: net.value,
    hide: net.learn,
    recognise: earlier.learn,
    get exit() {
      return io.exit;
    },
    set exit(code) {
      io.exit = code;
    },
  };
}

/** CI systems that offer a terminal keep every line. */
function transientLine({ env, err, stderrIsTerminal, columns = 80 }: Io, safe: (text: string) => string) {
  if (!stderrIsTerminal || env['TERM'] === 'dumb' || (env['CI'] ?? '') !== '') return undefined;
  const style = styleFor({ isTTY: true }, env, true);
  let isShown = false;
  const remove = (): void => {
    if (isShown) err('\r\u001B[K');
    isShown = false;
  };
  return {
    remove,
    show(text: string): void {
      remove();
      const clean = oneLine(safe(text));
      const fitting = clean.length < columns ? clean : `${clean.slice(0, columns - 2)}…`;
      if (text !== '') err(safe(style.dim(fitting)));
      isShown = text !== '';
    },
  };
}

const safeScreen = (screen: Screen, safe: (text: string) => string): Screen => ({
  get columns() {
    return screen.columns;
  },
  get rows() {
    return screen.rows;
  },
  draw: (lines) => screen.draw(lines.map((line) => safe(line))),
  onResize: (redraw) => screen.onResize(redraw),
  leave: () => screen.leave(),
});

/** A document stays valid: in JSON, only texts are redacted. */
function withoutSecrets(text: string, net: Redactor): string {
  const clean = net.text(text);
  if (clean === text || !/^[[{]/.test(text)) return clean;
  const value = parsed(text);
  if (value === undefined) return clean;
  const indent = text.includes('\n ') ? 2 : undefined;
  return `${JSON.stringify(net.value(value), null, indent)}\n`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
