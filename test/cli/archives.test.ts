// Backups for runners that vanish: what a job leaves as one file, and what another machine does with it.
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { GATEWAY, KEY, openTerminal, type Ran, SECRETS, type Terminal } from './terminal.ts';

let terminal: Terminal;
let identity: string;
let recipient: string;
beforeEach(async () => {
  terminal = await openTerminal();
  identity = await generateIdentity();
  recipient = await identityToRecipient(identity);
  await terminal.write('key.txt', `# created: today\n# public key: ${recipient}\n${identity}\n`);
});
afterEach(async () => {
  await terminal[Symbol.asyncDispose]();
});

const settings = (state: string, name = 'home'): Promise<void> =>
  terminal.write(
    'holdfast.yaml',
    `version: 1\ntargets: [{ name: ${name}, url: "${terminal.sandbox.url}", key: "\${env:HOLDFAST_KEY}" }]\nstate: ${state}\n`,
  );

const JOB = { GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '1', GITHUB_JOB: 'apply' };

/** As a step of a job in CI. */
const inJob = (job: Readonly<Record<string, string>>, ...words: string[]): Promise<Ran> =>
  terminal.runWith(
    { env: { ...SECRETS, HOLDFAST_KEY: KEY, HOLDFAST_URL: terminal.sandbox.url, ...job } },
    ...words,
  );

const file = (): Promise<string> => terminal.read('gateway/config.yaml');
const archives = async (): Promise<string[]> =>
  (await readdir(join(terminal.dir, 'backups'))).map((name) => join('backups', name));
const nextMachine = (): Promise<void> => rm(join(terminal.dir, '.holdfast'), { recursive: true });

describe('a job whose state directory goes with it', () => {
  test('writes nothing without a backup that lasts, and gives the remedy; the guard can be overridden', async () => {
    const plan = await inJob(JOB, 'plan', '--output', 'json');
    expect(plan.exit).toBe(4);
    expect(JSON.parse(plan.out)).toMatchObject({
      plans: [
        { verdicts: [{ guard: 'no-lasting-backup', allowed: false, override: '--allow no-lasting-backup' }] },
      ],
    });
    const refused = await inJob(JOB, 'apply');
    expect(refused.exit).toBe(4);
    expect(refused.out.replaceAll(/\s+/g, ' ')).toContain(
      "would be lost with this run: the state directory was created in this CI job, which ends with its disk, and `state.backups` isn't set",
    );
    expect(await file()).toContain('request-retry: 1');
    expect((await inJob(JOB, 'apply', '--allow', 'no-lasting-backup')).exit).toBe(0);
    expect(await file()).toContain('request-retry: 3');
  });

  test.each([
    ['GitLab', { GITLAB_CI: 'true', CI_JOB_ID: '1' }],
    ['a state that says so', {}],
  ])('is reported on %s', async (name, job) => {
    await settings(name === 'GitLab' ? '{}' : '{ lasting: false }');
    expect((await inJob(job, 'apply')).exit).toBe(4);
    expect((await inJob(job, 'restore', '--latest')).exit).toBe(3); // there is none
  });

  test('is not one whose state comes from another job, or is said to last', async () => {
    await inJob({ ...JOB, GITHUB_RUN_ID: '6' }, 'plan');
    expect((await inJob(JOB, 'apply')).exit).toBe(0);
    await nextMachine();
    await settings('{ lasting: true }');
    await terminal.write('desired-state/gateway.yaml', 'request-retry: 4\n');
    expect((await inJob(JOB, 'apply', '--allow', 'release-secret')).exit).toBe(0);
  });

  test('is no machine of a developer with CI=true', async () => {
    expect((await inJob({ CI: 'true' }, 'apply')).exit).toBe(0);
  });

  test('refuses a PUT and a restore as well, and continues with --allow', async () => {
    const put = ['api', 'put', 'request-retry', '--data', '{"value":5}'];
    const refused = await inJob(JOB, ...put);
    expect([refused.exit, refused.err]).toEqual([4, expect.stringContaining('HF5008')]);
    expect((await inJob(JOB, ...put, '--allow', 'no-lasting-backup')).exit).toBe(0);
    expect((await inJob(JOB, 'restore', '--latest', '--yes')).out).toContain('HF5008');
    expect(await file()).toContain('request-retry: 5');
    expect((await inJob(JOB, 'restore', '--latest', '--yes', '--allow', 'no-lasting-backup')).exit).toBe(0);
    expect(await file()).toContain('request-retry: 1');
  });
});

describe('a job that leaves encrypted backups', () => {
  beforeEach(() => settings(`{ backups: backups, backup-recipients: ["${recipient}"] }`));

  test('applies; another machine restores the file with the identity, and no other way', async () => {
    const before = await file();
    const applied = await inJob(JOB, 'apply');
    const [archive = ''] = await archives();
    expect([applied.exit, applied.out]).toEqual([
      0,
      expect.stringContaining(`, also in ${terminal.dir}/${archive}`),
    ]);
    expect(archive).toMatch(/^backups\/home-\d{8}T\d{6}Z-[0-9a-f]{8}\.age$/);
    expect((await stat(join(terminal.dir, archive))).mode & 0o777).toBe(0o600);
    await nextMachine();
    expect((await terminal.run('backup')).out).toContain(archive);
    const without = await terminal.run('restore', archive);
    expect([without.exit, without.err]).toEqual([3, expect.stringContaining('HF6012')]);
    await terminal.write('other.txt', `${await generateIdentity()}\n`);
    const wrong = await terminal.run('restore', archive, '--identity', 'other.txt');
    expect([wrong.exit, wrong.err]).toEqual([3, expect.stringContaining('HF6010')]);
    const dry = await terminal.run('restore', archive, '--identity', 'key.txt', '--dry-run');
    expect([dry.exit, await readdir(join(terminal.dir, '.holdfast'))]).toEqual([2, expect.anything()]);
    expect((await terminal.run('backup', 'list', '--output', 'json')).out).toContain('"backups": []');
    const restored = await terminal.run('restore', archive, '--identity', 'key.txt', '--yes');
    expect([restored.exit, await file()]).toEqual([0, before]);
    for (const { out, err } of [without, wrong, dry, restored]) {
      expect(out + err).not.toContain(identity);
      expect(out + err).not.toContain(SECRETS.UPSTREAM);
    }
  });

  test('has a newest one where the state directory is empty, opened by the identity of the environment', async () => {
    expect((await inJob(JOB, 'apply')).exit).toBe(0);
    await nextMachine();
    const ofApply = await archives();
    const env = { HOLDFAST_BACKUP_IDENTITY: identity };
    expect((await inJob(env, 'restore', '--latest', '--yes')).exit).toBe(0);
    expect(await file()).toContain('request-retry: 1');
    // Not by name: within one second the names are in the order of their hashes.
    const archive = (await archives()).find((name) => !ofApply.includes(name)) ?? '';
    const id = /\d{8}T.*(?=\.age)/.exec(archive)?.[0] ?? '';
    await nextMachine();
    expect((await inJob(env, 'backup', 'show', id, '--reveal')).out).toContain('request-retry: 3');
  });

  test('writes the file before the first request: where that fails, nothing is sent', async () => {
    await terminal.write('backups', 'a file is in its place');
    const failed = await inJob(JOB, 'apply', '--output', 'json');
    expect(failed.exit).toBe(1);
    expect(JSON.parse(failed.out)).toMatchObject({
      outcomes: [{ kind: 'failed', problems: [{ code: 'HF5006' }] }],
    });
    expect(failed.out).not.toMatch(/"(?:write|roll-back)": [1-9]/);
    expect(await file()).toContain('request-retry: 1');
    await rm(join(terminal.dir, 'backups'));
    expect((await inJob(JOB, 'apply')).exit).toBe(0);
  });

  test("refuses another gateway's backup, unless you confirm that it is the same gateway", async () => {
    expect((await inJob(JOB, 'apply')).exit).toBe(0);
    const [archive = ''] = await archives();
    await settings(`{ dir: elsewhere }`, 'office');
    const other = await terminal.run('restore', archive, '--identity', 'key.txt', '--yes');
    expect([other.exit, other.out + other.err]).toEqual([4, expect.stringContaining('HF5042')]);
    expect(await file()).toContain('request-retry: 3');
    const meant = await terminal.run('restore', archive, '--identity', 'key.txt', '--yes', '--any-gateway');
    expect(meant.exit).toBe(0);
    expect(await file()).toContain('request-retry: 1');
  });

  test('says what is wrong with a file that is cut off, foreign or missing, and with an identity that is none', async () => {
    expect((await inJob(JOB, 'apply')).exit).toBe(0);
    const [archive = ''] = await archives();
    const restoring = async (what: string, key = 'key.txt'): Promise<unknown[]> => {
      const { exit, out, err } = await terminal.run('restore', what, '--identity', key, '--yes');
      return [exit, /HF\d{4}/.exec(out + err)?.[0]];
    };
    await terminal.write('foreign.age', GATEWAY);
    expect(await restoring('foreign.age')).toEqual([3, 'HF6011']);
    expect(await restoring('missing.age')).toEqual([3, 'HF5040']);
    await terminal.write('no-key.txt', 'AGE-SECRET-KEY-1NONE\n');
    expect(await restoring(archive, 'no-key.txt')).toEqual([3, 'HF6012']);
    expect(await restoring(archive, 'no-file.txt')).toEqual([3, 'HF6012']);
    await rename(join(terminal.dir, archive), join(terminal.dir, 'whole.age'));
    await terminal.write('cut.age', (await terminal.read('whole.age')).slice(0, 120));
    expect(await restoring('cut.age')).toEqual([3, 'HF6011']);
    expect(await restoring('whole.age')).toEqual([0, undefined]);
  });
});
