// The references of settings and desired state: where each is used, where its value comes from, and whether it has one.
import { relative } from 'node:path';
import type { Io } from '../../compose/io.ts';
import { type LayerFile, loadMerged } from '../../desired/layers.ts';
import { type UnresolvedValue, unresolvedBelow } from '../../desired/read/unresolved.ts';
import type { Code } from '../../domain/problem/codes.ts';
import { type Position, type Problem, problem } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import type { Environment } from '../../input/environment.ts';
import { partsOf, type Reference, type ReferenceKind } from '../../input/reference-text.ts';
import { checkReferences, type ReferenceOptions, resolveReferences } from '../../input/references.ts';
import { decryptSops } from '../../input/sops.ts';
import { readTextFile } from '../../input/text-file.ts';
import type { Settings } from '../../settings/settings.ts';
import { readYaml } from '../../yaml/strict.ts';

export interface Use {
  readonly position: Position;
  readonly path: string;
  /** None for settings. */
  readonly targets: readonly string[];
}

export interface UsedReference {
  /** As it is written; of a file of SOPS, its name. */
  readonly reference: string;
  readonly kind: ReferenceKind | 'sops';
  readonly in: 'settings' | 'desired-state';
  /** The environment, a file, a command; undefined: it has no value. */
  readonly from: string | undefined;
  /** Why it has no value. */
  readonly problem: Problem | undefined;
  readonly uses: readonly Use[];
}

export interface Usage {
  readonly references: readonly UsedReference[];
  /** Of files that can't be read as far as references are concerned. */
  readonly problems: readonly Problem[];
}

interface Place {
  readonly settings: Settings;
  readonly targets: readonly Target[];
  /** With the file of variables. */
  readonly env: Environment;
  readonly io: Pick<Io, 'env' | 'cwd' | 'signal'>;
}

export async function usageOf(place: Place): Promise<Usage> {
  const { settings, env } = place;
  const own = await settingsUses(place);
  const desired = await desiredUses(place);
  const { dir, references: rules } = settings;
  const options = { env, dir, allowUnresolved: false };
  return {
    references: [
      ...(await checked(own, 'settings', { ...options, commands: rules.commands }, place)),
      ...(await checked(desired.uses, 'desired-state', { ...options, rules }, place)),
      ...(await encrypted(desired, env)),
    ],
    problems: desired.problems,
  };
}

/** By the text of one reference. */
type Uses = ReadonlyMap<string, { readonly reference: Reference; readonly uses: readonly Use[] }>;

async function settingsUses({ settings: { file, dir }, io, env }: Place): Promise<Uses> {
  if (file === undefined) return new Map();
  const read = await readTextFile(file, relative(io.cwd, file));
  const { root } = 'text' in read ? readYaml(read.text, relative(io.cwd, file)) : {};
  if (!root) return new Map();
  const open = await resolveReferences(root, { env, dir, allowUnresolved: 'all' });
  return usesOf(unresolvedBelow(open.root).map((one) => [one, undefined]));
}

interface DesiredUses {
  readonly uses: Uses;
  readonly files: ReadonlyMap<string, LayerFile>;
  /** Of encrypted values, by the name of the file. */
  readonly encrypted: ReadonlyMap<string, readonly Use[]>;
  readonly problems: readonly Problem[];
}

/** What the check of each reference says again. */
const REFUSALS: ReadonlySet<Code> = new Set(['HF2022', 'HF2025', 'HF2028']);

async function desiredUses({ settings, targets, env, io }: Place): Promise<DesiredUses> {
  const found: [UnresolvedValue, string][] = [];
  const files = new Map<string, LayerFile>();
  const problems: Problem[] = [];
  for (const target of targets) {
    const options = { env, settingsDir: settings.dir, rules: settings.references, signal: io.signal };
    const merged = await loadMerged(target, { ...options, allowUnresolved: 'all' });
    problems.push(...merged.problems.filter(({ code }) => !REFUSALS.has(code)));
    for (const file of merged.files) files.set(file.shown, file);
    found.push(...unresolvedBelow(merged.root).map((one): [UnresolvedValue, string] => [one, target.name]));
  }
  const isEncrypted = ([{ reference }]: [UnresolvedValue, string]): boolean => reference === 'sops';
  const byFile = Map.groupBy(found.filter(isEncrypted), ([{ position }]) => position.file);
  return {
    uses: usesOf(found.filter((one) => !isEncrypted(one))),
    files,
    encrypted: new Map([...byFile].map(([file, some]) => [file, together(some)])),
    problems,
  };
}

function usesOf(found: readonly (readonly [UnresolvedValue, string | undefined])[]): Uses {
  const references = new Map<string, Reference>();
  const all = found.flatMap(([one, target]) =>
    partsOf(one.reference).flatMap((part) => {
      if (typeof part === 'string' || 'broken' in part) return [];
      references.set(part.text, part);
      return [{ text: part.text, use: [one, target] as const }];
    }),
  );
  const byText = Map.groupBy(all, ({ text }) => text);
  return new Map(
    [...references].map(([text, reference]) => [
      text,
      { reference, uses: together((byText.get(text) ?? []).map(({ use }) => use)) },
    ]),
  );
}

/** Targets that share a file share its uses. */
function together(found: readonly (readonly [UnresolvedValue, string | undefined])[]): readonly Use[] {
  const groups = Map.groupBy(found, ([{ position, path }]) => JSON.stringify([position, path]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const targets = [...new Set(group.flatMap(([, target]) => target ?? []))];
    return [{ position: first[0].position, path: first[0].path, targets }];
  });
}

async function checked(
  uses: Uses,
  scope: UsedReference['in'],
  options: ReferenceOptions,
  place: Place,
): Promise<readonly UsedReference[]> {
  const wrong = await checkReferences([...uses.keys()], options);
  return [...uses].map(([text, { reference, uses: where }]) => {
    const found = wrong.get(text);
    const [use] = where;
    return {
      reference: text,
      kind: reference.kind,
      in: scope,
      from: found ? undefined : sourceOf(reference, place),
      problem:
        found && problem(found.code, found.message, { ...found, position: use?.position, path: use?.path }),
      uses: where,
    };
  });
}

function sourceOf({ kind, argument }: Reference, { settings, io }: Place): string {
  if (kind === 'exec') return `command ${argument.split(/\s/, 1)[0] ?? ''}`;
  if (kind === 'file' || kind === 'lines') return argument;
  const isSet = io.env[argument] !== undefined || settings.variables === undefined;
  return isSet ? 'environment' : relative(io.cwd, settings.variables);
}

async function encrypted(
  { encrypted: uses, files }: DesiredUses,
  env: Environment,
): Promise<readonly UsedReference[]> {
  return Promise.all(
    [...uses].map(async ([file, where]): Promise<UsedReference> => {
      const opened = await decryptSops({ path: files.get(file)?.path ?? file }, 'yaml', env);
      const found =
        'reason' in opened
          ? problem('HF2024', `${file} can't be decrypted: ${opened.reason}`, {
              position: where[0]?.position,
            })
          : undefined;
      const from = found ? undefined : 'sops';
      return { reference: file, kind: 'sops', in: 'desired-state', from, problem: found, uses: where };
    }),
  );
}
