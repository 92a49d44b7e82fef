// The workflows of this repository, checked by the parser of the platform that runs them, and for what it does not check.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
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
  readonly id?: string;
  readonly name?: string;
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
    for (const job of ['npm', 'image', 'action']) expect(needs(job)).toEqual(['build']);
    expect(needs('release')).toEqual(['npm', 'image', 'action']);
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

describe('the commands of a release', () => {
  const { jobs } = workflow('release.yml');
  const dirs: string[] = [];
  afterEach(() => {
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
  });

  /** Runs a step as the platform does, with `programs` that write down their words. Returns those and the outputs. */
  function ran(step: Step | undefined, env: Readonly<Record<string, string>>, ...programs: string[]): string {
    const dir = mkdtempSync(join(tmpdir(), 'holdfast-step-'));
    dirs.push(dir);
    mkdirSync(join(dir, 'release'));
    for (const file of ['notes.md', 'SHA256SUMS', 'holdfast-0.2.0.tgz', 'holdfast-0.2.0-standalone.tar.gz'])
      writeFileSync(join(dir, 'release', file), '');
    for (const program of programs)
      writeFileSync(join(dir, program), `#!/bin/sh\necho ${program} "$@" >> "$GITHUB_OUTPUT"\n`, {
        mode: 0o755,
      });
    const output = join(dir, 'output');
    execFileSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step?.run ?? 'false'], {
      cwd: dir,
      env: { PATH: `${dir}:${process.env['PATH']}`, GITHUB_OUTPUT: output, RUNNER_TEMP: dir, ...env },
    });
    return readFileSync(output, 'utf8').replaceAll(dir, 'TEMP');
  }

  const names = (tag: string): string =>
    ran(
      jobs['image']?.steps.find(({ id }) => id === 'names'),
      { GITHUB_REPOSITORY: 'Team/Holdfast', GITHUB_REF_NAME: tag },
    );

  test('name the image in lower case, and the newest one only where it is no preview', () => {
    const image = 'ghcr.io/team/holdfast';
    expect(names('v0.2.0')).toBe(`image=${image}\ntags<<END\n${image}:0.2.0\n${image}:latest\nEND\n`);
    expect(names('v0.2.0-rc.1')).toBe(`image=${image}\ntags<<END\n${image}:0.2.0-rc.1\nEND\n`);
  });

  test('publish the package alone, and a release of the files with the notes as its text', () => {
    const publish = jobs['npm']?.steps.find(({ run }) => run?.startsWith('npm publish'));
    expect(ran(publish, {}, 'npm')).toBe(
      'npm publish ./release/holdfast-0.2.0.tgz --provenance --access public\n',
    );
    const create = jobs['release']?.steps.at(-1);
    const env = { GITHUB_REPOSITORY: 'team/holdfast', GITHUB_REF_NAME: 'v0.2.0-rc.1' };
    expect(ran(create, env, 'gh')).toBe(
      'gh release create v0.2.0-rc.1 --repo team/holdfast --verify-tag --title v0.2.0-rc.1 --notes-file TEMP/notes.md --prerelease ' +
        'release/SHA256SUMS release/holdfast-0.2.0-standalone.tar.gz release/holdfast-0.2.0.tgz\n',
    );
    expect(ran(create, { ...env, GITHUB_REF_NAME: 'v0.2.0' }, 'gh')).not.toContain('--prerelease');
  });

  test('tag a commit with the bundle of the action, and move the tag of its major version there', () => {
    const dir = mkdtempSync(join(tmpdir(), 'holdfast-tags-'));
    dirs.push(dir);
    const [origin, clone] = [join(dir, 'origin'), join(dir, 'clone')];
    const git = (...words: string[]): string =>
      execFileSync('git', words, { cwd: clone, encoding: 'utf8' }).trim();
    execFileSync('git', ['init', '--quiet', '--bare', origin]);
    execFileSync('git', ['clone', '--quiet', origin, clone], { stdio: 'ignore' });
    writeFileSync(join(clone, '.gitignore'), 'dist/\n');
    git('add', '--all');
    git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message=source');
    const source = git('rev-parse', 'HEAD');
    mkdirSync(join(clone, 'dist/action'), { recursive: true });
    const step = jobs['action']?.steps.find(({ id }) => id === 'tags');
    const tagged = (tag: string): string[] => {
      git('checkout', '--quiet', source);
      mkdirSync(join(clone, 'dist/action'), { recursive: true });
      writeFileSync(join(clone, 'dist/action/index.mjs'), `// ${tag}\n`);
      const env = { PATH: process.env['PATH'], HOME: dir, GITHUB_REF_NAME: tag };
      execFileSync('bash', ['-eo', 'pipefail', '-c', step?.run ?? 'false'], { cwd: clone, env });
      const refs = git('ls-remote', '--tags', 'origin').split('\n');
      return refs.map((line) =>
        line.replace(
          /^(\S+)\trefs\/tags\//,
          (_, id: string) => `${git('show', `${id}:dist/action/index.mjs`)} `,
        ),
      );
    };
    expect(tagged('v1.2.3')).toEqual(['// v1.2.3 action-v1.2.3', '// v1.2.3 v1']);
    expect(tagged('v1.3.0-rc.1').at(-1)).toBe('// v1.2.3 v1');
    expect(tagged('v1.3.0').at(-1)).toBe('// v1.3.0 v1');
    expect(git('rev-parse', 'action-v1.3.0^')).toBe(source);
  });
});
