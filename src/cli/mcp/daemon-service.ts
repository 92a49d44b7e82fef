// The MCP server of the daemon, as one of its services.
import type { Io } from '../../compose/io.ts';
import type { McpService } from '../../compose/services.ts';
import type { Session } from '../../compose/session.ts';
import { systemClock } from '../../compose/system-clock.ts';
import type { DaemonOperations } from '../../daemon/core/daemon-operations.ts';
import type { Reporter } from '../../daemon/core/reporter.ts';
import type { Event } from '../../domain/outcome/event.ts';
import { fail } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import type { HttpServing } from '../../mcp/http.ts';
import { daemonHost } from './daemon-host.ts';

interface Parts {
  /** By the list of their targets. */
  readonly sessions: Pick<WeakMap<readonly Target[], Session>, 'get'>;
  readonly io: Io;
  readonly note: Reporter['note'];
}

export const mcpService =
  ({ sessions, io, note }: Parts) =>
  (operations: DaemonOperations): McpService => {
    const { listen, event } = listeners();
    const session = (): Session => {
      const found = sessions.get(operations.targets());
      if (!found) throw fail('HF7044', 'the daemon is opening its settings');
      return found;
    };
    const host = { operations, session, io, listen, note: (text: string) => note('info', text) };
    // Loaded for the first agent.
    const open = async (): Promise<HttpServing> => {
      const { serveHttp } = await import('../../mcp/http.ts');
      return serveHttp({ hostFor: ({ name }) => daemonHost(host, name), now: systemClock.now });
    };
    let serving: Promise<HttpServing> | undefined;
    return {
      reporter: { event },
      async serve(request, body, caller) {
        serving ??= open();
        return (await serving).serve(request, body, caller);
      },
      follow: async () => {},
      async [Symbol.asyncDispose]() {
        await (await serving)?.close();
      },
    };
  };

/** What the daemon reports, to those who wait for their own work on a target. */
function listeners() {
  const waiting = new Set<(event: Event) => void>();
  return {
    event(event: Event): void {
      for (const hear of waiting) hearing(() => hear(event));
    },
    listen(target: string, heard: (event: Event) => void): () => void {
      const hear = (event: Event): void => {
        if (event.target === target) heard(event);
      };
      waiting.add(hear);
      return () => void waiting.delete(hear);
    },
  };
}

/** The engine reports in the middle of its work, which no listener may stop. */
function hearing(hear: () => void): void {
  try {
    hear();
  } catch {
    // What a client is told isn't worth an apply.
  }
}
