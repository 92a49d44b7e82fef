// What the tools of the daemon's MCP server run on. Looks and edits of files are the commands of this program, on the
// session of the daemon; writes are the daemon's own operations, as over its HTTP API.
import { readFile } from 'node:fs/promises';
import type { Io } from '../../compose/io.ts';
import { type Session, theTarget } from '../../compose/session.ts';
import type { DaemonOperations } from '../../daemon/core/daemon-operations.ts';
import { allowances } from '../../daemon/http/routes/asked.ts';
import type { Event } from '../../domain/outcome/event.ts';
import { exitOf, type Outcome } from '../../domain/outcome/outcome.ts';
import { packageFile, packageVersion } from '../../lib/package-files.ts';
import type { CommandResult, Host, RunOptions } from '../../mcp/types.ts';
import { selectedTargets } from '../../compose/selected-targets.ts';
import { reportJson } from '../../report/json.ts';
import { progressLine } from '../io/progress.ts';
import { runCommand } from './run-command.ts';

export interface DaemonParts {
  readonly operations: DaemonOperations;
  /** Its settings, state and files now. */
  readonly session: () => Session;
  readonly io: Io;
  /** Calls `heard` with what the daemon reports about a target, until the result is called. */
  readonly listen: (target: string, heard: (event: Event) => void) => () => void;
  readonly note: (text: string) => void;
}

/** `by`: the name of the token, for the history. */
export function daemonHost(parts: DaemonParts, by: string): Host {
  const { operations, io, session, note } = parts;
  const redact = io.redact ?? (<T>(value: T): T => value);
  const work = async (
    name: 'apply' | 'restore',
    target: string,
    { signal, onStep }: RunOptions,
    start: () => Promise<Outcome>,
  ): Promise<CommandResult> => {
    signal.throwIfAborted();
    const stop = parts.listen(target, (event) => {
      const text = progressLine(event);
      if (text !== undefined) onStep(redact(text));
    });
    try {
      return redact(resultOf(name, await start()));
    } finally {
      stop();
    }
  };
  return {
    version: packageVersion(),
    // Of now: a client's session can outlast the settings of its beginning.
    get policy() {
      return session().settings.mcp;
    },
    get appliesFiles() {
      const { publish, targets } = session();
      return !publish && targets.some(({ mode }) => mode !== 'observe');
    },
    async run(argv, { onStep, ...options }) {
      const lent = { ...io, session };
      return redact(await runCommand(argv, lent, { ...options, onStep: (text) => onStep(redact(text)) }));
    },
    apply: ({ plan: { target, digest }, allow }, options) =>
      work('apply', target, options, () => {
        note(`${by} requested through MCP: apply plan ${digest.value.slice(0, 12)} to ${target}`);
        return operations.apply(target, { approved: digest, allow: allowances(allow) }, by);
      }),
    restore({ target, backup, dryRun }, options) {
      const { targets } = session();
      const { name } = theTarget(
        { targets: selectedTargets(targets, target === undefined ? undefined : [target]) },
        'rollback',
      );
      return work('restore', name, options, () => {
        const which = backup === undefined ? 'the last apply' : `to backup ${backup}`;
        note(`${by} requested through MCP: roll back ${which} of ${name}${dryRun ? ' (dry run)' : ''}`);
        if (backup === undefined) return operations.rollBack(name, { dryRun }, by);
        return operations.restore(name, { backup: { id: backup }, dryRun }, by);
      });
    },
    readPackageFile: (name) => readFile(packageFile(name), 'utf8'),
  };
}

function resultOf(command: string, outcome: Outcome): CommandResult {
  const exit = exitOf(outcome);
  const text = reportJson({ command, exit, plans: [], outcomes: [outcome], problems: [] });
  return { exit, document: JSON.parse(text) as CommandResult['document'] }; // a document is an object
}
