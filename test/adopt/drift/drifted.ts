// Files and a gateway that was in sync with them, what somebody changed on it since, and what an adoption makes of that.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { adoptDrift, type AdoptedDrift } from '../../../src/adopt/drift/adopt-drift.ts';
import type { Everything } from '../../../src/adopt/drift/choose-everything.ts';
import { editedLines } from '../../../src/adopt/drift/file-edits.ts';
import { loadDesired } from '../../../src/desired/desired.ts';
import { type DesiredOptions, loadMerged } from '../../../src/desired/layers.ts';
import { dialectOf } from '../../../src/gateway/dialect.ts';
import type { Desired } from '../../../src/domain/desired.ts';
import type { Live } from '../../../src/domain/live.ts';
import type { NamedKey } from '../../../src/domain/named-key.ts';
import { formatPath, parsePath } from '../../../src/domain/path.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { Ownership, Target } from '../../../src/domain/target.ts';
import { localiseDesired } from '../../../src/plan/localise/localise-desired.ts';
import { remember } from '../../../src/plan/last-applied.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import type { KnownState, PlanInput } from '../../../src/plan/types/input.ts';
import { unifiedDiff } from '../../../src/report/text/diff.ts';
import { DEFAULT_POLICY } from '../../../src/settings/policy.ts';
import { hash, liveOf, NOW } from '../../plan/builders.ts';
import { liveV8Of } from '../pulled.ts';

export interface Drifted {
  /** Relative to the settings; those in `layers` are desired state. */
  readonly files: Readonly<Record<string, string>>;
  readonly layers?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The gateway's file at the last apply, and now. Nothing was applied where `was` is absent. */
  readonly was?: string;
  readonly now: string;
  readonly api?: 'v7' | 'v8';
  readonly ownership?: Readonly<Record<string, Ownership>>;
  readonly ignore?: readonly string[];
  readonly named?: readonly NamedKey[];
  readonly paths?: readonly string[];
  readonly keep?: 'theirs' | 'ours';
  readonly into?: string;
  /** Files that other targets read too. */
  readonly shared?: readonly string[];
  /** As a pull takes it, in place of `paths` and `keep`. */
  readonly everything?: Everything;
}

export interface AdoptedFiles {
  /** Edited files by their names: unified diffs. */
  readonly diffs: Readonly<Record<string, string>>;
  readonly texts: Readonly<Record<string, string>>;
  /** New ones. */
  readonly variables: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
  readonly taken: readonly string[];
  /** What the last apply would have changed, had it not been one. */
  readonly pending: readonly string[];
  /** What a plan of the edited files would still change, or why they don't load. */
  readonly after: readonly string[];
  /** What the edited files don't declare. */
  readonly undeclared: readonly string[];
}

export async function adoptedFrom(drifted: Drifted): Promise<AdoptedFiles> {
  const dir = await mkdtemp(join(tmpdir(), 'adopt-drift-'));
  try {
    for (const [name, text] of Object.entries(drifted.files)) await put(join(dir, name), text);
    return await adoptedIn(dir, drifted);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

const liveFrom = (text: string, { api = 'v7' }: Drifted): Live =>
  api === 'v7' ? liveOf({ file: text, desired: {} }) : liveV8Of(text);

async function adoptedIn(dir: string, drifted: Drifted): Promise<AdoptedFiles> {
  const { env = {}, was, now, paths = [], keep, into } = drifted;
  const target = targetIn(dir, drifted);
  const options: DesiredOptions = { env, settingsDir: dir, now: NOW };
  const desired = await desiredFrom(target, options);
  const { state, pending } =
    was === undefined
      ? { state: {}, pending: [] }
      : stateAfter(inputFor(target, desired, liveFrom(was, drifted), {}));
  const live = liveFrom(now, drifted);
  const input = inputFor(target, desired, live, state);
  const intoPath = into === undefined ? undefined : join(dir, into);
  const adopted = adoptDrift({
    input,
    target,
    choice: drifted.everything ?? { paths: paths.map(parsePath), keep },
    declared: await loadMerged(target, { ...options, otherwise: input.dialect.catalog.layout }),
    env,
    shared: new Set((drifted.shared ?? []).map((name) => join(dir, name))),
    ...(intoPath !== undefined && {
      into: {
        path: intoPath,
        shown: into ?? '',
        text: await readFile(intoPath, 'utf8').catch(() => ''),
        layer: 0,
      },
    }),
  });
  const after = await planAfter(dir, adopted, { target, options, live, state });
  return { ...shown(adopted), pending, ...after };
}

interface Again {
  readonly target: Target;
  readonly options: DesiredOptions;
  readonly live: Live;
  readonly state: KnownState;
}

async function planAfter(
  dir: string,
  { files, lines, variables }: AdoptedDrift,
  { target, options, live, state }: Again,
): Promise<Pick<AdoptedFiles, 'after' | 'undeclared'>> {
  for (const { file, after } of files) await put(file.path, after);
  for (const edit of lines) {
    const path = join(dir, edit.path);
    await put(path, editedLines(await readFile(path, 'utf8'), edit));
  }
  const added = Object.fromEntries(variables.map(({ name, secret }) => [name, secret.open()]));
  const loaded = await loadDesired(target, { ...options, env: { ...options.env, ...added } });
  if (!loaded.desired)
    return {
      undeclared: [],
      after: loaded.problems.map(({ message, position }) => `${position?.file}:${position?.line} ${message}`),
    };
  const { plan } = makePlan(inputFor(target, loaded.desired, live, state));
  return {
    after: plan.changes.map(({ kind, path }) => `${kind} ${path}`),
    undeclared: (plan.undeclared ?? []).map(({ path }) => path),
  };
}

function shown({
  files,
  lines,
  variables,
  problems,
  taken,
}: AdoptedDrift): Omit<AdoptedFiles, 'after' | 'undeclared' | 'pending'> {
  const body = (before: string, after: string): string =>
    unifiedDiff(before, after, 'f').split('\n').slice(2).join('\n');
  return {
    diffs: Object.fromEntries([
      ...files.map(({ file, after }) => [file.shown, body(file.text, after)] as const),
      ...lines.map(({ path, add, remove, replace }) => [
        path,
        [
          ...remove.map((line) => `-${line}\n`),
          ...[...replace].map(([from, to]) => `-${from}\n+${to}\n`),
          ...add.map((line) => `+${line}\n`),
        ].join(''),
      ]),
    ]),
    texts: Object.fromEntries(files.map(({ file, after }) => [file.shown, after])),
    variables: Object.fromEntries(variables.map(({ name, secret }) => [name, secret.open()])),
    problems: problems.map(({ code, message, position }) =>
      [code, ...(position ? [`${position.file}:${position.line}`] : []), message].join(' '),
    ),
    taken: taken.map(({ path }) => formatPath(path)),
  };
}

async function desiredFrom(target: Target, options: DesiredOptions): Promise<Desired> {
  const { desired, problems } = await loadDesired(target, options);
  if (!desired) throw new Error(problems.map(({ message }) => message).join('\n'));
  return desired;
}

function stateAfter(input: PlanInput): { readonly state: KnownState; readonly pending: readonly string[] } {
  const prepared = makePlan(input);
  const { lastApplied, released } = remember(input, prepared);
  const pending = prepared.plan.changes.map(({ kind, path }) => `${kind} ${path}`);
  return { state: { lastApplied, released }, pending };
}

function inputFor(target: Target, desired: Desired, live: Live, state: KnownState): PlanInput {
  const dialect = dialectOf(live);
  const said = localiseDesired({
    desired,
    target,
    allow: [],
    lastApplied: state.lastApplied,
    released: state.released,
    dialect,
    content: live.file ? dialect.content(live.file.document.open()) : {},
    live,
    hash,
  });
  return {
    ...said,
    live,
    dialect,
    now: NOW,
    state: { ...state, lastApplied: said.lastApplied, released: said.released },
    hash,
    managementSecret: undefined,
    rollbackProbe: 'not-probed',
  };
}

function targetIn(
  dir: string,
  { layers = ['desired-state'], ownership = {}, ignore = [], named = [] }: Drifted,
): Target {
  return {
    name: 'home',
    url: new URL('http://127.0.0.1:8317'),
    keys: [seal('mgmt-secret-1')],
    desired: layers.map((layer) => join(dir, layer)),
    mode: 'apply',
    api: 'auto',
    adopted: true,
    probes: { models: [] },
    named,
    policy: {
      ...DEFAULT_POLICY,
      ignore: ignore.map(parsePath),
      ownership: Object.entries(ownership).map(([path, one]) => ({ path: parsePath(path), ownership: one })),
    },
    digestKey: seal('mgmt-secret-1'),
  };
}
