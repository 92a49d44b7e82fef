// `adopt --pull-request` at night: from the panel to a pull request.
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Job, openCi } from './setup.ts';
import { KEY } from '../terminal.ts';

/** A clone of a remote, whose files are applied; the state of the job is gone. */
async function openClone(kind: 'github' | 'gitlab'): Promise<Job & { git(...args: string[]): string }> {
  const ci = await openCi(kind);
  const { dir } = ci.terminal;
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', dir, '-c', 'user.name=a', '-c', 'user.email=a@b.example', ...args], {
      encoding: 'utf8',
    }).trim();
  await ci.terminal.write('.gitignore', 'gateway/\nrunner/\n.holdfast/\nremote/\n');
  git('init', '--quiet', '--initial-branch', 'main');
  git('add', '.');
  git('commit', '--quiet', '-m', 'One');
  execFileSync('git', ['init', '--quiet', '--bare', join(dir, 'remote')]);
  git('remote', 'add', 'origin', join(dir, 'remote'));
  git('push', '--quiet', 'origin', 'main');
  expect((await ci.run({ event: 'push', commit: git('rev-parse', 'HEAD') }, 'apply')).exit).toBe(0);
  await rm(join(dir, '.holdfast'), { recursive: true });
  return { ...ci, git };
}

async function panel({ terminal }: Job, path: string, value: unknown): Promise<void> {
  const answer = await fetch(`${terminal.sandbox.url}/v0/management/${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });
  expect(answer.status).toBe(200);
}

describe.each(['github', 'gitlab'] as const)('on %s', (kind) => {
  test('drift becomes one pull request, which the next night updates', async () => {
    await using ci = await openClone(kind);
    const night = { event: 'schedule', commit: ci.git('rev-parse', 'HEAD') } as const;
    await panel(ci, 'request-retry', { value: 7 });
    const first = await ci.run(night, 'adopt', '--pull-request', '--output', 'json');
    expect(first).toMatchObject({ exit: 0 });
    const [pull] = ci.forge.proposals;
    expect(JSON.parse(first.out)).toMatchObject({
      branch: 'holdfast/adopt-default',
      pullRequest: { number: pull?.number },
    });
    expect(pull).toMatchObject({ branch: 'holdfast/adopt-default', into: 'main' });
    const remote = join(ci.terminal.dir, 'remote');
    const shown = (): string =>
      ci.git('--git-dir', remote, 'show', 'holdfast/adopt-default:desired-state/gateway.yaml');
    expect(shown()).toContain('request-retry: 7');
    expect(ci.git('status', '--porcelain')).toBe('');
    expect(ci.git('branch', '--list', 'holdfast/*')).toBe('');
    await panel(ci, 'request-retry', { value: 9 });
    expect((await ci.run(night, 'adopt', '--pull-request')).out).toContain('pull request');
    expect(shown()).toContain('request-retry: 9');
    expect(ci.forge.proposals).toHaveLength(1);
    expect(ci.forge.violations).toEqual([]);
  });
});

test('a forge that refuses, a new secret and a job of a pull request are errors', async () => {
  await using ci = await openClone('github');
  const night = { event: 'schedule', commit: ci.git('rev-parse', 'HEAD') } as const;
  await panel(ci, 'request-retry', { value: 7 });
  ci.forge.mayDo = (id) => id !== 'create-pull';
  const refused = await ci.run(night, 'adopt', '--pull-request');
  expect(refused.exit).not.toBe(0);
  expect(refused.err).toContain('holdfast/adopt-default is pushed, and has no pull request');
  await panel(ci, 'api-keys', ['sk-test-client-laptop', 'sk-test-panel-0001']);
  const secret = await ci.run(night, 'adopt', '--pull-request');
  expect(secret.err).toContain('HF2096');
  expect(secret.out + secret.err).not.toContain('sk-test-panel-0001');
  await panel(ci, 'api-keys', ['sk-test-client-laptop']);
  ci.git('remote', 'set-url', 'origin', join(ci.terminal.dir, 'nowhere'));
  const unpushed = await ci.run(night, 'adopt', '--pull-request');
  expect(unpushed).toMatchObject({
    exit: 3,
    err: expect.stringMatching(/HF2097 git push failed: .*nowhere[^]*Let the job push/),
  });
  expect((await ci.run({}, 'adopt', '--pull-request')).err).toContain('HF8001');
  expect((await ci.terminal.run('adopt', '--pull-request')).err).toContain('HF8001');
});
