// From the directories of one target to its Desired: read, resolve references, merge, validate. Missing files are
// never an empty desired state.
import { resolve } from 'node:path';
import type { Desired } from '../domain/desired.ts';
import { inReadingOrder, type Problem } from '../domain/problem/problem.ts';
import { seal, type Sealed } from '../domain/secret.ts';
import type { Catalog } from '../gateway/catalog/field.ts';
import { DEFAULT_RULES } from '../input/reference-rules.ts';
import { isSameLocated, type LocatedMap } from '../yaml/located.ts';
import { ownCredentialProblems } from './check/own-credentials.ts';
import { semanticProblems } from './check/semantics.ts';
import { broughtIn, quotingNothing } from './check/unquoted.ts';
import { groupUnset } from './check/unset.ts';
import { validateSchema } from './check/validate.ts';
import { type Declared, declaredBy } from './declared.ts';
import { type DesiredOptions, type DesiredTarget, loadMerged, type Merging } from './layers.ts';
import { type UnresolvedValue, unresolvedIn } from './read/unresolved.ts';

/** Undefined if a problem is an error; warnings don't prevent it. Problems in reading order. */
export interface LoadedDesired {
  readonly desired?: Desired;
  readonly problems: readonly Problem[];
  /** If there is no desired state: the values of references, for redaction by value. */
  readonly secrets?: Sealed<ReadonlySet<string>>;
  /** With `allowUnresolved`: where references stand for themselves. */
  readonly unresolved?: readonly UnresolvedValue[];
  /** Of files with errors, so that their author can be notified. */
  readonly commit?: Desired['revision']['commit'];
}

/** Never rejects for the content of a file; rejects with HF5007 when aborted. */
export async function loadDesired(target: DesiredTarget, options: DesiredOptions): Promise<LoadedDesired> {
  const merging = await loadMerged(target, options);
  const { root, catalog, problems: found } = merging;
  const judged = judgedAgain(root, target, catalog) ?? judge(root, target, catalog);
  const own = ownCredentialProblems(root, (options.rules ?? DEFAULT_RULES).own, target.name);
  const secrets = broughtIn(root);
  const problems = quotingNothing(inReadingOrder([...found, ...judged.problems, ...own]), secrets);
  if (problems.some(({ severity }) => severity === 'error')) {
    const dirs = target.desired.map((dir) => resolve(options.settingsDir, dir));
    const told = await groupUnset(problems, dirs, options.settingsDir);
    return { problems: told, secrets: seal(secrets), ...(merging.commit && { commit: merging.commit }) };
  }
  const desired = desiredOf(judged, target, merging);
  return {
    desired,
    problems,
    ...(options.allowUnresolved && { unresolved: [...unresolvedIn(root, desired)] }),
  };
}

/** What depends only on the merged tree. */
interface Judged {
  readonly root: LocatedMap;
  readonly catalog: Catalog;
  readonly problems: readonly Problem[];
  /** Created on first use: a tree with errors has none. */
  declared?: Declared;
}

/** A cache, because a daemon reads the same tree all day. */
const REMEMBERED_TARGETS = 16;
const remembered = new Map<DesiredTarget, Judged>();

function judgedAgain(root: LocatedMap, target: DesiredTarget, catalog: Catalog): Judged | undefined {
  const known = remembered.get(target);
  return known?.catalog === catalog && isSameLocated(known.root, root) ? known : undefined;
}

function judge(root: LocatedMap, target: DesiredTarget, catalog: Catalog): Judged {
  const judged = { root, catalog, problems: root.members.size > 0 ? validate(root, target, catalog) : [] };
  remembered.delete(target);
  remembered.set(target, judged);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= REMEMBERED_TARGETS) break;
    remembered.delete(oldest);
  }
  return judged;
}

function validate(root: LocatedMap, target: DesiredTarget, catalog: Catalog): Problem[] {
  const wrong = validateSchema(root, catalog, target.policy);
  const semantics = semanticProblems(root, catalog, wrong);
  // What the gateway would do is more informative than that a value isn't allowed.
  const told = semantics.filter((placed) => placed.problem.severity === 'error');
  const explained = new Set(told.map(({ steps }) => JSON.stringify(steps)));
  const rest = wrong.filter(({ steps }) => !explained.has(JSON.stringify(steps)));
  return [...rest, ...semantics].map((placed) => placed.problem);
}

function desiredOf(
  judged: Judged,
  target: DesiredTarget,
  { watched, commit, named }: Pick<Merging, 'watched' | 'commit' | 'named'>,
): Desired {
  const { digest, ...declared } = (judged.declared ??= declaredBy(judged.root, judged.catalog, target));
  return {
    target: target.name,
    layout: judged.catalog.layout,
    ...declared,
    ...(named.length > 0 && { named }),
    watched,
    revision: { digest, ...(commit && { commit }) },
  };
}
