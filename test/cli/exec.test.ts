// `${exec:…}` from the settings to the output, and in jobs of strangers.
import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { place, type Place } from './setup.ts';

const KEY = 'sk-test-mgmt-1';
const SETTINGS = `version: 1
targets:
  - name: home
    url: \${env:HOLDFAST_URL}
    key: \${exec:vault management}
    desired: [desired-state]
references:
  exec:
    vault: { command: [./vault, read], env: [VAULT_SESSION], timeout: 60s }
`;
const FILES = 'api-keys:\n  - ${exec:vault laptop}\nrequest-retry: 3\n';

let at: Place;

beforeEach(async () => {
  at = await place({
    gateway: `port: 8317\nremote-management:\n  secret-key: ${KEY}\n`,
    files: { 'holdfast.yaml': SETTINGS, 'desired-state/gateway.yaml': FILES },
    env: { HOLDFAST_KEY: 'another', PATH: process.env['PATH'] ?? '', VAULT_SESSION: 'open' },
    managementKey: KEY,
  });
  await writeFile(
    join(at.dir, 'vault'),
    `#!/bin/sh\n: > ran\ntest "$VAULT_SESSION" = open || exit 5\ncase "$2" in management) echo ${KEY};; *) echo sk-test-vault-0001;; esac\n`,
  );
  await chmod(join(at.dir, 'vault'), 0o755);
});

afterEach(() => at.close());

const hasRun = async (): Promise<boolean> => (await readdir(at.dir)).includes('ran');

test('brings the management key and values, which no output shows', async () => {
  const applied = await at.holdfast('apply', '--yes', '--verbose');
  expect(applied).toMatchObject({ exit: EXIT.ok });
  expect(applied.out).toContain('(vault laptop)');
  expect(applied.out + applied.err).not.toContain('sk-test-vault-0001');
  const plan = await at.holdfast('plan', '--output', 'json');
  expect(JSON.parse(plan.out)).toMatchObject({ plans: [{ changes: [] }] });
  const rendered = await at.holdfast('render');
  expect(rendered.out + plan.out).not.toContain('sk-test-vault-0001');
});

test('fails at its line, without what the command printed', async () => {
  const ran = await at.holdfastWith({ VAULT_SESSION: 'closed' }, 'validate');
  expect(ran).toMatchObject({ exit: EXIT.invalid });
  expect(ran.err).toContain('${exec:vault laptop} failed with exit code 5');
  expect(ran.err).toContain('gateway.yaml:2:5');
});

test('runs nothing for a pull request of a stranger, and where nothing is to be resolved', async () => {
  expect(await at.holdfast('validate', '--allow-unresolved')).toMatchObject({ exit: EXIT.ok });
  await at.write({
    'event.json': JSON.stringify({
      pull_request: { number: 1, head: { sha: 'a'.repeat(40), repo: { full_name: 'stranger/gateways' } } },
    }),
  });
  const job = {
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'team/gateways',
    GITHUB_SHA: 'a'.repeat(40),
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: join(at.dir, 'event.json'),
  };
  expect(await at.holdfastWith(job, 'validate')).toMatchObject({ exit: EXIT.ok });
  expect((await at.holdfastWith(job, 'plan')).err).toContain('HF8010');
  expect(await hasRun()).toBe(false);
});
