// `holdfast run`: the daemon.
import { setFlagsFromString } from 'node:v8';
import { type Command, Option } from 'commander';
import type { Reporter } from '../../../daemon/core/reporter.ts';
import { HoldfastError, type Problem } from '../../../domain/problem/problem.ts';
import { type Io, styleOf } from '../../../compose/io.ts';
import { terminalReporter } from '../../io/terminal-reporter.ts';
import { gatewayOptions, onCall, planOptions, sourceOptions } from '../../io/options.ts';
import { systemClock } from '../../../compose/system-clock.ts';
import { openTargetSet } from '../../../compose/target-set.ts';
import type { Session } from '../../../compose/session.ts';
import type { Target } from '../../../domain/target.ts';
import type { PlanFlags } from '../../../compose/flags.ts';

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

interface Flags extends PlanFlags {
  readonly log?: 'text' | 'json';
  readonly logLevel?: LogLevel;
}

export function define(command: Command, io: Io): void {
  const run = planOptions(gatewayOptions(sourceOptions(command)))
    .addOption(
      new Option('--log <form>', 'text for a terminal, json for a log collector').choices(['text', 'json']),
    )
    .addOption(
      new Option(
        '--log-level <level>',
        'the lowest level in the json log (default: info; --verbose: debug, --quiet: warn)',
      ).choices(LOG_LEVELS),
    )
    .addHelpText(
      'after',
      `
Checks every target at the start, when a file changes, and on the schedule of
\`daemon.drift\`. SIGHUP reloads the settings. SIGINT and SIGTERM finish or roll back work in progress.

Examples:
  $ holdfast run
  $ holdfast run --mode observe --log json
  $ holdfast run --log json --log-level debug`,
    );
  onCall(run, (flags: Flags) => daemon(flags, io));
}

async function daemon(flags: Flags, io: Io): Promise<void> {
  // V8 collects garbage earlier instead of growing its heap: less than half the memory for 1,000 targets (bench/fleet.ts).
  setFlagsFromString('--optimize-for-size');
  const [{ runDaemon }, { createGitSource }, { servicesFor }, { mcpService }] = await Promise.all([
    import('../../../daemon/daemon.ts'),
    import('../../../daemon/git/source.ts'),
    import('../../../compose/services.ts'),
    import('../../mcp/daemon-service.ts'),
  ]);
  const reporter = await reporterFor(flags, io);
  const source = createGitSource({ clock: systemClock, note: reporter.note, signal: io.signal });
  const warn = warningOnce(reporter);
  // A reload can be refused, so the session is that of the targets in effect.
  const sessions = new WeakMap<readonly Target[], Session>();
  await runDaemon({
    async open() {
      const opened = await openTargetSet(flags, io, source, warn);
      sessions.set(opened.targets, opened.session);
      return opened;
    },
    clock: systemClock,
    reporter,
    signal: io.signal,
    services: servicesFor({ source, reporter, io, mcp: mcpService({ sessions, io, note: reporter.note }) }),
    onHangup: (reload) => void process.on('SIGHUP', reload),
  });
}

/** Every reload finds the same warnings; only new ones are reported. */
function warningOnce(reporter: Reporter): (problems: readonly Problem[]) => void {
  let told = new Set<string>();
  return (problems) => {
    const fresh = problems.filter((problem) => !told.has(identityOf(problem)));
    told = new Set(problems.map(identityOf));
    if (fresh.length > 0) reporter.failed(new HoldfastError(fresh));
  };
}

const identityOf = ({ message, position }: Problem): string => `${message} ${position?.line}`;

async function reporterFor(flags: Flags, io: Io): Promise<Reporter> {
  const form = flags.log ?? (io.stdoutIsTerminal ? 'text' : 'json');
  if (form === 'text') return terminalReporter(io.out, styleOf(io, flags), () => new Date());
  const [{ pino }, { logReporter }] = await Promise.all([
    import('pino'),
    import('../../../daemon/core/log.ts'),
  ]);
  const level = flags.logLevel ?? (flags.verbose ? 'debug' : flags.quiet ? 'warn' : 'info');
  const timestamp = (): string => `,"time":"${new Date().toISOString()}"`;
  return logReporter(pino({ level, base: null, timestamp }, { write: io.out }));
}
