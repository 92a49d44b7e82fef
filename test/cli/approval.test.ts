import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { openTerminal } from './terminal.ts';

type Edit = (plan: Readonly<Record<string, unknown>>) => unknown;

const EDITS: readonly (readonly [string, Edit, number])[] = [
  ['without its digest', (plan) => ({ ...plan, digest: undefined }), 3],
  ['with an empty digest', (plan) => ({ ...plan, digest: null }), 3],
  [
    'with another digest',
    (plan) => ({ ...plan, digest: { ...(plan['digest'] as object), value: 'f00' } }),
    8,
  ],
  [
    'signed with a different key',
    (plan) => ({ ...plan, digest: { ...(plan['digest'] as object), keyId: 'f00' } }),
    8,
  ],
  ['of another target', (plan) => ({ ...plan, target: 'elsewhere' }), 64],
  ['of a target that is no text', (plan) => ({ ...plan, target: { name: 'default' } }), 3],
  ['that is no mapping', () => [], 3],
];

test.each(EDITS)('a plan file %s is not applied', async (_, edit, exit) => {
  await using terminal = await openTerminal();
  await terminal.run('plan', '-o', 'plan.json');
  const plan = JSON.parse(await terminal.read('plan.json')) as Record<string, unknown>;
  await terminal.write('plan.json', JSON.stringify(edit(plan)));
  const before = await terminal.read('gateway/config.yaml');
  expect((await terminal.run('apply', 'plan.json', '--yes')).exit).toBe(exit);
  expect(await terminal.read('gateway/config.yaml')).toBe(before);
});

test('a plan that was compared with another commit says so', async () => {
  await using terminal = await openTerminal();
  await terminal.run('plan', '-o', 'plan.json');
  const plan = JSON.parse(await terminal.read('plan.json')) as Record<string, unknown>;
  const git = (...args: string[]): string =>
    execFileSync(
      'git',
      ['-C', terminal.dir, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args],
      {
        encoding: 'utf8',
      },
    ).trim();
  git('init', '--quiet');
  git('add', 'desired-state');
  git('commit', '--quiet', '-m', 'One');
  const one = git('rev-parse', 'HEAD');
  git('commit', '--quiet', '--allow-empty', '-m', 'Two');
  const base = { source: 'base', base: { commit: { sha: one }, why: 'a test' } };
  await terminal.write('plan.json', JSON.stringify({ ...plan, memory: base }));
  const before = await terminal.read('gateway/config.yaml');
  const { exit, out } = await terminal.run('apply', 'plan.json', '--base', 'HEAD', '--yes');
  expect(exit).toBe(8);
  expect(out).toContain(`the approved plan compares with commit ${one.slice(0, 12)}, this run compares with`);
  expect(await terminal.read('gateway/config.yaml')).toBe(before);
});

const atTerminal = { stdoutIsTerminal: true, stdinIsTerminal: true };

test('a pending question blocks nobody else, and is repeated if the target changed', async () => {
  await using terminal = await openTerminal();
  const asked: string[] = [];
  const ask = async (question: string): Promise<string> => {
    asked.push(question);
    if (asked.length > 1) return 'y';
    await terminal.write('desired-state/gateway.yaml', 'request-retry: 5\n');
    expect((await terminal.run('plan')).exit).toBe(0);
    return 'y';
  };
  const { exit, out } = await terminal.runWith({ ...atTerminal, ask }, 'apply');
  expect(exit).toBe(0);
  expect(asked).toHaveLength(2);
  expect(out).toContain('request-retry');
  expect(await terminal.read('gateway/config.yaml')).toContain('request-retry: 5');
});
