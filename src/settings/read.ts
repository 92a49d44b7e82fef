// A settings file as a checked tree: strict YAML, references resolved, the schema's problems.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { packageFile } from '../lib/package-files.ts';
import { type Problem, problem } from '../domain/problem/problem.ts';
import type { Commands } from '../input/commands.ts';
import type { Environment } from '../input/environment.ts';
import { type LocatedMap, valueOf } from '../yaml/located.ts';
import { type Resolved, resolveReferences, type Unresolved } from '../input/references.ts';
import { type SchemaCheck, schemaCheck } from '../input/schema-check.ts';
import { schemaProblems } from '../input/schema-problems.ts';
import { readTextFile, type ReadText } from '../input/text-file.ts';
import { readYaml } from '../yaml/strict.ts';
import { commandsIn } from './references.ts';

export interface SettingsTree {
  readonly root: LocatedMap;
  /** Absolute paths of the files referred to. */
  readonly files: readonly string[];
  /** What references can run, also those of the settings themselves. */
  readonly commands: Commands;
}

export interface ReadOptions {
  readonly env: Environment;
  readonly offline: boolean;
  readonly allowUnresolved?: Unresolved | undefined;
  readonly readText?: ReadText | undefined;
  /** Whether the references below `daemon` must be resolved; only the daemon itself needs its secrets. */
  readonly daemon: boolean;
}

/** Undefined if a problem is an error. */
export async function readSettingsFile(
  path: string,
  shown: string,
  options: ReadOptions,
): Promise<{ tree?: SettingsTree; problems: readonly Problem[] }> {
  const text = await (options.readText ?? readTextFile)(path, shown);
  if ('problem' in text) return { problems: [asSettings(text.problem)] };
  const read = readYaml(text.text, shown);
  if (!read.root) return { problems: read.problems.length > 0 ? read.problems : [emptyFile(shown)] };
  const commands = commandsIn(read.root, { dir: dirname(resolve(path)), env: options.env });
  const resolved = await resolvedBy(read.root, { dir: dirname(resolve(path)), commands }, options);
  const wrong = resolved.problems.length > 0 ? [] : formProblems(resolved.root);
  const problems = [...resolved.problems, ...wrong];
  if (problems.some(({ severity }) => severity === 'error')) return { problems };
  return { tree: { root: resolved.root, files: resolved.files, commands }, problems };
}

async function resolvedBy(
  root: LocatedMap,
  { dir, commands }: { readonly dir: string; readonly commands: Commands },
  { env, offline, daemon, allowUnresolved }: ReadOptions,
): Promise<Resolved<LocatedMap>> {
  const all = allowUnresolved === 'all' ? allowUnresolved : undefined;
  const member = root.members.get('daemon');
  const others = new Map([...root.members].filter(([name]) => name !== 'daemon'));
  const strict = { env, dir, commands, allowUnresolved: all ?? offline };
  const rest = await resolveReferences({ ...root, members: others }, strict);
  if (!member) return rest;
  const own = await resolveReferences(member.node, {
    ...strict,
    allowUnresolved: all ?? (offline || !daemon),
  });
  const members = new Map(root.members);
  for (const [name, one] of rest.root.members) members.set(name, one);
  members.set('daemon', { ...member, node: own.root });
  return {
    root: { ...rest.root, members },
    problems: [...rest.problems, ...own.problems],
    files: [...rest.files, ...own.files],
  };
}

/** An unreadable settings file is a problem of settings, not of desired state. */
function asSettings(found: Problem): Problem {
  return found.code === 'HF2002' ? problem('HF1010', found.message) : found;
}

function emptyFile(shown: string): Problem {
  const remedy = 'Start with `version: 1` and `targets:`. docs/settings.md has an example.';
  return problem('HF1012', `${shown} is empty`, { position: { file: shown, line: 1, column: 1 }, remedy });
}

const CODES = {
  file: 'the settings file',
  unknown: 'HF1011',
  type: 'HF1012',
  value: 'HF1012',
  missing: 'HF1012',
} as const;

let check: SchemaCheck | undefined;

function formProblems(root: LocatedMap): Problem[] {
  check ??= schemaCheck(
    JSON.parse(readFileSync(packageFile('schemas/settings.schema.json'), 'utf8')) as object,
  );
  return schemaProblems(check(valueOf(root)), root, CODES).map((placed) => placed.problem);
}
