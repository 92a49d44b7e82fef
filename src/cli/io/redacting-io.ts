// The last two filters before output: removes every known secret by value, and makes control sequences visible.
// Knows no command.
import { type Recognise, type Redactor, redactor } from '../../lib/redact.ts';
import { terminalSafeText } from '../../lib/terminal-safe.ts';
import { credentialsIn } from '../../compose/environment-secrets.ts';
import type { Io } from '../../compose/io.ts';

/** `io` with filters in front of its streams. Commands add secrets with `hide`; the exit code is `io`'s. */
export function redactingIo(io: Io, run?: Io['run']): Io {
  const known = new Set(credentialsIn(io.env));
  const earlier = new Map<string, Recognise>();
  let net: Redactor | undefined;
  const recognised: Recognise = (token) => [...earlier.values()].some((knows) => knows(token));
  const netNow = (): Redactor | undefined => {
    if (known.size + earlier.size > 0) net ??= redactor(known, earlier.size > 0 ? recognised : undefined);
    return net;
  };
  const safe = (text: string): string => {
    const now = netNow();
    return terminalSafeText(now ? withoutSecrets(text, now) : text);
  };
  return {
    ...io,
    ...(run && { run }),
    out: (text) => io.out(safe(text)),
    err: (text) => io.err(safe(text)),
    raw: (text) => io.out(io.stdoutIsTerminal ? terminalSafeText(text) : text),
    ask: (question) => io.ask(safe(question)),
    redact: (value) => netNow()?.value(value) ?? value,
    hide: (secrets) => {
      const before = known.size;
      for (const secret of secrets) known.add(secret);
      if (known.size > before) net = undefined;
    },
    recognise: (name, knows) => {
      earlier.set(name, knows);
      net = undefined;
    },
    get exit() {
      return io.exit;
    },
    set exit(code) {
      io.exit = code;
    },
  };
}

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
