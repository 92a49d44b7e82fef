// `holdfast run`: the daemon.
import { relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { GitSource, Held } from '../daemon/git/source.ts';
import type { Reporter } from '../daemon/reporter.ts';
import type { Workplace } from '../daemon/workplace.ts';
import { fail, type HoldfastError } from '../nouns/problem.ts';
import { type Io, styleOf } from './io.ts';
import { narrator } from './narrator.ts';
import { gatewayOptions, onCall, type PlanFlags, planOptions, sourceOptions } from './options.ts';
import { openSession, type Session } from './session.ts';
import { systemClock } from './system-clock.ts';

interface Flags extends PlanFlags {
  readonly log?: 'text' | 'json';
}

export function define(command: Command, io: Io): void {
  const run = planOptions(gatewayOptions(sourceOptions(command)))
    .addOption(
      new Option('--log <form>', 'text for a terminal, json for a log collector').choices(['text', 'json']),
    )
    .addHelpText(
      'after',
      `
Looks at every target at the start, when a file changes, and on the schedule of
\`daemon.drift\`. SIGHUP reads the settings anew; SIGINT and SIGTERM finish or roll back what is under way.

Examples:
  $ holdfast run
  $ holdfast run --mode observe --log json`,
    );
  onCall(run, (flags: Flags) => daemon(flags, io));
}

async function daemon(flags: Flags, io: Io): Promise<void> {
  const [{ runDaemon }, { createGitSource }, { servicesFor }] = await Promise.all([
    import('../daemon/daemon.ts'),
    import('../daemon/git/source.ts'),
    import('./services.ts'),
  ]);
  const reporter = await reporterFor(flags, io);
  const source = createGitSource({ clock: systemClock, note: reporter.note, signal: io.signal });
  await runDaemon({
    open: () => openWorkplace(flags, io, source),
    clock: systemClock,
    reporter,
    signal: io.signal,
    services: servicesFor({ source, reporter, io }),
    onHangup: (reload) => void process.on('SIGHUP', reload),
  });
}

async function reporterFor(flags: Flags, io: Io): Promise<Reporter> {
  const form = flags.log ?? (io.stdoutIsTerminal ? 'text' : 'json');
  if (form === 'text') return narrator(io.out, styleOf(io, flags), () => new Date());
  const [{ pino }, { logReporter }] = await Promise.all([import('pino'), import('../daemon/log.ts')]);
  const level = flags.verbose ? 'debug' : flags.quiet ? 'warn' : 'info';
  const timestamp = (): string => `,"time":"${new Date().toISOString()}"`;
  return logReporter(pino({ level, base: null, timestamp }, { write: io.out }));
}

async function openWorkplace(flags: Flags, io: Io, source: GitSource): Promise<Workplace> {
  const session = await openSession(flags, io, undefined, { daemon: true });
  try {
    if (flags.desired && session.settings.daemon.source) throw twoPlaces();
    await source.follow(session.settings.daemon);
    const held = source.hold();
    return held ? followingGit(session, held) : workplaceOf(session);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

function twoPlaces(): HoldfastError {
  const remedy =
    'Leave --desired out; `daemon.source.git.path` says where in the repository directories start.';
  return fail('HF1020', '--desired cannot be used with settings that follow a git repository', { remedy });
}

function workplaceOf(session: Session): Workplace {
  return {
    targets: session.targets,
    store: session.store,
    daemon: session.settings.daemon,
    watched: session.settings.watched,
    contextOf: (target, listener) => ({ ...session.contextOf(target), listener }),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** The same targets with the files of one commit, all of them with those of the same. */
function followingGit(session: Session, held: Held): Workplace {
  const { checkout, problem } = held;
  const own = workplaceOf(session);
  const files = checkout && {
    settingsDir: checkout.dir,
    commit: { ...checkout.commit, dirty: false },
  };
  const placed = (dir: string): string[] =>
    checkout ? [resolve(checkout.dir, relative(session.settings.dir, dir))] : [];
  return {
    ...own,
    targets: own.targets.map((target) => ({ ...target, desired: target.desired.flatMap(placed) })),
    contextOf: (target, listener) => ({
      ...own.contextOf(target, listener),
      loadDesired: async () => (files ? session.loadDesired(target, files) : { problems: [problem] }),
    }),
    async [Symbol.asyncDispose]() {
      held[Symbol.dispose]();
      await own[Symbol.asyncDispose]();
    },
  };
}
