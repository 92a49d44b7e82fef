// The state of targets, copied between a directory and a database.
import { resolve } from 'node:path';
import { fail } from '../domain/problem/problem.ts';
import type { StateSettings } from '../settings/settings.ts';
import { type Copied, copyNotified, copyRollout, copyTarget } from '../state/copy.ts';
import type { PlanFlags } from './flags.ts';
import type { Io } from './io.ts';
import { openStore } from './open-store.ts';
import { selectedTargets } from './selected-targets.ts';
import { openSettings } from './session.ts';
import { systemClock } from './system-clock.ts';

/** A directory, or `postgres` for the database of the settings; absent: what the settings name. */
export interface Places {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface StateCopy {
  readonly from: string;
  readonly to: string;
  readonly targets: readonly ({ readonly target: string } & Copied)[];
}

/** Rejects with HF6022 if the destination isn't new, and no earlier copy of the same state. */
export async function copyState(flags: PlanFlags, { from, to }: Places, io: Io): Promise<StateCopy> {
  const { settings } = await openSettings(flags, io, false, () => {});
  const clock = io.clock ?? systemClock;
  const source = await openStore(placeOf(settings.state, from, io.cwd), { clock });
  try {
    const destination = await openStore(placeOf(settings.state, to, io.cwd), {
      clock,
      hashKey: source.hashKey,
    });
    try {
      if (source.place === destination.place)
        throw fail('HF1001', `source and destination are both ${source.place}`, {
          remedy: 'Name another place with --from or --to.',
        });
      const targets = [];
      for (const { name } of selectedTargets(settings.targets, flags.target))
        targets.push({ target: name, ...(await copyTarget(source, destination, name)) });
      await copyNotified(source, destination);
      await copyRollout(source, destination);
      return { from: source.place, to: destination.place, targets };
    } finally {
      await destination.close();
    }
  } finally {
    await source.close();
  }
}

function placeOf(state: StateSettings, place: string | undefined, cwd: string): StateSettings {
  if (place === undefined) return state;
  const { postgres, ...files } = state;
  if (place !== 'postgres') return { ...files, dir: resolve(cwd, place) };
  if (!postgres)
    throw fail('HF1001', 'the settings name no database', {
      remedy: 'Set `state.postgres` and `state.encryption-key` in the settings file.',
    });
  return state;
}
