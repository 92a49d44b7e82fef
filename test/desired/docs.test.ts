// The examples in docs/ and desired-state/ load, and have the documented result.
import { chmodSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ALL_LAYOUTS } from '../../src/desired/layout/layout.ts';
import { literalSecrets } from '../../src/desired/check/literal-secrets.ts';
import { readEnvFile } from '../../src/input/env-file.ts';
import { loadSettings } from '../../src/settings/settings.ts';
import { catalog, directory, load, loadText, oneLine, treeOf } from './setup.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** The fenced examples of a page whose fence has this word. */
function examples(page: string, word: string): string[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  return [...text.matchAll(/^```yaml (\S+)\n(.*?)^```$/gms)]
    .filter(([, label]) => label === word)
    .map(([, , content]) => content ?? '');
}

const ENV = {
  TEAM_A_KEY: 'sk-test-0001',
  TEAM_KEYS: 'sk-test-0002,sk-test-0003',
  MANAGEMENT_PASSWORD: 'mgmt-secret-1',
  NEW_KEY: 'mgmt-secret-2',
  PROBE_KEY: 'sk-test-0004',
  DIGEST_KEY: 'digest-key-1',
  GIT_TOKEN: 'git-token-0001',
  HOOK_SECRET: 'hook-secret-0001',
  LAPTOP_KEY: 'sk-test-0005',
  CONTRACTOR_KEY: 'sk-test-0006',
  CLAUDE_KEY: 'sk-test-0007',
};

describe('docs/desired-state.md', () => {
  test.each(examples('desired-state.md', 'desired').map((text, i) => [i + 1, text] as const))(
    'example %d loads without a problem',
    async (_, text) => {
      const dir = directory({
        'desired/a.yaml': text,
        'secrets/openrouter': 'sk-test-0005\n',
        'secrets/gemini-keys': 'sk-test-0006\nsk-test-0007\n',
      });
      const { desired, problems } = await load(dir, { env: ENV });
      expect(problems.map(oneLine)).toEqual([]);
      expect(desired && literalSecrets(desired, catalog)).toEqual([]);
    },
  );

  test.each(examples('desired-state.md', 'desired-v8').map((text, i) => [i + 1, text] as const))(
    'example %d in the layout of v8 loads without a problem',
    async (_, text) => {
      const dir = directory({
        'desired/a.yaml': text,
        'secrets/openrouter': 'sk-test-0005\n',
        'secrets/gemini-keys': 'sk-test-0006\nsk-test-0007\n',
      });
      const { desired, problems } = await load(dir, { env: ENV, layouts: ALL_LAYOUTS });
      expect(problems.map(oneLine)).toEqual([]);
      expect(desired?.layout).toBe('v8');
    },
  );

  test('the layers merge to the documented result', async () => {
    const [base = '', overlay = '', result = ''] = ['layer=base', 'layer=overlay', 'result'].map(
      (word) => examples('desired-state.md', word)[0],
    );
    const dir = directory({ 'base/a.yaml': base, 'overlay/a.yaml': overlay });
    expect(treeOf(await load(dir, { layers: ['base', 'overlay'] }))).toEqual(parse(result));
  });

  test('the table of identities is that of the catalog', () => {
    const page = readFileSync(join(ROOT, 'docs/desired-state.md'), 'utf8');
    const keyed = [...(catalog.root.fields?.values() ?? [])].filter(({ identity }) => identity.length > 0);
    for (const { name, identity } of keyed) {
      const row = page
        .split('\n')
        .find((line) => line.startsWith('| `') && line.split('|')[1]?.includes(`\`${name}\``));
      expect(row?.split('|')[2]?.match(/[a-z-]+(?=`)/g)).toEqual(identity);
    }
  });
});

describe('docs/settings.md', () => {
  const pages = ['settings.md', 'http-api.md'].flatMap((page) => examples(page, 'settings'));

  test.each(pages.map((text, i) => [i + 1, text] as const))('example %d is understood', async (_, text) => {
    const dir = directory({
      'holdfast.yaml': text,
      'ca.pem': '-----BEGIN CERTIFICATE-----\n',
      'bin/op': '#!/bin/sh\necho mgmt-secret-3\n',
    });
    chmodSync(join(dir, 'bin/op'), 0o755);
    const env = { ...ENV, PATH: `${join(dir, 'bin')}:/usr/bin:/bin` };
    const { settings, problems } = await loadSettings({ flags: {}, cwd: dir, env });
    expect(problems.map(oneLine)).toEqual([]);
    expect(settings?.targets).toHaveLength(1);
  });

  test.each(examples('git-source.md', 'settings').map((text, i) => [i + 1, text] as const))(
    'example %d of docs/git-source.md is understood',
    async (_, text) => {
      const dir = directory({ 'holdfast.yaml': text });
      const { settings, problems } = await loadSettings({ flags: {}, cwd: dir, env: ENV });
      expect(problems.map(oneLine)).toEqual([]);
      expect(settings?.daemon.source).toBeDefined();
    },
  );

  test('names every setting of the schema', () => {
    const schema = JSON.parse(readFileSync(join(ROOT, 'schemas/settings.schema.json'), 'utf8')) as {
      properties: object;
      $defs: Record<string, { properties?: object }>;
    };
    const names = [schema, ...Object.values(schema.$defs)].flatMap(({ properties }) =>
      Object.keys(properties ?? {}),
    );
    const text = pages.join('\n') + readFileSync(join(ROOT, 'docs/settings.md'), 'utf8');
    expect(names.filter((name) => !text.includes(name))).toEqual([]);
  });
});

describe('desired-state/', () => {
  const env = readEnvFile(readFileSync(join(ROOT, '.env.example'), 'utf8'), '.env.example', {}).values;

  test('is valid with the values of .env.example, and contains no plain secret', async () => {
    const { desired, problems } = await load(ROOT, { layers: ['desired-state'], env });
    expect(problems.map(oneLine)).toEqual([]);
    expect(desired && literalSecrets(desired, catalog)).toEqual([]);
  });

  test('is valid without any of its secrets', async () => {
    const { problems } = await load(ROOT, { layers: ['desired-state'], allowUnresolved: true });
    expect(problems.map(oneLine)).toEqual([]);
  });
});

test('an example that is wrong would be noticed', async () => {
  expect((await loadText('request-retri: 3\n')).problems).toHaveLength(1);
});

describe('docs/notifications.md', () => {
  test('has an example of every kind of channel that is understood', async () => {
    const [text = ''] = examples('notifications.md', 'settings');
    const names = ['WEBHOOK_URL', 'WEBHOOK_SECRET', 'SLACK_URL', 'DISCORD_URL', 'BOT_TOKEN', 'SMTP_PASSWORD'];
    const env = { ...ENV, ...Object.fromEntries(names.map((name) => [name, 'https://hooks.example/x'])) };
    const dir = directory({ 'holdfast.yaml': text });
    const mailed = { ...env, SMTP_PASSWORD: 'password-of-mail' };
    const { settings, problems } = await loadSettings({ flags: {}, cwd: dir, env: mailed, daemon: true });
    expect(problems.map(oneLine)).toEqual([]);
    expect(settings?.daemon.notify?.map(({ receiver }) => receiver.kind)).toEqual([
      'webhook',
      'slack',
      'discord',
      'telegram',
      'email',
    ]);
  });
});
