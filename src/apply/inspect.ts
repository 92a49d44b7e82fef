// What a target manages: each section as the files declare it and as the gateway has it, without secrets, the models
// that clients can ask for, and the health of its accounts. Writes nothing, to the gateway or the state.
import { builtInModels } from '../gateway/checks/built-in-models.ts';
import { type CredentialHealth, credentialsOf } from '../gateway/checks/credentials.ts';
import type { Field } from '../gateway/catalog/field.ts';
import { shownAt } from '../gateway/catalog/secrets.ts';
import { credentialsIn } from '../gateway/routing/credentials.ts';
import { modelNames } from '../gateway/routing/route.ts';
import type { Redacted, RedactedTree } from '../domain/redacted.ts';
import { fingerprintsBy, type Fingerprints } from '../domain/secret.ts';
import { HoldfastError } from '../domain/problem/problem.ts';
import { namesOfBoth, type Tree } from '../lib/value.ts';
import { baseImages } from '../plan/localise/base-image.ts';
import { compareSides } from '../plan/compare-sides.ts';
import type { Context } from './run/context.ts';
import { type DeepLive, type Opened, readDeep } from './run/read.ts';
import { earlierTexts, type Run } from './run/run.ts';
import { withRun } from './run/with-run.ts';
import { keepsFlat, plan } from './steps/refresh-and-plan.ts';

export interface InspectedSection {
  /** A key of the top level. */
  readonly path: string;
  /** Absent: the files don't declare it, or have errors. */
  readonly declared?: Redacted;
  /** Absent: the gateway doesn't have it. */
  readonly live?: Redacted;
  /** How many differences a plan finds in it. */
  readonly differences: number;
}

export interface Inspection {
  /** ms since the epoch: when the gateway was read. */
  readonly at: number;
  readonly sections: readonly InspectedSection[];
  /** Names that clients can ask for; absent if the gateway doesn't tell. */
  readonly models?: readonly string[];
  readonly accounts?: readonly CredentialHealth[];
}

/** Rejects with a HoldfastError if the gateway can't be read. Files with errors leave `declared` out. */
export async function inspect(context: Context): Promise<Inspection> {
  // Nothing of it is work that a page should announce.
  const unheard: Context = { ...context, listener: () => undefined };
  return withRun(unheard, { purpose: 'looking' }, async (run) => {
    const opened = await readDeep(run, { keepFlat: keepsFlat(run, {}) });
    const sides = await sidesOf(run, opened);
    const { live } = opened;
    const [models, accounts] = [
      await served(run, live, sides.fingerprints),
      await unlessRefused(() => credentialsOf(run.client)),
    ];
    return {
      at: live.readAt,
      sections: sectionsOf(sides, opened.run.dialect.catalog.root),
      ...(models && { models }),
      ...(accounts && { accounts }),
    };
  });
}

interface Sides {
  readonly declared: Tree;
  readonly live: Tree;
  readonly fingerprints: Fingerprints;
  /** Sections of the differences. */
  readonly differing: readonly string[];
}

async function sidesOf(run: Run, { run: reading, live }: Opened): Promise<Sides> {
  const { desired } = await run.context.loadDesired();
  if (!desired) {
    const fingerprints = fingerprintsBy(run.context.target.digestKey.open(), earlierTexts(run));
    const { before } = baseImages(live, reading.dialect, undefined);
    return { declared: {}, live: before, fingerprints, differing: [] };
  }
  const { input } = await plan(reading, desired, live, {});
  const { base, declared, judged, fingerprints } = compareSides(input);
  const differing = judged.map(({ path }) => path[0]?.name ?? '');
  return { declared, live: base.before, fingerprints, differing };
}

function sectionsOf({ declared, live, fingerprints, differing }: Sides, root: Field): InspectedSection[] {
  const [files, gateway] = [declared, live].map(
    (tree) => shownAt(root, tree, fingerprints) as RedactedTree, // a mapping stays one
  );
  const names = namesOfBoth(declared, live);
  return [...names].map((path) => ({
    path,
    ...(files?.[path] !== undefined && { declared: files[path] }),
    ...(gateway?.[path] !== undefined && { live: gateway[path] }),
    differences: differing.filter((name) => name === path).length,
  }));
}

async function served(
  { client }: Run,
  { memory }: DeepLive,
  fingerprints: Fingerprints,
): Promise<readonly string[] | undefined> {
  const builtIn = await unlessRefused(() => builtInModels(client, [memory.open()]));
  const credentials = builtIn && credentialsIn(memory.open(), builtIn);
  return (
    credentials &&
    modelNames(credentials).map((name) =>
      fingerprints.known.isSecret(name, undefined) ? `#${fingerprints.of(name)}` : name,
    )
  );
}

async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof HoldfastError) return undefined;
    throw error;
  }
}
