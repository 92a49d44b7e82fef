// A plan on a pull request, its apply after the merge, drift at night: what Holdfast reports to the forge, and what
// it doesn't.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { FORGE_KINDS } from '../../../src/domain/forge.ts';
import { KEY, SECRETS } from '../terminal.ts';
import { HEAD, openCi } from './setup.ts';

const MERGED = 'b'.repeat(40);
/** Removes the only upstream: a guard refuses. */
const DANGEROUS = 'openai-compatibility: []\n';

describe.each(FORGE_KINDS)('on %s', (kind) => {
  test('a plan is a comment, a refused one too, and the newest replaces the one before', async () => {
    await using ci = await openCi(kind, { 'desired-state/gateway.yaml': DANGEROUS });
    const refused = await ci.run({}, 'plan', '--comment', '--fail-on', 'error', '--output', 'json');
    expect(refused.exit).toBe(0);
    expect(JSON.parse(refused.out)).toMatchObject({ exit: 0, result: 'refused' });
    expect(ci.forge.comments[0]!.body).toContain('⛔ default');
    expect(ci.forge.comments[0]!.body).toMatch(/^<!-- holdfast:plan target="default" -->\n/);
    await ci.terminal.write('desired-state/gateway.yaml', 'request-retry: 3\n');
    expect((await ci.run({}, 'plan', '--comment')).exit).toBe(0);
    expect(ci.forge.comments).toHaveLength(1);
    expect(ci.forge.comments[0]!.body).toContain('📝 default: 1 to update');
    expect(ci.forge.comments[0]!.body).toMatch(
      /^<!-- holdfast:plan target="default" digest="\w+:\w{64}" -->\n/,
    );
    expect(ci.forge.violations).toEqual([]);
  });

  test('the status of the head goes from pending to what was found', async () => {
    await using ci = await openCi(kind);
    await ci.run({}, 'plan', '--commit-status');
    const [pending, success] = ci.forge.statuses;
    const context = 'holdfast/plan/default';
    expect(pending).toMatchObject({ commit: HEAD, context, state: 'pending' });
    expect(success).toMatchObject({ commit: HEAD, context, state: 'success' });
    expect(success!.description).toContain('1 to update');
    expect(success!.link).toContain('77');
    expect(ci.forge.violations).toEqual([]);
  });

  test('after the merge exactly the plan of the comment is applied, on a machine without its state', async () => {
    await using ci = await openCi(kind);
    await ci.run({}, 'plan', '--comment', '--state', 'state-one');
    ci.forge.pulls.push({ number: 3, commits: [MERGED], isMerged: true });
    const push = { event: 'push', commit: MERGED, pull: 0 } as const;
    const applied = await ci.run(push, 'apply', '--as-approved', '--commit-status', '--state', 'state-two');
    expect([applied.exit, applied.err]).toEqual([0, '']);
    expect(await ci.terminal.read('gateway/config.yaml')).toContain('request-retry: 3');
    expect(ci.forge.statuses.at(-1)).toMatchObject({ commit: MERGED, state: 'success' });
    expect(ci.forge.violations).toEqual([]);
  });

  test('another plan than the approved one is not applied', async () => {
    await using ci = await openCi(kind);
    await ci.run({}, 'plan', '--comment');
    await ci.terminal.write('desired-state/gateway.yaml', 'request-retry: 4\n');
    ci.forge.pulls.push({ number: 3, commits: [MERGED], isMerged: true });
    const push = { event: 'push', commit: MERGED, pull: 0 } as const;
    const before = await ci.terminal.read('gateway/config.yaml');
    const stale = await ci.run(push, 'apply', '--as-approved');
    expect(stale.exit).toBe(8);
    expect(stale.out + stale.err).toContain('HF5003');
    expect(await ci.terminal.read('gateway/config.yaml')).toBe(before);
  });

  test('drift is one issue while it lasts', async () => {
    await using ci = await openCi(kind);
    const night = { event: 'schedule', commit: MERGED, pull: 0 } as const;
    await ci.terminal.run('apply');
    await change(ci.terminal.sandbox.url, 7);
    for (const _ of [1, 2])
      expect((await ci.run(night, 'drift', '--issue', '--fail-on', 'error')).exit).toBe(0);
    expect(ci.forge.issues).toHaveLength(1);
    expect(ci.forge.issues[0]).toMatchObject({
      title: 'Holdfast: default differs from its files',
      state: 'open',
    });
    expect(ci.forge.issues[0]!.body).toContain('request-retry');
    await change(ci.terminal.sandbox.url, 3);
    await ci.run(night, 'drift', '--issue');
    expect(ci.forge.issues.map(({ state }) => state)).toEqual(['closed']);
    expect(ci.forge.violations).toEqual([]);
  });

  test('a pull request from a fork is only validated, and nothing it refers to is resolved', async () => {
    const secret = 'sk-test-runner-0009';
    await using ci = await openCi(kind, {
      'desired-state/gateway.yaml':
        'api-keys: ["${env:LAPTOP}", "${file:runner/secret}"]\nrequest-retry: 3\n',
      'runner/secret': secret,
    });
    for (const words of [
      ['plan'],
      ['diff'],
      ['drift'],
      ['apply', '--yes'],
      ['restore', '--latest', '--yes'],
    ]) {
      const { exit, out, err } = await ci.run({ isFromFork: true }, ...words);
      expect([words[0], exit]).toEqual([words[0], 4]);
      expect(out + err).toContain('HF8010');
    }
    expect((await ci.run({ isFromFork: true }, 'validate')).exit).toBe(0);
    const rendered = await ci.run({ isFromFork: true }, 'render');
    expect(rendered.exit).toBe(0);
    expect(rendered.out).toContain('${env:LAPTOP}');
    expect(rendered.out).not.toContain(secret);
    expect((await ci.run({ isFromFork: true }, 'plan', '--trust-fork')).exit).toBe(0);
  });
});

async function change(url: string, value: number): Promise<void> {
  await fetch(`${url}/v0/management/request-retry`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ value }),
  });
}

describe('the outputs of a job', () => {
  test('--fail-on decides which findings end with another code than 0', async () => {
    await using ci = await openCi('github', { 'desired-state/gateway.yaml': DANGEROUS });
    const exits = async (): Promise<number[]> => {
      const found: number[] = [];
      for (const what of ['never', 'error', 'refused', 'changes'])
        found.push((await ci.run({}, 'plan', '--fail-on', what)).exit);
      return found;
    };
    expect(await exits()).toEqual([0, 0, 4, 4]);
    await ci.terminal.write('desired-state/gateway.yaml', 'request-retry: 3\n');
    expect(await exits()).toEqual([0, 0, 0, 2]);
    await ci.terminal.write('desired-state/gateway.yaml', 'request-retry: [\n');
    expect(await exits()).toEqual([0, 3, 3, 3]);
    await ci.terminal.write('desired-state/gateway.yaml', 'request-retry: 1\n');
    expect(await exits()).toEqual([0, 0, 0, 0]);
  });

  test('an apply that leaves the edits of others is a success for its commit', async () => {
    await using ci = await openCi('github');
    const push = { event: 'push', commit: MERGED, pull: 0 } as const;
    await ci.run(push, 'apply');
    await change(ci.terminal.sandbox.url, 7);
    expect((await ci.run(push, 'apply', '--commit-status')).exit).toBe(2);
    expect((await ci.run(push, 'apply', '--commit-status', '--fail-on', 'refused')).exit).toBe(0);
    expect(ci.forge.statuses.at(-1)).toMatchObject({
      state: 'success',
      description: expect.stringContaining('1 difference not changed'),
    });
    expect(await ci.terminal.read('gateway/config.yaml')).toContain('request-retry: 7');
  });

  test('outputs and the summary of a step are written for --output github', async () => {
    await using ci = await openCi('github');
    const [output, summary] = ['output', 'summary'].map((name) => join(ci.terminal.dir, name));
    const files = { GITHUB_OUTPUT: output!, GITHUB_STEP_SUMMARY: summary! };
    await writeFile(output!, 'of=another\n');
    await ci.runIn(files, {}, 'plan', '-o', 'plan.json', '--output', 'github', '--fail-on', 'changes');
    const { digest } = JSON.parse(await ci.terminal.read('plan.json')) as { digest: { value: string } };
    expect((await readFile(output!, 'utf8')).split('\n')).toEqual([
      'of=another',
      'exit=2',
      'result=changes',
      'changes=1',
      `digest=${digest.value}`,
      'plan-file=plan.json',
      '',
    ]);
    expect(await readFile(summary!, 'utf8')).toContain('## Holdfast plan');
  });

  test('secrets are fingerprints with the name of their variable, in the comment too', async () => {
    await using ci = await openCi('github', {
      'desired-state/gateway.yaml': 'api-keys:\n  - ${env:LAPTOP}\n  - ${env:CLIENT_KEY_2}\n',
    });
    const secret = 'sk-test-client-0002';
    await ci.runIn({ CLIENT_KEY_2: secret }, {}, 'plan', '--comment', '--comment-file', 'whole.md');
    const { body } = ci.forge.comments[0]!;
    expect(body).toMatch(/•••[0-9a-f]{8} \(CLIENT_KEY_2\)/);
    for (const text of [body, await ci.terminal.read('whole.md')])
      for (const known of [secret, ...Object.values(SECRETS), KEY]) expect(text).not.toContain(known);
  });

  test('a comment that is too long is cut, and all of it is a file', async () => {
    const keys = Array.from({ length: 900 }, (_, i) => `  - \${env:LAPTOP}-${String(i).padStart(60, '0')}`);
    await using ci = await openCi('github', {
      'desired-state/gateway.yaml': `api-keys:\n${keys.join('\n')}\n`,
    });
    await ci.run({}, 'plan', '--comment');
    const { body } = ci.forge.comments[0]!;
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).toContain(
      'The whole comment is the file `holdfast-comment.md` of [this run](https://forge.example/',
    );
    expect((await ci.terminal.read('holdfast-comment.md')).length).toBeGreaterThan(65_536);
    expect(ci.forge.violations).toEqual([]);
  });

  test('a token without rights fails the job and keeps the plan', async () => {
    await using ci = await openCi('github');
    ci.forge.answerWith('create-comment', [{ status: 403 }]);
    const { exit, out, err } = await ci.run({}, 'plan', '--comment');
    expect(exit).toBe(5);
    expect(out).toContain('request-retry');
    expect(err).toContain('HF8003');
    expect(err).toContain('pull-requests: write');
  });

  test("flags that this job can't use are refused before any request to a gateway", async () => {
    await using ci = await openCi('github');
    const { run, terminal } = ci;
    const push = { event: 'push', pull: 0 } as const;
    const cases = [
      [await terminal.run('plan', '--comment'), 64, 'HF8001'],
      [await run(push, 'plan', '--comment'), 64, 'HF8001'],
      [await ci.runIn({ GITHUB_TOKEN: '' }, {}, 'plan', '--comment'), 3, 'HF8002'],
      [await run(push, 'apply', '--as-approved'), 3, 'HF8011'],
      [await run({}, 'apply', '--as-approved'), 3, 'HF8011'],
      [await run({}, 'apply', 'plan.json', '--as-approved'), 64, 'HF1001'],
    ] as const;
    for (const [{ exit, out, err }, code, problem] of cases) {
      expect(out + err).toContain(problem);
      expect(exit).toBe(code);
    }
    expect(terminal.sandbox.requests ?? []).toEqual([]);
  });

  test('the holder of a target is named by its run', async () => {
    await using ci = await openCi('github');
    const { openFileStore } = await import('../../../src/state/files/files.ts');
    const store = await openFileStore({ dir: join(ci.terminal.dir, '.holdfast'), clock: ci.terminal.clock });
    const lease = await store.lock(
      'default',
      'holdfast in https://forge.example/team/gateways/actions/runs/76',
    );
    const { exit, out, err } = await ci.run({}, 'apply');
    await lease.release();
    expect(exit).toBe(8);
    expect(out + err).toContain('https://forge.example/team/gateways/actions/runs/76');
  });

  test("an event that can't be read doesn't make a pull request trusted", async () => {
    await using ci = await openCi('github');
    const missing = { GITHUB_EVENT_PATH: join(ci.terminal.dir, 'nothing.json') };
    expect((await ci.runIn(missing, {}, 'plan')).exit).toBe(4);
  });
});
