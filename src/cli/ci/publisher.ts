// A command's connection to the forge of its CI job. Loads the code for forges only if a flag requires it.
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { Report } from '../../report/report.ts';
import type { Io } from '../../compose/io.ts';
import type { PlanFlags } from '../../compose/flags.ts';
import type { ForgeFlags } from './flags.ts';

export interface Publisher extends AsyncDisposable {
  /** The targets are known, and work on them begins. */
  readonly begun: (targets: readonly string[]) => Promise<void>;
  /** The report with the problems of publishing it. */
  readonly publish: (report: Report, outcomes: readonly Outcome[]) => Promise<Report>;
}

const SILENT: Publisher = {
  begun: async () => undefined,
  publish: async (report) => report,
  [Symbol.asyncDispose]: async () => undefined,
};

/** Throws HF8001 and HF8002 before any work if this job can't do what the flags require. */
export async function openPublisher(
  command: string,
  flags: ForgeFlags & Pick<PlanFlags, 'settings'>,
  io: Io,
): Promise<Publisher> {
  const asked = askedFor(flags);
  return asked === undefined ? SILENT : (await import('./publish.ts')).publisherOf(command, asked, flags, io);
}

function askedFor({ comment, commitStatus, issue }: ForgeFlags): string | undefined {
  if (comment) return '--comment';
  if (commitStatus) return '--commit-status';
  return issue ? '--issue' : undefined;
}
