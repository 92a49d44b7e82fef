// The plan of every target is empty with the new files, and is recorded as in effect.
import { type Proof, proofOf } from '../../adopt/prove.ts';
import type { FileEdit } from '../../compose/adoption.ts';
import type { Session } from '../../compose/session.ts';
import { HoldfastError } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import { record } from './fresh.ts';
import type { Destination } from './files.ts';
import { ownPlaces } from './proof.ts';
import { type Part, type Spreading, valuesOf } from './spread-parts.ts';

/** Rejects with what a plan of the files would change. */
export async function proved(
  parts: readonly Part[],
  files: readonly FileEdit[],
  { session }: Spreading,
  base: string | undefined,
): Promise<readonly Proof[]> {
  const of = (...kinds: readonly FileEdit['kind'][]): ReadonlyMap<string, string> =>
    new Map(files.filter(({ kind }) => kinds.includes(kind)).map(({ path, after }) => [path, after]));
  const texts = new Map([...of('yaml')].filter(([path]) => /\.ya?ml$/.test(path)));
  const proofs: Proof[] = [];
  for (const { target, live, destination } of parts) {
    const desired =
      readsIts(target, destination, session) || base !== undefined
        ? ownPlaces(session, target)
        : [destination.dir];
    const env = {
      ...session.env,
      ...Object.assign({}, ...parts.map(({ adopted }) => valuesOf(adopted.variables))),
    };
    const loaded = await session.loadDesired(
      { ...target, desired },
      { settingsDir: session.settings.dir, env, texts, referenced: of('lines') },
    );
    if (!loaded.desired) throw new HoldfastError(loaded.problems);
    const hash = (text: string): string => session.store.hash(text);
    const proof = proofOf({ target, live, desired: loaded.desired, now: session.clock.now(), hash });
    if (proof.problems.length > 0) throw new HoldfastError(proof.problems);
    proofs.push(proof);
  }
  return proofs;
}

const readsIts = (target: Target, { dir }: Destination, session: Session): boolean =>
  ownPlaces(session, target).includes(dir);

/** Names of the targets. Those that are only observed have no record. */
export async function remembered(
  parts: readonly Part[],
  proofs: readonly Proof[],
  { session }: Spreading,
  base: string | undefined,
): Promise<readonly string[]> {
  const names: string[] = [];
  for (const [i, { target, destination }] of parts.entries()) {
    const proof = proofs[i];
    const isMeant =
      session.settings.file === undefined || base !== undefined || readsIts(target, destination, session);
    if (!proof || !isMeant || target.mode === 'observe') continue;
    await record(session, target, proof.remembered);
    names.push(target.name);
  }
  return names;
}
