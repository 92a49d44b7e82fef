// A settings file as a checked tree: strict YAML, references resolved, the schema's problems. What later releases will
// read is checked for its form and otherwise left alone.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { packageFile } from '../nouns/package-files.ts';
import { type Problem, problem } from '../nouns/problem.ts';
import type { Environment } from '../reading/environment.ts';
import { type Located, type LocatedMap, nodeAt, valueOf } from '../reading/located.ts';
import { type Resolved, resolveReferences } from '../reading/references.ts';
import { type SchemaCheck, schemaCheck } from '../reading/schema-check.ts';
import { schemaProblems } from '../reading/schema-problems.ts';
import { readTextFile } from '../reading/text-file.ts';
import { readYaml } from '../reading/yaml.ts';

export interface SettingsTree {
  readonly root: LocatedMap;
  /** Absolute paths of the files referred to. */
  readonly files: readonly string[];
}

export interface ReadOptions {
  readonly env: Environment;
  readonly offline: boolean;
  /** Whether references below `daemon` must be resolved too. */
  readonly daemon: boolean;
}

/** What this release only checks for its form, with what takes its place. */
const LATER: readonly { readonly steps: readonly [string, string]; readonly instead: string }[] = [
  {
    steps: ['daemon', 'source'],
    instead: 'Update the checkout by other means; the daemon sees the files change.',
  },
  { steps: ['daemon', 'http'], instead: '`holdfast status --output json` says the same.' },
];

/** No tree when a problem is an error. */
export async function readSettingsFile(
  path: string,
  shown: string,
  options: ReadOptions,
): Promise<{ tree?: SettingsTree; problems: readonly Problem[] }> {
  const text = await readTextFile(path, shown);
  if ('problem' in text) return { problems: [asSettings(text.problem)] };
  const read = readYaml(text.text, shown);
  if (!read.root) return { problems: read.problems.length > 0 ? read.problems : [emptyFile(shown)] };
  const { now, later } = split(read.root);
  const resolved = await resolveAll(now, dirname(resolve(path)), options);
  const wrong = resolved.problems.length > 0 ? [] : formProblems(graft(resolved.root, later));
  const problems = [...resolved.problems, ...wrong, ...laterProblems(read.root)];
  if (problems.some(({ severity }) => severity === 'error')) return { problems };
  return { tree: { root: resolved.root, files: resolved.files }, problems };
}

/** What only the daemon uses is nothing to stop at for other commands: a pull request has no token of a chat. */
async function resolveAll(
  root: LocatedMap,
  dir: string,
  { env, offline, daemon }: ReadOptions,
): Promise<Resolved<LocatedMap>> {
  const own = root.members.get('daemon');
  const strictly = { env, dir, allowUnresolved: offline };
  if (!own || offline || daemon) return resolveReferences(root, strictly);
  const rest = new Map([...root.members].filter(([name]) => name !== 'daemon'));
  const [resolved, apart] = await Promise.all([
    resolveReferences({ ...root, members: rest }, strictly),
    resolveReferences(own.node, { ...strictly, allowUnresolved: true }),
  ]);
  const members = new Map([...resolved.root.members, ['daemon', { ...own, node: apart.root }]]);
  return {
    root: { ...resolved.root, members },
    problems: [...resolved.problems, ...apart.problems],
    files: [...resolved.files, ...apart.files],
  };
}

/** A file that was asked for and cannot be read is a matter of settings, not of desired state. */
function asSettings(found: Problem): Problem {
  return found.code === 'HF2002' ? problem('HF1010', found.message) : found;
}

function emptyFile(shown: string): Problem {
  const remedy = 'Begin with `version: 1` and `targets:`; docs/settings.md has an example.';
  return problem('HF1012', `${shown} is empty`, { position: { file: shown, line: 1, column: 1 }, remedy });
}

/** The tree without the sections of later releases, whose references nobody has to provide yet. */
function split(root: LocatedMap): { now: LocatedMap; later: ReadonlyMap<string, Located> } {
  const daemon = root.members.get('daemon');
  if (daemon?.node.kind !== 'map') return { now: root, later: new Map() };
  const names: ReadonlySet<string> = new Set(LATER.map(({ steps }) => steps[1]));
  const members = [...daemon.node.members];
  const kept = new Map(members.filter(([name]) => !names.has(name)));
  const now = { ...root, members: new Map(root.members) };
  now.members.set('daemon', { ...daemon, node: { ...daemon.node, members: kept } });
  return {
    now,
    later: new Map(members.filter(([name]) => names.has(name)).map(([name, { node }]) => [name, node])),
  };
}

function graft(root: LocatedMap, later: ReadonlyMap<string, Located>): LocatedMap {
  const daemon = root.members.get('daemon');
  if (daemon?.node.kind !== 'map' || later.size === 0) return root;
  const members = new Map(daemon.node.members);
  for (const [name, node] of later) members.set(name, { position: node.position, node });
  const whole = { ...root, members: new Map(root.members) };
  whole.members.set('daemon', { ...daemon, node: { ...daemon.node, members } });
  return whole;
}

function laterProblems(root: LocatedMap): Problem[] {
  const warnings = LATER.flatMap(({ steps, instead }) => {
    const parent = nodeAt(root, [steps[0]]);
    const member = parent?.kind === 'map' ? parent.members.get(steps[1]) : undefined;
    if (!member) return [];
    const path = steps.join('.');
    return [
      problem('HF1019', `\`${path}\` comes with a later release and does nothing yet`, {
        position: member.position,
        path,
        severity: 'warning',
        remedy: instead,
      }),
    ];
  });
  const postgres = nodeAt(root, ['state', 'postgres']);
  if (!postgres) return warnings;
  const message =
    '`state.postgres` comes with a later release; state would be kept somewhere else than you expect';
  return [
    ...warnings,
    problem('HF1019', message, {
      position: postgres.position,
      path: 'state.postgres',
      remedy: 'Use `state.dir` for now.',
    }),
  ];
}

const CODES = { unknown: 'HF1011', type: 'HF1012', value: 'HF1012', missing: 'HF1012' } as const;

let check: SchemaCheck | undefined;

function formProblems(root: LocatedMap): Problem[] {
  check ??= schemaCheck(
    JSON.parse(readFileSync(packageFile('schemas/settings.schema.json'), 'utf8')) as object,
  );
  return schemaProblems(check(valueOf(root)), root, CODES).map((placed) => placed.problem);
}
