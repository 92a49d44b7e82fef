// The workflows of this repository, checked by the parser of the platform that runs them, and for what it does not check.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { parse } from 'yaml';

const ROOT = resolve(import.meta.dirname, '../..');
const DIR = join(ROOT, '.github/workflows');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

async function problemsIn(content: string): Promise<readonly string[]> {
  const { context, value } = parseWorkflow({ name: 'workflow.yml', content }, new NoOperationTraceWriter());
  const found = context.errors.getErrors().map(({ message }) => message);
  if (!value || found.length > 0) return found;
  const { errors = [] } = await convertWorkflowTemplate(context, value);
  return errors.map(({ Message }) => Message);
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly needs?: string | readonly string[];
        readonly permissions?: Readonly<Record<string, string>>;
        readonly 'timeout-minutes'?: number;
        readonly steps: readonly Step[];
      }
    >
  >;
}

const workflow = (name: string): Workflow => parse(read(`.github/workflows/${name}`)) as Workflow;
const stepsOf = ({ jobs }: Workflow): readonly Step[] => Object.values(jobs).flatMap(({ steps }) => steps);

describe.each(readdirSync(DIR))('%s', (name) => {
  const own = workflow(name);

  test('is a workflow', async () => {
    expect(await problemsIn(read(`.github/workflows/${name}`))).toEqual([]);
  });

  test('pins every action to a commit, with the version beside it', () => {
    const lines = read(`.github/workflows/${name}`).match(/uses:.*/g) ?? [];
    expect(lines.filter((line) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(0);
  });

  test('has a limit of time for each job, and no right that it does not ask for', () => {
    for (const job of Object.values(own.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
    expect(Object.values(own.permissions ?? { none: 'missing' }).filter((right) => right !== 'read')).toEqual(
      [],
    );
  });

  test('runs only scripts that there are, and takes no text of others into a command', () => {
    const { scripts } = JSON.parse(read('package.json')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const commands = stepsOf(own).flatMap(({ run = '' }) => run);
    const named = commands.flatMap((run) =>
      [...run.matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script ?? ''),
    );
    expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
    expect(commands.filter((run) => run.includes('${{'))).toEqual([]);
  });
});

test('the parser finds what is wrong', async () => {
  const wrong = 'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - usess: a\n';
  expect((await problemsIn(wrong)).join('\n')).toContain('usess');
  const unknown =
    'on: push\njobs:\n  a:\n    runs-on: x\n    needs: b\n    steps:\n      - run: echo ${{ github.x( }}\n';
  expect(await problemsIn(unknown)).not.toEqual([]);
});

describe('a release', () => {
  const { jobs } = workflow('release.yml');
  const needs = (job: string): readonly string[] => [jobs[job]?.needs ?? []].flat();

  test('publishes nothing before everything passed, and the release last', () => {
    expect(jobs['build']?.steps.map(({ run }) => run)).toContain('bash .ci/run');
    expect([needs('npm'), needs('image'), needs('release')]).toEqual([
      ['build'],
      ['build'],
      ['npm', 'image'],
    ]);
  });

  test('publishes the package that was tested, with its provenance, and no stored token', () => {
    const publish = jobs['npm']?.steps.find(({ run }) => run?.startsWith('npm publish'))?.run;
    expect(publish).toContain('./release/*.tgz --provenance');
    expect(jobs['npm']?.steps.some(({ uses }) => uses?.startsWith('actions/checkout'))).toBe(false);
    expect(jobs['npm']?.permissions).toEqual({ 'id-token': 'write' });
    expect(read('.github/workflows/release.yml')).not.toContain('secrets.');
  });

  test('builds the image for two kinds of machines, and starts what it published', () => {
    const steps = jobs['image']?.steps ?? [];
    expect(steps.find(({ uses }) => uses?.startsWith('docker/build-push-action'))?.with).toMatchObject({
      platforms: 'linux/amd64,linux/arm64',
      push: true,
      provenance: 'mode=max',
      sbom: true,
    });
    expect(steps.at(-1)?.run).toContain('for program in git ssh-keygen sops age');
  });
});
