import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Problem } from '../../src/domain/problem/problem.ts';
import { type LoadedSettings, loadSettings, type SettingsFlags } from '../../src/settings/settings.ts';
import { parseAllowance } from '../../src/settings/policy.ts';

const made: string[] = [];
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

function directory(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  made.push(dir);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

interface Case {
  readonly flags?: SettingsFlags;
  readonly env?: Record<string, string>;
  readonly files?: Record<string, string>;
  readonly offline?: boolean;
  readonly allowUnresolved?: boolean;
  readonly daemon?: boolean;
}

async function settings({
  flags = {},
  env = {},
  files = {},
  offline = false,
  allowUnresolved = false,
  daemon = false,
}: Case): Promise<LoadedSettings & { dir: string }> {
  const dir = directory(files);
  return { ...(await loadSettings({ flags, cwd: dir, env, offline, allowUnresolved, daemon })), dir };
}

const fromFile = (text: string, rest: Omit<Case, 'files'> = {}): ReturnType<typeof settings> =>
  settings({ ...rest, files: { 'holdfast.yaml': text } });

const line = ({ position, code, message }: Problem): string =>
  `${position ? `${position.line}:${position.column} ` : ''}${code} ${message}`;

const FULL = `version: 1
digest-key: "\${env:DIGEST}"
targets:
  - name: home
    labels: { region: eu, cost-center: "4711" }
    url: https://gateway.example:8317
    key: ["\${env:NEW}", "\${env:OLD}"]
    desired: [base, overlays/eu]
    mode: enforce
    api: v0
    adopted: true
    tls: { ca: ca.pem }
    probes: { client-key: "\${env:PROBE}", models: [kimi] }
    policy: { prune: true, allow: [last-upstream:gemini-api-key, split-brain=file] }
  - name: lab
    key: "\${env:OLD}"
policy:
  ignore: ["openai-compatibility[openrouter].priority"]
  ownership: { api-keys: entries }
  max-deletes: 50%
  max-replaces: 3
daemon: { drift: "0 * * * *" }
state: { dir: var/state }
`;
const ENV = { NEW: 'mgmt-secret-2', OLD: 'mgmt-secret-1', PROBE: 'sk-test-0001', DIGEST: 'digest-key-1' };

describe('freeze windows', () => {
  test('are read, and refused with their place where they are none', async () => {
    const loaded = await fromFile(`version: 1
targets:
  - name: home
    key: mgmt-secret-1
policy:
  freeze:
    - 2026-12-20/2027-01-02 Europe/Berlin
    - 0 18 * * fri for 62h Europe/Berlin
    - 0 18 * * fri
    - 0 25 * * fri for 62h
`);
    const errors = loaded.problems.filter(({ severity }) => severity === 'error');
    expect(errors.map(line)).toEqual([
      "9:7 HF1012 `0 18 * * fri` isn't a valid window",
      "10:7 HF1012 `0 25 * * fri` isn't a valid cron expression of five fields: Invalid value for hour: 25",
    ]);
    for (const { remedy } of errors) expect(remedy).toContain('`0 18 * * fri for 62h Europe/Berlin`');
  });
});

describe('a settings file', () => {
  test('becomes targets with their policies, secrets sealed', async () => {
    const dir = directory({
      'conf/holdfast.yaml': FULL,
      'conf/ca.pem': '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n',
    });
    const loaded = await loadSettings({ flags: { settings: 'conf/holdfast.yaml' }, cwd: dir, env: ENV });
    expect(loaded.problems).toEqual([]);
    const { targets, ...rest } = loaded.settings ?? { targets: [] };
    const [fixture, lab] = targets;
    expect(fixture).toMatchObject({
      name: 'home',
      desired: [join(dir, 'conf/base'), join(dir, 'conf/overlays/eu')],
      mode: 'enforce',
      api: 'v0',
      adopted: true,
      labels: { region: 'eu', 'cost-center': '4711' },
      tls: { ca: expect.stringContaining('BEGIN CERTIFICATE') },
      probes: { models: ['kimi'] },
      policy: {
        prune: true,
        maxDeletes: { fraction: 0.5 },
        maxReplaces: { count: 3 },
        unknownKeys: 'refuse',
      },
    });
    expect(fixture?.url.href).toBe('https://gateway.example:8317/');
    expect(fixture?.keys.map((key) => key.open())).toEqual(['mgmt-secret-2', 'mgmt-secret-1']);
    expect(fixture?.policy.allow.map(({ guard, choice }) => [guard, choice])).toEqual([
      ['last-upstream', undefined],
      ['split-brain', 'file'],
    ]);
    expect(fixture?.policy.ignore).toHaveLength(1);
    expect(lab).toMatchObject({ mode: 'apply', adopted: false, desired: [join(dir, 'conf/desired-state')] });
    expect(lab?.policy.prune).toBe(false);
    expect(lab?.digestKey.open()).toBe('digest-key-1');
    expect(rest).toMatchObject({
      daemon: { drift: '0 * * * *' },
      state: { dir: join(dir, 'conf/var/state') },
      dir: join(dir, 'conf'),
    });
    for (const secret of Object.values(ENV)) expect(JSON.stringify(loaded.settings)).not.toContain(secret);
  });

  test('needs what only the daemon refers to for the daemon alone', async () => {
    const text = `version: 1
targets: [{ name: home, key: "\${env:K}" }]
daemon:
  http: { listen: "127.0.0.1:8318", token: "\${env:NOT_SET}" }
`;
    const env = { K: 'mgmt-secret-1' };
    expect((await fromFile(text, { env })).problems).toEqual([]);
    const running = await fromFile(text, { env, daemon: true });
    expect(running.settings).toBeUndefined();
    expect(running.problems.map(line)).toEqual([expect.stringContaining('4:44 HF2020')]);
  });

  test('is validated offline without any of its secrets', async () => {
    const { settings: found, problems } = await fromFile(FULL.replace('tls: { ca: ca.pem }', 'tls: {}'), {
      offline: true,
    });
    expect(problems).toEqual([]);
    expect(found?.targets.map(({ keys }) => keys.length)).toEqual([0, 0]);
  });
});

describe('a remedy says what to write', () => {
  test.each([
    ['targets: [{ name: a }]\n', 'Add the line `version: 1`.'],
    ['version: 2\ntargets: [{ name: a }]\n', 'Write `version: 1`.'],
    [
      'version: 1\ntargets: [{ name: a, labels: x }]\n',
      'Write a mapping, for example `labels: { key: value }`.',
    ],
    ['version: 1\ntargets: { name: a }\n', 'Write a list, for example `targets: [value]`.'],
  ])('%j', async (text, remedy) => {
    const { problems } = await settings({ files: { 'holdfast.yaml': text } });
    expect(problems.map((one) => one.remedy)).toEqual([remedy]);
  });
});

describe('a settings file with a mistake', () => {
  const WRONG: readonly (readonly [what: string, text: string, problem: string])[] = [
    [
      'an unknown setting',
      'version: 1\ntargets: [{ name: a }]\npolicies: {}\n',
      "3:1 HF1011 `policies` isn't known here. Did you mean `policy`?",
    ],
    ['a missing version', 'targets: [{ name: a }]\n', '1:1 HF1012 the settings file has no `version`'],
    [
      'a missing setting that is only misspelled',
      'version: 1\ntarget: [{ name: a }]\n',
      "2:1 HF1011 `target` isn't known here. Did you mean `targets`?",
    ],
    ['a version of the future', 'version: 2\ntargets: [{ name: a }]\n', '1:10 HF1012 `version` must be 1'],
    ['no targets', 'version: 1\ntargets: []\n', '2:1 HF1012 `targets` needs at least 1 entry'],
    [
      'a wrong mode',
      'version: 1\ntargets: [{ name: a, mode: aply }]\n',
      "2:28 HF1012 `targets[a].mode` can't be `aply`",
    ],
    [
      'a wrong type in a choice',
      'version: 1\ntargets: [{ name: a, key: 12 }]\n',
      '2:27 HF1012 `targets[a].key` must be text or a list, not a number',
    ],
    [
      'a bad share',
      'version: 1\ntargets: [{ name: a }]\npolicy: { max-deletes: 300% }\n',
      '3:24 HF1012 `policy.max-deletes`',
    ],
    [
      'two targets of one name',
      'version: 1\ntargets: [{ name: a }, { name: a }]\n',
      '2:32 HF1014 Two targets are called "a"; the first in line 2',
    ],
    [
      'a name with a slash',
      'version: 1\ntargets: [{ name: a/b }]\n',
      '2:19 HF1012 `targets["a/b"].name` doesn\'t have the right form, for example `home`',
    ],
    [
      'a path that is none',
      'version: 1\ntargets: [{ name: a }]\npolicy: { ignore: ["debug["] }\n',
      "3:20 HF1013 `debug[` isn't a path",
    ],
    [
      'a path that names nothing',
      'version: 1\ntargets: [{ name: a }]\npolicy: { ignore: [rooting.strategy] }\n',
      "3:20 HF1013 `rooting.strategy` isn't a path that the gateway knows: there is no `rooting`. Did you mean `routing`?",
    ],
    [
      'a member that no entry has',
      'version: 1\ntargets: [{ name: a }]\npolicy: { ownership: { "openai-compatibility[*].base-uri": members } }\n',
      "3:24 HF1013 `openai-compatibility[*].base-uri` isn't a path",
    ],
    [
      'a guard that is none',
      'version: 1\ntargets: [{ name: a }]\npolicy: { allow: [mass-deletes] }\n',
      '3:19 HF1012 there is no guard `mass-deletes`. Did you mean `mass-delete`?',
    ],
    [
      'a guard without override',
      'version: 1\ntargets: [{ name: a }]\npolicy: { allow: [brick] }\n',
      '3:19 HF1012 guard `brick` has no override',
    ],
    [
      'a bad URL',
      'version: 1\ntargets: [{ name: a, url: "localhost:8317" }]\n',
      '2:27 HF1012 `url` of target "a" isn\'t an http or https URL',
    ],
    [
      'the address of the management API',
      'version: 1\ntargets: [{ name: a, url: "http://localhost:8317/v0/management" }]\n',
      '2:27 HF1012 `url` of target "a" points to the management API',
    ],
    [
      'a password in the URL',
      'version: 1\ntargets: [{ name: a, url: "http://u:sk-test-0001@localhost" }]\n',
      '2:27 HF1012 `url` of target "a" contains a user or password',
    ],
    [
      'a bad cron expression',
      'version: 1\ntargets: [{ name: a }]\ndaemon: { drift: every day }\n',
      "3:18 HF1012 `daemon.drift` isn't a cron expression",
    ],
    [
      'an unset reference',
      'version: 1\ntargets: [{ name: a, key: "${env:NOT_SET}" }]\n',
      "2:27 HF2020 ${env:NOT_SET} isn't set",
    ],
    ['a key twice', 'version: 1\nversion: 1\ntargets: [{ name: a }]\n', '2:1 HF2011'],
    [
      'a missing authority',
      'version: 1\ntargets: [{ name: a, tls: { ca: gone.pem } }]\n',
      "2:33 HF1012 `tls.ca`: gone.pem can't be read",
    ],
    [
      'a database without a key',
      'version: 1\ntargets: [{ name: a }]\nstate: { postgres: "postgres://db/holdfast" }\n',
      '3:20 HF1012 `state.postgres` needs `state.encryption-key`, which encrypts the backups',
    ],
    [
      'a key without a database',
      'version: 1\ntargets: [{ name: a }]\nstate: { encryption-key: "${env:K}" }\n',
      '3:26 HF1012 `state.encryption-key` has no effect without `state.postgres`',
    ],
    [
      'a short key for the database',
      'version: 1\ntargets: [{ name: a }]\nstate: { postgres: "postgres://db/holdfast", encryption-key: "${env:K}" }\n',
      '3:62 HF1012 `state.encryption-key` has fewer than 32 characters',
    ],
    [
      'a database of another kind',
      'version: 1\ntargets: [{ name: a }]\nstate: { postgres: "${env:K}", encryption-key: ["${env:L}"] }\n',
      "3:20 HF1012 `state.postgres` isn't the URL of a database",
    ],
    ['an empty file', '', '1:1 HF1012 holdfast.yaml is empty'],
  ];

  test.each(WRONG)('with %s gives one clear problem', async (_, text, expected) => {
    const { settings: found, problems } = await fromFile(text, {
      env: { K: 'mgmt-secret-1', L: 'l'.repeat(32) },
    });
    expect(found).toBeUndefined();
    expect(problems).toHaveLength(1);
    const [only] = problems;
    expect(only && line(only).slice(0, expected.length)).toBe(expected);
    expect(only?.remedy).not.toBe('');
    expect(JSON.stringify(problems)).not.toContain('sk-test');
  });
});

describe('a settings file', () => {
  test("that was named and doesn't exist is an error", async () => {
    const { problems } = await settings({ flags: { settings: 'gone.yaml' } });
    expect(problems.map(line)).toEqual(["HF1010 gone.yaml can't be read: it doesn't exist"]);
  });

  test('warns of plain http to another machine, and of a key in plain text', async () => {
    const text = 'version: 1\ntargets: [{ name: a, url: "http://10.0.0.1:8317", key: mgmt-secret-1 }]\n';
    const { settings: found, problems } = await fromFile(text);
    expect(found).toBeDefined();
    expect(problems.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      'HF1018 warning',
      'HF2060 warning',
    ]);
    expect(problems[1]?.message).toBe('The management key of target a is in plain text in the settings');
  });

  test('of one target lets flags override it; of several it refuses them', async () => {
    const one = 'version: 1\ntargets: [{ name: a, key: "${env:K}" }]\n';
    const env = { K: 'mgmt-secret-1' };
    const flags = {
      url: 'http://localhost:9',
      desired: ['x'],
      mode: 'observe',
      prune: true,
      allow: ['takeover'],
    };
    const found = await fromFile(one, { env, flags });
    expect(found.settings?.targets[0]).toMatchObject({
      mode: 'observe',
      desired: [join(found.dir, 'x')],
      policy: { prune: true, allow: [{ guard: 'takeover' }] },
    });
    expect(found.settings?.targets[0]?.url.port).toBe('9');
    const two = await fromFile('version: 1\ntargets: [{ name: a }, { name: b }]\n', {
      flags: { url: 'http://x' },
    });
    expect(two.problems.map(({ code }) => code)).toEqual(['HF1020']);
  });
});

describe('without a settings file', () => {
  test('there is one target on the gateway’s usual port', async () => {
    const {
      settings: found,
      problems,
      dir,
    } = await settings({ env: { MANAGEMENT_PASSWORD: ' mgmt-secret-1 ' } });
    expect(problems).toEqual([]);
    expect(found?.targets[0]).toMatchObject({
      name: 'default',
      mode: 'apply',
      desired: [join(dir, 'desired-state')],
    });
    expect(found?.targets[0]?.url.href).toBe('http://127.0.0.1:8317/');
    expect(found?.targets[0]?.keys.map((key) => key.open())).toEqual(['mgmt-secret-1']);
    expect(found?.state.dir).toBe(join(dir, '.holdfast'));
  });

  test('flags win over HOLDFAST_ variables, and these over MANAGEMENT_PASSWORD', async () => {
    const env = {
      HOLDFAST_URL: 'http://localhost:1',
      HOLDFAST_KEY: 'mgmt-secret-2',
      MANAGEMENT_PASSWORD: 'mgmt-secret-1',
    };
    const byEnv = (await settings({ env })).settings?.targets[0];
    expect([byEnv?.url.port, byEnv?.keys[0]?.open()]).toEqual(['1', 'mgmt-secret-2']);
    const flags = { url: 'http://localhost:2', keyFile: 'key', desired: ['a', 'b'], state: 's' };
    const byFlags = await settings({ env, flags, files: { key: 'mgmt-secret-3\n' } });
    const target = byFlags.settings?.targets[0];
    expect([target?.url.port, target?.keys[0]?.open()]).toEqual(['2', 'mgmt-secret-3']);
    expect(target?.desired).toEqual([join(byFlags.dir, 'a'), join(byFlags.dir, 'b')]);
  });

  test('variables of --variables are there for references, those that are set win', async () => {
    const { env, problems } = await settings({
      flags: { variables: 'e' },
      env: { A: 'set' },
      files: { e: 'A=file\nB="with blanks"\n# comment\n' },
    });
    expect(problems).toEqual([]);
    expect(env).toMatchObject({ A: 'set', B: 'with blanks' });
    expect((await settings({ flags: { variables: 'gone' } })).problems.map(({ code }) => code)).toEqual([
      'HF1010',
    ]);
  });

  test('--key works and warns who can read it', async () => {
    const { settings: found, problems } = await settings({ flags: { key: 'mgmt-secret-1' } });
    expect(found?.targets[0]?.keys[0]?.open()).toBe('mgmt-secret-1');
    expect(problems.map(({ code, severity }) => `${code} ${severity}`)).toEqual(['HF1017 warning']);
  });

  test('--gateway-config takes a plaintext key, and explains a hash', async () => {
    const flags = { gatewayConfig: 'config.yaml' };
    const config = (key: string): Record<string, string> => ({
      'config.yaml': `remote-management:\n  secret-key: ${key}\n`,
    });
    const plain = await settings({ flags, files: config('mgmt-secret-1') });
    expect(plain.settings?.targets[0]?.keys[0]?.open()).toBe('mgmt-secret-1');
    const tree = { 'config.yaml': 'management:\n  secret-key: mgmt-secret-8\n' };
    const ofTree = await settings({ flags, files: tree });
    expect(ofTree.settings?.targets[0]?.keys[0]?.open()).toBe('mgmt-secret-8');
    const hashed = await settings({ flags, files: config("'$2a$10$abcdefghijklmnopqrstuv'") });
    expect(hashed.problems.map(line)).toEqual([
      "2:15 HF1015 config.yaml contains a bcrypt hash of the management key, which can't be converted back to the key",
    ]);
    expect((await settings({ flags, files: config("''") })).problems.map(({ code }) => code)).toEqual([
      'HF1016',
    ]);
    expect((await settings({ flags })).problems.map(({ code }) => code)).toEqual(['HF1016']);
  });
});

test("keys that HTTP can't transport are refused at their position", async () => {
  const text = `version: 1
targets:
  - name: home
    key: ["\${env:KEY}"]
    probes: { client-key: "\${env:PROBE}" }
`;
  const env = { KEY: 'mgmt-secret-1\nx', PROBE: 'sk-test-0001\x00' };
  expect((await fromFile(text, { env, offline: true })).problems.map(line)).toEqual([
    "4:11 HF1012 `key` contains a line break, character 14, which HTTP can't transmit",
    "5:27 HF1012 `probes.client-key` contains the control character U+0000, character 13, which HTTP can't transmit",
  ]);
});

describe('allowances', () => {
  test.each([
    ['mass-delete', { guard: 'mass-delete' }],
    ['split-brain=memory', { guard: 'split-brain', choice: 'memory' }],
    ['split-brain', 'choose the side to keep: `split-brain=file` or `split-brain=memory`'],
    ['takeover=file', "guard `takeover` doesn't accept a choice"],
    ['takeover:a[', '`a[` isn\'t a path: "[" isn\'t closed'],
  ])('%s', (text, expected) => {
    expect(parseAllowance(text)).toEqual(expected);
  });

  test('name a path after a colon, whatever the path contains', () => {
    expect(parseAllowance('mass-delete:a["b:c"].d')).toMatchObject({
      guard: 'mass-delete',
      path: { length: 3 },
    });
  });
});

test('the schema of settings is a valid schema', async () => {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const schema = JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../../schemas/settings.schema.json'), 'utf8'),
  ) as object;
  expect(() => new Ajv2020({ allowUnionTypes: true }).compile(schema)).not.toThrow();
});

describe('env-file in the settings file', () => {
  const FILE = `version: 1
env-file: secrets/.env
targets:
  - { name: home, key: "\${env:GATEWAY_KEY}" }
`;

  test('is read before references are resolved, and watched', async () => {
    const files = { 'holdfast.yaml': FILE, 'secrets/.env': 'GATEWAY_KEY=mgmt-secret-1\n' };
    const { settings: loaded, env, dir } = await settings({ files });
    expect(loaded?.targets[0]?.keys[0]?.open()).toBe('mgmt-secret-1');
    expect(env['GATEWAY_KEY']).toBe('mgmt-secret-1');
    expect(loaded?.watched).toContain(join(dir, 'secrets/.env'));
  });

  test('gives way to the environment and to --variables', async () => {
    const files = { 'holdfast.yaml': FILE, 'secrets/.env': 'GATEWAY_KEY=a\n', other: 'GATEWAY_KEY=b\n' };
    expect((await settings({ files, env: { GATEWAY_KEY: 'c' } })).env['GATEWAY_KEY']).toBe('c');
    expect((await settings({ files, flags: { variables: 'other' } })).env['GATEWAY_KEY']).toBe('b');
  });

  test('is an error with its place where it is missing, but not offline', async () => {
    const { problems } = await fromFile(FILE);
    expect(problems.map(line)).toEqual([expect.stringMatching(/^2:11 HF1010 .*secrets\/\.env/)]);
    expect((await fromFile(FILE, { offline: true })).problems.map(line)).toEqual(problems.map(line));
    const tolerant = await fromFile(FILE, { offline: true, allowUnresolved: true });
    expect(tolerant.settings).toBeDefined();
    expect(tolerant.problems.map(({ code, severity }) => [code, severity])).toEqual([['HF1010', 'warning']]);
  });

  test("that exists and can't be read is an error everywhere", async () => {
    const files = { 'holdfast.yaml': FILE, 'secrets/.env/x': '' };
    const { problems } = await settings({ files, offline: true, allowUnresolved: true });
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([['HF1010', 'error']]);
  });

  test('keeps a hash that no blank precedes, and reports bad lines by their place', async () => {
    const of = (text: string) => settings({ files: { 'holdfast.yaml': FILE, 'secrets/.env': text } });
    const { settings: loaded } = await of('GATEWAY_KEY=abcd#mgmt-secret-1 # comment\n');
    expect(loaded?.targets[0]?.keys[0]?.open()).toBe('abcd#mgmt-secret-1');
    const { settings: none, problems } = await of('GATEWAY_KEY=mgmt-secret-1\nnot a line\nB=x$y\n');
    expect(none).toBeUndefined();
    expect(
      problems.map(({ code, position }) => `${position?.file}:${position?.line}:${position?.column} ${code}`),
    ).toEqual(['secrets/.env:2:1 HF1021', 'secrets/.env:3:4 HF1021']);
  });
});

describe('references', () => {
  test('say what desired state may use; without them secrets are where they are mounted', async () => {
    const text = 'version: 1\nenv-file: .env\ntargets: [{ name: home, key: "${env:KEY}" }]\n';
    const plain = await settings({ files: { 'holdfast.yaml': text, '.env': 'KEY=mgmt-secret-1\n' } });
    const rules = plain.settings?.references;
    expect(rules?.env).toBeUndefined();
    expect(rules?.files).toEqual(['.', plain.dir, '/run/secrets', '/run/credentials']);
    expect(rules?.closed).toEqual(
      ['holdfast.yaml', '.holdfast', '.env'].map((name) => join(plain.dir, name)),
    );
    expect([...(rules?.own.variables ?? [])]).toEqual(['HOLDFAST_KEY', 'MANAGEMENT_PASSWORD', 'KEY']);
    expect(rules?.own.values()).toEqual(['mgmt-secret-1']);
  });

  test('replace what they name', async () => {
    const text = `version: 1
targets: [{ name: home, key: "\${env:KEY}" }]
references: { env: ["GW_*"], files: [secrets], public: [GW_REGION] }
daemon: { http: { token: "\${env:TOKEN}" } }
`;
    const { settings: found } = await fromFile(text, { env: { KEY: 'mgmt-secret-1' } });
    const { env, files, public: open, own } = found?.references ?? {};
    expect({ env, files, open }).toEqual({ env: ['GW_*'], files: ['secrets'], open: ['GW_REGION'] });
    expect([...(own?.variables ?? [])]).toContain('TOKEN');
  });

  test('are checked for their form', async () => {
    const { problems } = await fromFile(`version: 1\ntargets: [{ name: home }]\nreferences: { envs: [A] }\n`);
    expect(problems.map(line)).toContainEqual(expect.stringMatching(/^3:15 HF1011 .*envs/));
  });
});
