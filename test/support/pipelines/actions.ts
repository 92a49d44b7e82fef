// A small runner of workflows for GitHub, Gitea and Forgejo Actions: the workflows of a commit that an event starts, their
// jobs in order, each on a fresh clone in a fresh directory, each step as its own process.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type JobOptions, jobVariables } from '../fake-forge/job.ts';
import { type Contexts, holds, interpolated, type Progress } from './expressions.ts';
import { type Ended, execute, keepArtifact, type World } from './world.ts';

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

export interface Ran extends Ended {
  readonly job: string;
  readonly result: 'success' | 'failure' | 'skipped';
  /** Outputs of its steps that have an id. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Event extends Omit<JobOptions, 'eventFile' | 'event' | 'commit'> {
  readonly name: 'pull_request' | 'push' | 'schedule' | 'workflow_dispatch';
  /** What a checkout gets: a branch, a commit, or `refs/pull/3/merge`. */
  readonly ref: string;
  /** `github.sha`. */
  readonly sha: string;
  /** Of a pull request. */
  readonly head?: string;
  /** The file that somebody starts by hand. */
  readonly workflow?: string;
}

/** Runs all workflows that the event starts, one after the other, and says what became of each job. */
export async function runWorkflows(world: World, dir: string, event: Event): Promise<readonly Ran[]> {
  const ran: Ran[] = [];
  const files = (await world.git('ls-tree', '--name-only', `${event.sha}:${dir}`)).split('\n');
  for (const file of files) {
    const workflow = parse(await world.git('show', `${event.sha}:${dir}/${file}`)) as Workflow;
    const isMeant = event.workflow === undefined || event.workflow === file;
    if (isMeant && Object.hasOwn(workflow.on, event.name))
      ran.push(...(await runJobs(world, workflow, event)));
  }
  return ran;
}

async function runJobs(world: World, workflow: Workflow, event: Event): Promise<Ran[]> {
  const ran = new Map<string, Ran>();
  for (const [name, job] of Object.entries(workflow.jobs)) {
    const needed = [job.needs ?? []].flat().map((need) => ran.get(need));
    const progress = { hasFailed: needed.some((one) => one?.result !== 'success') };
    ran.set(name, await runJob(world, { workflow, name, job, event, progress }));
  }
  return [...ran.values()];
}

interface Call {
  readonly workflow: Workflow;
  readonly name: string;
  readonly job: Job;
  readonly event: Event;
  readonly progress: Progress;
}

async function runJob(world: World, { workflow, name, job, event, progress }: Call): Promise<Ran> {
  const runner = await world.freshDir(`runner-${name}`);
  const [fixture, workspace] = [join(runner, 'home'), join(runner, 'workspace')];
  await mkdir(fixture);
  const eventFile = join(runner, 'event.json');
  const given = await jobVariables(world.forge, {
    ...event,
    eventFile,
    event: event.name === 'pull_request' ? 'pull-request' : event.name === 'push' ? 'push' : 'schedule',
    commit: event.head ?? event.sha,
  });
  const { GITHUB_TOKEN: token = '', GITEA_TOKEN: _gitea, FORGEJO_TOKEN: _forgejo, ...own } = given;
  const isTrusted = event.isFromFork !== true;
  const contexts: Contexts = {
    github: {
      event_name: event.name,
      event: JSON.parse(await readFile(eventFile, 'utf8')) as unknown,
      repository: world.forge.repository,
      sha: event.sha,
      token,
    },
    secrets: isTrusted ? { ...world.secrets, GITHUB_TOKEN: token } : { GITHUB_TOKEN: token },
    vars: world.variables,
    steps: {},
  };
  const skipped: Ran = { job: name, result: 'skipped', exit: 0, log: '', outputs: {} };
  if (!holds(job.if, contexts, progress)) return skipped;
  world.forge.mayDo = permitted(world, job.permissions ?? workflow.permissions, isTrusted);
  const base = {
    PATH: world.path,
    HOME: fixture,
    LANG: 'C.UTF-8',
    RUNNER_TEMP: runner,
    ...own,
    GITHUB_SHA: event.sha,
    GITHUB_EVENT_NAME: event.name,
    GITHUB_JOB: name,
    GITHUB_OUTPUT: join(runner, 'output'),
    GITHUB_STEP_SUMMARY: join(runner, 'summary'),
  };
  const machine: Machine = { world, event, workspace, base };
  const done = await runSteps(machine, job.steps, contexts);
  world.forge.mayDo = () => true;
  return { job: name, result: done.exit === 0 ? 'success' : 'failure', ...done };
}

interface Machine {
  readonly world: World;
  readonly event: Event;
  workspace: string;
  readonly base: Readonly<Record<string, string>>;
}

async function runSteps(
  machine: Machine,
  steps: readonly Step[],
  given: Contexts,
): Promise<Ended & Pick<Ran, 'outputs'>> {
  const outputs: Record<string, Record<string, string>> = {};
  let [exit, log] = [0, ''];
  for (const step of steps) {
    const contexts = { ...given, steps: stepsContext(outputs) };
    const progress = { hasFailed: exit !== 0 };
    if (!holds(step.if, contexts, progress)) continue;
    await writeFile(machine.base['GITHUB_OUTPUT'] ?? '', '');
    const fill = (text: string): string => interpolated(text, contexts, progress);
    const ended = await runStep(machine, step, fill);
    if (step.id !== undefined)
      outputs[step.id] = outputsIn(await readFile(machine.base['GITHUB_OUTPUT'] ?? '', 'utf8'));
    log += `--- ${step.uses ?? step.run}\n${ended.log}`;
    exit ||= ended.exit;
  }
  return { exit, log, outputs };
}

const stepsContext = (outputs: Readonly<Record<string, object>>): object =>
  Object.fromEntries(Object.entries(outputs).map(([id, own]) => [id, { outputs: own }]));

function outputsIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

async function runStep(machine: Machine, step: Step, fill: (text: string) => string): Promise<Ended> {
  const { world, base } = machine;
  const inputs = filled(step.with ?? {}, fill);
  const env = { ...base, ...filled(step.env ?? {}, fill) };
  const action = step.uses?.replace(/@.*$/, '');
  if (action === undefined)
    return execute('bash', ['-e', '-c', fill(step.run ?? '')], { cwd: machine.workspace, env });
  switch (action) {
    case 'actions/checkout':
      return checkout(machine, inputs);
    case 'actions/upload-artifact':
      return upload(machine, inputs);
    case 'OWNER/holdfast': {
      const file = parse(await readFile(join(world.action, 'action.yml'), 'utf8')) as ActionFile;
      const given = { ...defaultsOf(file, fill), ...knownOf(file, inputs) };
      const asEnv = Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
      const main = join(world.action, file.runs.main);
      return execute(process.execPath, [main], {
        cwd: machine.workspace,
        env: { ...env, ...Object.fromEntries(asEnv) },
      });
    }
    default:
      throw new Error(`the runner doesn't know the action ${action}`);
  }
}

const filled = (
  values: Readonly<Record<string, unknown>>,
  fill: (text: string) => string,
): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fill(String(value))]));

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly main: string };
}

const defaultsOf = ({ inputs }: ActionFile, fill: (text: string) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(inputs).map(([name, { default: usual = '' }]) => [name, fill(usual)]));

/** A runner only warns of an input that the action doesn't have. */
function knownOf(
  { inputs }: ActionFile,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(inputs, name));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`);
  return given;
}

async function checkout(machine: Machine, inputs: Readonly<Record<string, string>>): Promise<Ended> {
  const depth = Number(inputs['fetch-depth'] ?? 1);
  machine.workspace = await machine.world.checkout(inputs['ref'] ?? machine.event.ref, depth);
  return { exit: 0, log: `${machine.event.ref}\n` };
}

async function upload(machine: Machine, inputs: Readonly<Record<string, string>>): Promise<Ended> {
  const kept = await keepArtifact(
    machine.world,
    inputs['name'] ?? 'artifact',
    join(machine.workspace, inputs['path'] ?? '.'),
  );
  const mayMiss = inputs['if-no-files-found'] === 'ignore';
  return { exit: kept || mayMiss ? 0 : 1, log: kept ? 'uploaded\n' : 'no files\n' };
}

const NEEDS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'list-comments': [
    ['pull-requests', 'read'],
    ['issues', 'read'],
  ],
  'create-comment': [
    ['pull-requests', 'write'],
    ['issues', 'write'],
  ],
  'update-comment': [
    ['pull-requests', 'write'],
    ['issues', 'write'],
  ],
  'create-status': [['statuses', 'write']],
  'list-issues': [['issues', 'read']],
  'create-issue': [['issues', 'write']],
  'update-issue': [['issues', 'write']],
  'pulls-of-commit': [
    ['contents', 'read'],
    ['pull-requests', 'read'],
  ],
};

/** What the token of a job may do on GitHub. Gitea and Forgejo tokens of a secret have rights of their own. */
function permitted(
  { forge }: World,
  permissions: Readonly<Record<string, string>> = {},
  isTrusted: boolean,
): (id: string) => boolean {
  if (forge.kind !== 'github') return () => isTrusted;
  return (id) =>
    (NEEDS[id] ?? []).some(([scope, level]) => {
      const has = permissions[scope];
      return level === 'read' ? has !== undefined : has === 'write' && isTrusted;
    });
}
