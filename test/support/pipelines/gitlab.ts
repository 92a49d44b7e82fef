// A small runner of GitLab CI: a configuration that includes the component of this repository, the jobs whose rules match,
// in the order of their stages, each on a fresh clone in a fresh directory.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { type JobOptions, jobVariables } from '../fake-forge/job.ts';
import { execute, keepArtifact, ROOT, type World } from './world.ts';
import type { Ran } from './actions.ts';

interface Job {
  readonly extends?: string;
  readonly stage?: string;
  readonly needs?: readonly string[];
  readonly rules?: readonly { readonly if: string }[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly script?: readonly string[];
  readonly artifacts?: { readonly when?: string; readonly paths: readonly string[] };
}

type Jobs = Readonly<Record<string, Job>>;

export interface Pipeline extends Omit<JobOptions, 'eventFile' | 'event'> {
  readonly source: 'merge_request_event' | 'push' | 'schedule' | 'web';
  readonly ref: string;
}

const STAGES = ['build', 'test', 'deploy'];

export async function runPipeline(world: World, pipeline: Pipeline): Promise<readonly Ran[]> {
  const jobs = await jobsOf(world, pipeline.commit);
  const own = await jobVariables(world.forge, {
    ...pipeline,
    eventFile: '',
    event: pipeline.source === 'merge_request_event' ? 'pull-request' : 'push',
  });
  const isTrusted = pipeline.isFromFork !== true;
  const { GITLAB_TOKEN: token = '', ...given } = { ...own, CI_PIPELINE_SOURCE: pipeline.source };
  const secrets = isTrusted ? { ...world.secrets, GITLAB_TOKEN: token } : {};
  const variables: Record<string, string> = { ...given, ...world.variables, ...secrets };
  const chosen = Object.entries(jobs)
    .filter(
      ([name, { rules = [] }]) => !name.startsWith('.') && rules.some((rule) => matches(rule.if, variables)),
    )
    .toSorted(([, a], [, b]) => STAGES.indexOf(a.stage ?? 'test') - STAGES.indexOf(b.stage ?? 'test'));
  const ran = new Map<string, Ran>();
  for (const [name, job] of chosen) {
    const isReady = (job.needs ?? []).every((need) => ran.get(need)?.result === 'success');
    ran.set(name, isReady ? await runJob(world, name, job, variables, pipeline) : skipped(name));
  }
  return [...ran.values()];
}

const skipped = (job: string): Ran => ({ job, result: 'skipped', exit: 0, log: '', outputs: {} });

async function runJob(
  world: World,
  name: string,
  job: Job,
  given: Readonly<Record<string, string>>,
  { ref }: Pipeline,
): Promise<Ran> {
  const fixture = await world.freshDir(`home-${name}`);
  const variables = { ...job.variables, ...given };
  const cwd = await world.checkout(ref, Number(variables['GIT_DEPTH'] ?? 20));
  const env = { ...variables, PATH: world.path, HOME: fixture, LANG: 'C.UTF-8', CI_JOB_NAME: name };
  await mkdir(join(fixture, 'tmp'));
  const { exit, log } = await execute('bash', ['-e', '-c', (job.script ?? []).join('\n')], { cwd, env });
  const { when = 'on_success', paths = [] } = job.artifacts ?? {};
  if (exit === 0 || when === 'always')
    for (const path of paths) await keepArtifact(world, `${name}:${path}`, join(cwd, path));
  return { job: name, result: exit === 0 ? 'success' : 'failure', exit, log, outputs: {} };
}

interface Included {
  readonly include: readonly {
    readonly component: string;
    readonly inputs?: Readonly<Record<string, string>>;
  }[];
}

/** The jobs of the components that .gitlab-ci.yml includes. */
async function jobsOf(world: World, commit: string): Promise<Jobs> {
  const { include } = parse(await world.git('show', `${commit}:.gitlab-ci.yml`)) as Included;
  const all = await Promise.all(
    include.map(async ({ component, inputs = {} }) => {
      const [, name = ''] = /\/([\w-]+)@[\w.]+$/.exec(component) ?? [];
      return componentJobs(await readFile(join(ROOT, 'templates', `${name}.yml`), 'utf8'), inputs);
    }),
  );
  return extended(Object.assign({}, ...all) as Record<string, Job>);
}

interface Spec {
  readonly spec: { readonly inputs: Readonly<Record<string, { readonly default?: string }>> };
}

function componentJobs(text: string, given: Readonly<Record<string, string>>): Record<string, Job> {
  const [head = ''] = text.split(/^---$/m);
  const { spec } = parseAllDocuments(head)[0]!.toJS() as Spec;
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(spec.inputs, name));
  if (unknown.length > 0) throw new Error(`the component has no input ${unknown.join(', ')}`);
  const body = text
    .slice(head.length + 4)
    .replaceAll(/\$\[\[\s*inputs\.([\w-]+)\s*\]\]/g, (_, name: string) => {
      const value = given[name] ?? spec.inputs[name]?.default;
      if (value === undefined) throw new Error(`the input ${name} has no value`);
      return value;
    });
  return parse(body) as Record<string, Job>;
}

function extended(jobs: Record<string, Job>): Jobs {
  const whole = (job: Job): Job => {
    const from = job.extends === undefined ? undefined : jobs[job.extends];
    return from ? { ...whole(from), ...job } : job;
  };
  return Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, whole(job)]));
}

/** Comparisons of variables and texts, joined by `&&`: what the rules of the component need. */
function matches(rule: string, variables: Readonly<Record<string, string>>): boolean {
  return rule.split('&&').every((part) => {
    const [left = '', right = ''] = part.split('==').map((side) => valueOf(side.trim(), variables));
    if (!part.includes('==')) throw new Error(`the runner doesn't know the rule ${rule}`);
    return left === right;
  });
}

const valueOf = (side: string, variables: Readonly<Record<string, string>>): string | undefined =>
  side.startsWith('$') ? variables[side.slice(1)] : JSON.parse(side);
