import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type LoadedSettings, loadSettings } from '../../src/settings/settings.ts';
import { backupsVanish } from '../../src/compose/lasting.ts';
import { jobIdOf } from '../../src/input/ci-job.ts';

const dir = mkdtempSync(join(tmpdir(), 'holdfast-settings-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const RECIPIENT = 'age1yp8vwg4n85uagy5qcwq5mkf6hrc0q9m88curwpxqsm4dlryruetqn2f8j6';

async function load(
  state: string,
  env: Record<string, string> = {},
  offline = false,
): Promise<LoadedSettings> {
  writeFileSync(join(dir, 'holdfast.yaml'), `version: 1\ntargets: [{ name: a }]\nstate: ${state}\n`);
  return loadSettings({ flags: {}, cwd: dir, env: { HOLDFAST_KEY: 'mgmt-secret-1', ...env }, offline });
}

describe('state', () => {
  test('names where else backups go, who can read them, and whether the directory lasts', async () => {
    const { settings } = await load(`{ lasting: false, backups: ../out, backup-recipients: ["\${env:R}"] }`, {
      R: RECIPIENT,
    });
    expect(settings?.state).toEqual({
      dir: join(dir, '.holdfast'),
      lasting: false,
      backups: { dir: join(dir, '../out'), recipients: [RECIPIENT] },
    });
  });

  test('needs no recipients inside the state directory, nor the values of references offline', async () => {
    const inside = await load('{ dir: state, backups: state/out }');
    expect(inside.settings?.state.backups).toEqual({ dir: join(dir, 'state/out'), recipients: [] });
    const offline = await load('{ backups: out, backup-recipients: ["${env:R}"] }', {}, true);
    expect(offline.settings?.state.backups).toEqual({ dir: join(dir, 'out'), recipients: [] });
  });

  test.each([
    ['{ backups: out }', '3:19 HF1012', 'outside the state directory'],
    ['{ backups: .holdfast-old }', '3:19 HF1012', 'outside the state directory'],
    [`{ backup-recipients: ["${RECIPIENT}"] }`, '3:30 HF1012', 'no effect without `state.backups`'],
    ['{ backups: out, backup-recipients: [] }', '3:24 HF1012', 'backup-recipients'],
    ['{ backups: out, backup-recipients: [age1nonsense] }', '3:44 HF1012', "isn't a public key of age"],
    ['{ backups: out, backup-recipients: [ssh-ed25519 AAAA] }', '3:44 HF1012', 'SSH keys'],
    [
      '{ backups: out, backup-recipients: [AGE-SECRET-KEY-1W9S43MFNVCR2QKMNLVQLP2Y74GQ28G79AVT3VH5UGUS9F86UNZCS4ZX05F] }',
      '3:44 HF1012',
      'an identity, which decrypts and must stay secret',
    ],
  ])('%s is refused', async (state, place, words) => {
    const { settings, problems } = await load(state);
    expect(settings).toBeUndefined();
    const [{ position, code, message, remedy } = fail()] = problems;
    expect([problems.length, `${position?.line}:${position?.column} ${code}`]).toEqual([1, place]);
    expect(message).toContain(words);
    expect(remedy + message).not.toContain('W9S43MF');
  });
});

function fail(): never {
  throw new Error('there is no problem');
}

describe('whether a backup outlives the run', () => {
  const state = { dir: '/w/.holdfast' };
  const backups = { dir: '/w/out', recipients: [RECIPIENT] };

  test.each([
    ['a state of another run', state, false, false],
    ['a state that this job made', state, true, true],
    ['said to last', { ...state, lasting: true }, true, false],
    ['said not to last', { ...state, lasting: false }, false, true],
    ['archives elsewhere', { ...state, backups }, true, false],
    [
      'archives that go with the state',
      { ...state, backups: { ...backups, dir: '/w/.holdfast/out' } },
      true,
      true,
    ],
  ])('%s', (_, settings, isOfThisJob, vanishes) => {
    expect(backupsVanish(settings, isOfThisJob) !== undefined).toBe(vanishes);
  });

  test.each([
    [{}, undefined],
    [{ CI: 'true' }, undefined],
    [{ GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '1', GITHUB_JOB: 'a' }, 'GITHUB_ACTIONS 1  a'],
    [
      { GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '1', GITHUB_RUN_ATTEMPT: '2', GITHUB_JOB: 'a' },
      'GITHUB_ACTIONS 1 2 a',
    ],
    [{ GITLAB_CI: 'true', CI_JOB_ID: '9' }, 'GITLAB_CI 9'],
    [{ BITBUCKET_BUILD_NUMBER: '3', BITBUCKET_STEP_UUID: '{x}' }, 'BITBUCKET_BUILD_NUMBER {x}'],
  ])('the job of %j', (env, job) => expect(jobIdOf(env)).toBe(job));
});
