// `holdfast drift --interactive`: one difference after the other, on a terminal. First the files' values are restored on
// the gateway, then the gateway's values are written into the files.
import { check, reconcile } from '../../apply/apply.ts';
import { adoptionOf } from '../../compose/adoption.ts';
import type { PlanFlags } from '../../compose/flags.ts';
import { type Io, styleOf } from '../../compose/io.ts';
import { type Session, theTarget } from '../../compose/session.ts';
import { exitOf } from '../../domain/outcome/outcome.ts';
import { parsePath } from '../../domain/path.ts';
import type { Change } from '../../domain/plan/change.ts';
import { fail } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import { plural } from '../../lib/text.ts';
import { driftLine } from '../../report/text/change.ts';
import { agrees } from '../io/confirm.ts';
import { onlyIn } from '../io/options.ts';
import { progress } from '../io/progress.ts';
import { openCommandSession } from '../io/session.ts';
import { showReport } from '../io/show.ts';
import { finish, writeAdoption } from './adopt.ts';

type Decision = 'theirs' | 'ours' | 'skip';

/** Rejects with HF1001 without a terminal. */
export async function decide(flags: PlanFlags, io: Io): Promise<void> {
  if (!io.stdinIsTerminal || !io.stdoutIsTerminal || flags.output !== 'text')
    throw fail('HF1001', '--interactive needs a terminal', {
      remedy:
        'In scripts, run `holdfast adopt PATH --keep theirs`, or `holdfast apply --mode enforce --only PATH`.',
    });
  await using session = await openCommandSession(flags, io, progress(flags, io, { notices: true }));
  const target = theTarget(session, 'drift --interactive');
  const request = { depth: 'deep' as const, ignoreSuspension: true, ...onlyIn(flags) };
  const outcome = await check(session.contextOf(target), request);
  if (!outcome.plan) return showReport(io, flags, failed(outcome));
  const changes = outcome.plan.changes.filter(({ origin }) => origin !== 'git');
  if (changes.length === 0) return io.out(`${target.name} has no difference that the gateway made\n`);
  const decisions = await askAll(changes, flags, io);
  const chosen = (meant: Decision): readonly Change[] =>
    changes.filter((one) => decisions.get(one) === meant);
  await putBack(chosen('ours'), { flags, io, session, target });
  await adopt(chosen('theirs'), { flags, io, session, target });
}

const failed = (outcome: Awaited<ReturnType<typeof check>>): Parameters<typeof showReport>[2] => ({
  command: 'drift',
  exit: exitOf(outcome),
  plans: [],
  outcomes: [outcome],
  problems: outcome.problems,
});

async function askAll(
  changes: readonly Change[],
  flags: PlanFlags,
  io: Io,
): Promise<ReadonlyMap<Change, Decision>> {
  const decisions = new Map<Change, Decision>();
  for (const [i, change] of changes.entries()) {
    io.out(`\n${i + 1} of ${changes.length}\n${driftLine(change, styleOf(io, flags))}\n`);
    const decision = await ask(io);
    if (decision === 'quit') break;
    decisions.set(change, decision);
  }
  return decisions;
}

const ANSWERS: Readonly<Record<string, Decision | 'quit'>> = {
  t: 'theirs',
  theirs: 'theirs',
  o: 'ours',
  ours: 'ours',
  s: 'skip',
  skip: 'skip',
  '': 'skip',
  q: 'quit',
  quit: 'quit',
};

async function ask(io: Io): Promise<Decision | 'quit'> {
  for (;;) {
    const typed = await io.ask(
      '  keep [t]heirs (edit the files), keep [o]urs (put it back), [s]kip, [q]uit: ',
    );
    const answer = ANSWERS[typed.trim().toLowerCase()];
    if (answer) return answer;
  }
}

interface Deciding {
  readonly flags: PlanFlags;
  readonly io: Io;
  readonly session: Session;
  readonly target: Target;
}

async function putBack(changes: readonly Change[], { flags, io, session, target }: Deciding): Promise<void> {
  if (changes.length === 0) return;
  const question = `Put ${plural(changes.length, 'value')} of the files back on ${target.name}?`;
  if (!(await agrees(io, question))) return;
  const only = changes.map(({ path }) => parsePath(path));
  const outcome = await reconcile(session.contextOf(target), { mode: 'enforce', only });
  showReport(io, flags, {
    command: 'drift',
    exit: exitOf(outcome),
    plans: [],
    outcomes: [outcome],
    problems: [],
  });
}

async function adopt(changes: readonly Change[], { flags, io, session, target }: Deciding): Promise<void> {
  if (changes.length === 0) return;
  const paths = changes.map(({ path }) => parsePath(path));
  const adoption = await adoptionOf(session, target, { choice: { paths, keep: 'theirs' } });
  await finish(adoption, { flags, io, session, target });
  if (adoption.files.length === 0 || !(await agrees(io, 'Write these edits?'))) return;
  await writeAdoption(adoption, { flags: { ...flags, write: true }, io, session, target });
  io.out(`${styleOf(io, flags).good('✓')} written\n`);
}
