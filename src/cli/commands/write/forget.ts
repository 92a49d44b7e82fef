// `holdfast forget`: takes released paths off the list. The gateway is neither asked nor changed.
import type { Command } from 'commander';
import type { PlanFlags } from '../../../compose/flags.ts';
import type { Io } from '../../../compose/io.ts';
import { type Session, theTarget } from '../../../compose/session.ts';
import { coversPath, formatPath, type Path, parsePath } from '../../../domain/path.ts';
import { fail } from '../../../domain/problem/problem.ts';
import type { Target } from '../../../domain/target.ts';
import { forgotten, undeclaredUnits } from '../../../plan/last-applied.ts';
import { withTarget } from '../../../state/with-target.ts';
import { gatewayOptions, onCallWithWords, pathFrom, sourceOptions } from '../../io/options.ts';
import { openCommandSession } from '../../io/session.ts';
import { show } from '../../io/show.ts';

export function define(command: Command, io: Io): void {
  const forget = gatewayOptions(sourceOptions(command))
    .argument('<path...>', 'released paths, as `holdfast status` and `holdfast plan` list them')
    .addHelpText(
      'after',
      `
Holdfast releases a path when you remove it from the files: the value stays in effect on the
gateway, and plans list the path. After forget, Holdfast no longer lists it, and --prune doesn't
remove it.

Examples:
  $ holdfast forget routing.strategy
  $ holdfast forget gemini-api-key payload --target eu`,
    );
  onCallWithWords(forget, (flags: PlanFlags, words) => run(flags, words, io));
}

async function run(flags: PlanFlags, words: readonly string[], io: Io): Promise<void> {
  const paths = words.map(pathFrom);
  await using session = await openCommandSession(flags, io);
  const target = theTarget(session, 'forget');
  const owner = 'holdfast forget';
  const gone = await withTarget(session.store, { target: target.name, owner }, () =>
    forgetIn(session, target, paths),
  );
  show(io, flags, 'forget', { target: target.name, forgotten: gone }, (style) =>
    gone
      .map((path) => `${style.good('✓')} ${path} is no longer listed; its value stays on the gateway\n`)
      .join(''),
  );
}

async function forgetIn(
  session: Session,
  target: Target,
  paths: readonly Path[],
): Promise<readonly string[]> {
  const { store } = session;
  const state = await store.read(target.name);
  const { desired } = await session.loadDesired(target);
  const units = desired ? undeclaredUnits(state.lastApplied, desired) : [];
  const released = [...new Set([...(state.released ?? []), ...units])];
  const gone = released.filter((path) => paths.some((pattern) => coversPath(pattern, parsePath(path))));
  for (const path of paths)
    if (!gone.some((one) => coversPath(path, parsePath(one))))
      throw fail('HF2099', `\`${formatPath(path)}\` isn't in the list of released keys`, {
        target: target.name,
      });
  await store.update(target.name, forgotten(state, gone));
  return gone;
}
