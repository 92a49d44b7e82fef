// Verifies pulled files before they are written: the file alone changes nothing, and neither do all files of the
// target together.
import { resolve } from 'node:path';
import type { Adopted } from '../../adopt/adopt.ts';
import { proofOf } from '../../adopt/prove.ts';
import type { DeepLive } from '../../apply/run/read.ts';
import { loadDesired, type LoadedDesired } from '../../desired/desired.ts';
import { HoldfastError, type Problem, problem } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import type { Remembered } from '../../plan/last-applied.ts';
import type { Environment } from '../../input/environment.ts';
import { DEFAULT_RULES } from '../../input/reference-rules.ts';
import type { Io } from '../../compose/io.ts';
import { type Destination, exists, otherFiles, withScratch } from './files.ts';
import { shownIn } from '../io/shown-in.ts';
import type { PlacedLines } from './lines.ts';
import type { Session } from '../../compose/session.ts';

export interface Proving {
  readonly session: Session;
  readonly target: Target;
  readonly live: DeepLive;
  readonly destination: Destination;
  readonly io: Io;
  readonly lines: readonly PlacedLines[];
  /** Where relative references of the pulled file start, absolute. */
  readonly referencesFrom: string;
}

/** Loads the files as any other command would, and plans them against the same reading. */
export async function refuseChanges(text: string, adopted: Adopted, proving: Proving): Promise<Remembered> {
  const env = Object.fromEntries(adopted.variables.map(({ name, secret }) => [name, secret.open()]));
  return withScratch(text, async (scratch) => {
    const target = { ...proving.target, desired: [scratch] };
    const { files, closed } = proving.session.settings.references;
    const loaded = await loadDesired(target, {
      env,
      settingsDir: proving.referencesFrom,
      rules: { ...DEFAULT_RULES, files, closed },
      referenced: textsOf(proving.lines),
    });
    const { problems, remembered } = judged(loaded, proving);
    if (problems.length > 0 || !remembered) throw new HoldfastError(problems);
    await refuseMisfit(text, { env, scratch }, proving);
    return remembered;
  });
}

const textsOf = (lines: readonly PlacedLines[]): ReadonlyMap<string, string> =>
  new Map(lines.map(({ path, text }) => [path, text.open()]));

function judged(
  { desired, problems }: LoadedDesired,
  { session, target, live }: Proving,
): { readonly problems: readonly Problem[]; readonly remembered?: Remembered } {
  if (!desired) return { problems };
  const { store, clock } = session;
  const hash = (content: string): string => store.hash(content);
  return proofOf({ target, live, desired, now: clock.now(), hash });
}

/** What the target reads, absolute; later ones override earlier ones. */
export const ownPlaces = ({ settings }: Session, target: Target): string[] =>
  target.desired.map((place) => resolve(settings.dir, place));

interface Alone {
  /** Of the secrets. */
  readonly env: Environment;
  /** A directory that contains only the file. */
  readonly scratch: string;
}

/** Verifies the file as part of what the target reads. Rejects with HF2076 and what doesn't fit. */
async function refuseMisfit(text: string, { env, scratch }: Alone, proving: Proving): Promise<void> {
  const { session, target, destination, io } = proving;
  const { dir, file } = destination;
  const own = ownPlaces(session, target);
  const others = (await Promise.all(own.map((place) => otherFiles(place, file)))).flat();
  if (!own.includes(dir) || others.length === 0) return;
  const isThere = await exists(dir);
  const desired = own.map((place) => (place === dir && !isThere ? scratch : place));
  const { settings } = session;
  const loaded = await loadDesired(
    { ...target, desired },
    {
      env: { ...session.env, ...env },
      settingsDir: settings.dir,
      texts: new Map([[file, text]]),
      referenced: textsOf(proving.lines),
    },
  );
  const found = judged(loaded, proving).problems.filter(({ severity }) => severity === 'error');
  if (found.length === 0) return;
  const message = `${shownIn(io.cwd, file)} conflicts with the other files of the target: ${others.join(', ')}`;
  throw new HoldfastError([problem('HF2076', message), ...found]);
}
