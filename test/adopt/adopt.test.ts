import { describe, expect, test } from '@jest/globals';
import { envFile, withHeading } from '../../src/adopt/files.ts';
import { agreementProblems } from '../../src/adopt/prove.ts';
import { seal } from '../../src/domain/secret.ts';
import { readEnvFile } from '../../src/input/env-file.ts';
import { liveOf } from '../plan/builders.ts';
import { changesOf, pulled, variablesOf } from './pulled.ts';

const LISTENER = `host: 127.0.0.1
port: 8317
auth-dir: /srv/auths
remote-management:
  allow-remote: false
  secret-key: $2a$10$0000000000000000000000000000000000000000000000000000
`;

describe('what a pulled desired state declares', () => {
  test('keeps comments, order and quotes, and replaces secrets in place', async () => {
    const file = `${LISTENER}
# clients
api-keys:
  - "sk-test-0001" # laptop
  - 'sk-test-0002'
request-retry: 3 # raised in March
openai-compatibility:
# cheap at night
  - name: openrouter
    base-url: https://openrouter.example
    api-key-entries: [ { api-key: sk-test-0003, weight: 2 } ]
`;
    const adopted = await pulled(file);
    expect(adopted.text).toBe(`
# clients
api-keys:
  - "\${env:CLIENT_KEY_1}" # laptop
  - '\${env:CLIENT_KEY_2}'
request-retry: 3 # raised in March
openai-compatibility:
  # cheap at night
  - name: openrouter
    base-url: https://openrouter.example
    api-key-entries: [ { api-key: "\${env:OPENROUTER_API_KEY}", weight: 2 } ]
`);
    expect(variablesOf(adopted)).toEqual({
      CLIENT_KEY_1: 'sk-test-0001',
      CLIENT_KEY_2: 'sk-test-0002',
      OPENROUTER_API_KEY: 'sk-test-0003',
    });
    expect(await changesOf(file, adopted)).toEqual([]);
  });

  test('takes blank keys as they are, so that the rest of their list is declared', async () => {
    const file = `${LISTENER}api-keys: [sk-test-0001, "", "  ", sk-test-0002]
claude-api-key:
  - { api-key: "", base-url: "https://c.example", priority: 1 }
  - { api-key: sk-test-0003, base-url: "https://c.example" }
`;
    const adopted = await pulled(file);
    expect(adopted.text).toContain('api-keys: ["${env:CLIENT_KEY_1}", "", "  ", "${env:CLIENT_KEY_2}"]');
    expect(adopted.text).toContain('{ api-key: "", base-url: "https://c.example", priority: 1 }');
    expect(adopted.notes).toEqual([]);
    expect(await changesOf(file, adopted)).toEqual([]);
  });

  test('leaves out only the members with a number that no file can state', async () => {
    const file = `${LISTENER}claude-api-key:
  - { api-key: sk-test-0001, base-url: "https://c.example", priority: 9007199254740993, weight: 2 }
  - { api-key: sk-test-0002, base-url: "https://c.example", priority: 1 }
payload:
  override:
    - models: [{ name: "gpt-*" }]
      params: { seed: 9007199254740993, temperature: 1, nested: { list: [1, 9007199254740993] } }
`;
    const adopted = await pulled(file);
    expect(adopted.text).toContain('base-url: "https://c.example", weight: 2 }');
    expect(adopted.text).toContain('params: { temperature: 1 }');
    expect(adopted.notes.map(({ path }) => path)).toEqual([
      'claude-api-key[0].priority',
      'payload.override[0].params.seed',
      'payload.override[0].params.nested',
    ]);
    expect(await changesOf(file, adopted)).toEqual([]);
    const other = { ...adopted, text: adopted.text.replace('weight: 2', 'weight: 3') };
    expect(await changesOf(file, other)).toEqual([expect.stringContaining('.weight` would change')]);
  });

  test('leaves out what belongs to the machine and what the gateway wrote out by itself', async () => {
    const file = `${LISTENER}tls: { enable: false }
debug: true
ws-auth: true
redis-usage-queue-retention-seconds: 60
credential-concurrency:
  max-limit: 1000000
plugins:
  dir: /srv/plugins
  enabled: false
`;
    const { text, leftOut } = await pulled(file);
    expect(text).toBe('debug: true\nws-auth: true\nplugins:\n  enabled: false\n');
    expect(leftOut.map(({ path }) => path)).toEqual([
      'host',
      'port',
      'auth-dir',
      'remote-management',
      'tls',
      'redis-usage-queue-retention-seconds',
      'credential-concurrency',
      'plugins.dir',
    ]);
  });

  test("keeps what the gateway also writes by itself, if it isn't the default", async () => {
    const { declared } = await pulled('ws-auth: false\nredis-usage-queue-retention-seconds: 90\n');
    expect(declared).toEqual(['ws-auth', 'redis-usage-queue-retention-seconds']);
  });

  test('follows --include and --exclude, the longer path first', async () => {
    const file = `${LISTENER}debug: true\nquota-exceeded: { switch-project: true, antigravity-credits: true }\n`;
    const adopted = await pulled(file, {
      include: ['remote-management', 'quota-exceeded.switch-project'],
      exclude: ['debug', 'quota-exceeded'],
    });
    const { text } = adopted;
    expect(text).toBe(
      'remote-management:\n  allow-remote: false\nquota-exceeded: { switch-project: true }\n',
    );
  });
});

describe('values of a pulled desired state', () => {
  test("gives a value in the gateway's interpretation", async () => {
    const file = `routing: { strategy: rr }
request-retry: 2.9
debug: yes
logs-max-total-size-mb: -5
claude-api-key:
  - api-key: sk-test-0001
    prefix: in/side
    base-url:
    excluded-models: [ Claude-3, claude-3, "" ]
    headers: { " X-A ": " b ", X-Empty: "" }
codex-api-key:
  - api-key: sk-test-0002 # no base-url: the gateway drops it
  - { api-key: sk-test-0003, base-url: https://codex.example }
oauth-model-alias:
  Claude:
    - { name: sonnet, alias: Sonnet }
    - { name: opus, alias: o }
`;
    const adopted = await pulled(file);
    expect(adopted.text).toBe(`routing: { strategy: round-robin }
request-retry: 2
debug: true
logs-max-total-size-mb: 0
claude-api-key:
  - api-key: \${env:CLAUDE_API_KEY}
    prefix: ""
    excluded-models: [ claude-3 ]
    headers: { X-A: "b" }
codex-api-key:
  - { api-key: "\${env:CODEX_API_KEY}", base-url: https://codex.example }
oauth-model-alias:
  claude:
    - { name: opus, alias: o }
`);
    expect(await changesOf(file, adopted)).toEqual([]);
    expect(adopted.notes.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'claude-api-key[0].prefix',
        'codex-api-key[0]',
        'oauth-model-alias.Claude[sonnet]',
      ]),
    );
  });

  test('drops keys that the gateway does not know, with a note', async () => {
    const { text, notes } = await pulled(
      'debug: true\nauth: { providers: [] }\ngenerative-language-api-key: [ sk-test-0009 ]\ncodex: { nope: 1 }\n',
    );
    expect(text).toBe('debug: true\n');
    expect(notes.map(({ message }) => message)).toEqual([
      '`auth` is unknown to the gateway',
      '`generative-language-api-key` is an earlier name of `gemini-api-key`; the gateway ignores it',
      '`codex.nope` is unknown to the gateway',
    ]);
  });

  test('takes a list in which two entries have one key and one address', async () => {
    const file = `debug: true
codex-api-key:
  - { api-key: sk-test-0001, base-url: https://codex.example, priority: 1 }
  - { api-key: sk-test-0001, base-url: https://codex.example, priority: 2 }
`;
    const adopted = await pulled(file);
    expect(adopted.declared).toEqual(['debug', 'codex-api-key']);
    expect(adopted.leftOut).toEqual([]);
    expect(adopted.text.match(/priority: \d/g)).toEqual(['priority: 1', 'priority: 2']);
    expect(await changesOf(file, adopted)).toEqual([]);
  });

  test('leaves out no more than what one number spoils, and names its exact place', async () => {
    const file = `debug: true
payload:
  default:
    - models: [{ name: gpt }]
      params: { a: 1 }
  override:
    - models: [{ name: gpt }]
      params: { b: 2 }
    - models: [{ name: gpt }]
      params:
        seed: 12345678901234567890
`;
    const adopted = await pulled(file);
    expect(adopted.leftOut).toEqual([]);
    expect(adopted.notes.map(({ path }) => path)).toEqual(['payload.override[1].params.seed']);
    expect(adopted.text).toContain('a: 1');
    expect(adopted.text).toContain('b: 2');
    expect(await changesOf(file, adopted)).toEqual([]);
  });
});

describe('the text of a pulled desired state', () => {
  test('rewrites only what shares values', async () => {
    const file = `debug: true # kept
x-defaults: &headers { X-A: b }
claude-api-key:
  - api-key: sk-test-0001 # lost
    headers:
      <<: *headers
      X-C: d
request-retry: 1 # kept too
---
debug: false
`;
    const adopted = await pulled(file);
    expect(adopted.text).toBe(`debug: true # kept
claude-api-key:
  - api-key: \${env:CLAUDE_API_KEY}
    headers:
      X-C: d
      X-A: b
request-retry: 1 # kept too
`);
    expect(adopted.notes.map(({ message }) => message).join()).toContain('`claude-api-key` was rewritten');
    expect(await changesOf(file, adopted)).toEqual([]);
  });

  test('takes a file in JSON', async () => {
    const file = '{"debug": true, "api-keys": ["sk-test-0001"]}';
    const adopted = await pulled(file);
    expect(adopted.text).not.toContain('sk-test');
    expect(await changesOf(file, adopted)).toEqual([]);
  });

  test('keeps a literal ${ literal', async () => {
    const file =
      'payload:\n  override:\n    - models: [ { name: a } ]\n      params: { note: "${env:HOME} $${x}" }\ndebug: true\n';
    const adopted = await pulled(file);
    expect(adopted.text).toContain('"$${env:HOME} $$${x}"');
    expect(await changesOf(file, adopted)).toEqual([]);
  });

  test('leaves out what no variable can carry, and no more than that', async () => {
    const file = `debug: true
plugins:
  configs:
    jshandler: { enabled: true, api-token: 12345678, level: 2 }
claude-api-key:
  - api-key: |
      sk-test-0001
`;
    const adopted = await pulled(file);
    expect(adopted.leftOut.map(({ path }) => path)).toEqual([
      'plugins.configs.jshandler.api-token',
      'claude-api-key',
    ]);
    expect(adopted.text).toContain('jshandler: { enabled: true, level: 2 }');
    expect(await changesOf(file, adopted)).toEqual([]);
  });

  test('keeps a comment that may be about the list above, where the gateway moved it to the left edge', async () => {
    const file = `api-keys:
  - sk-test-0001
# - the phone, retired
# tablets go here
auth-dir: /srv/auths
# about the retries
request-retry: 3
# where it listens
port: 8317
plugins:
  configs:
    demo: { enabled: true, level: 2 }
# after the plugins
  dir: ./plugins
`;
    const { text } = await pulled(file);
    expect(text).toBe(`api-keys:
  - \${env:CLIENT_KEY}
# - the phone, retired
# tablets go here

# about the retries
request-retry: 3
plugins:
  configs:
    demo: { enabled: true, level: 2 }
# after the plugins
`);
  });

  test('has nothing to say about a gateway without settings', async () => {
    await expect(pulled(LISTENER)).rejects.toThrow('there is nothing to declare');
  });

  test('names the obstacle if nothing else can be declared', async () => {
    const file = `${LISTENER}api-keys:\n  - sk-test-0001\n  - "sk-test-\\n0002"\n`;
    await expect(pulled(file)).rejects.toMatchObject({
      problems: [
        { code: 'HF2072', remedy: expect.stringMatching(/^Correct the values below/) },
        { code: 'HF2070', message: expect.stringMatching(/^`api-keys.*line break/) },
      ],
    });
  });
});

describe('the variables of a pulled desired state', () => {
  test('are named after what they open', async () => {
    const file = `proxy-url: socks5://user:proxy-password-1@127.0.0.1:1080
claude-api-key:
  - { api-key: sk-test-claude-1, headers: { Authorization: Bearer-1234567890 } }
  - { api-key: sk-test-claude-2, proxy-url: "http://u:proxy-password-2@127.0.0.1:1080" }
openai-compatibility:
  - name: 302.AI
    base-url: https://302.example
    api-key-entries: [ { api-key: sk-test-302-0001 } ]
    headers: { X-Title: mine }
plugins:
  configs:
    jshandler: { enabled: true, token: plugin-token-0001 }
`;
    const adopted = await pulled(file);
    expect(Object.keys(variablesOf(adopted))).toEqual([
      'PROXY_PASSWORD',
      'CLAUDE_API_KEY_1',
      'CLAUDE_AUTHORIZATION',
      'CLAUDE_API_KEY_2',
      'CLAUDE_PROXY_PASSWORD',
      'KEY_302_AI_API_KEY',
      'PLUGIN_JSHANDLER_TOKEN',
    ]);
    expect(adopted.text).toContain('proxy-url: socks5://user:${env:PROXY_PASSWORD}@127.0.0.1:1080');
    expect(adopted.text).toContain('X-Title: mine');
    expect(await changesOf(file, adopted)).toEqual([]);
  });

  test('are one for one secret, with every place it is used at', async () => {
    const { variables } = await pulled(`api-keys: [ sk-test-shared-0001 ]
claude-api-key: [ { api-key: sk-test-shared-0001 } ]
payload:
  override:
    - models: [ { name: a } ]
      params: { "metadata.note": "see sk-test-shared-0001" }
`);
    expect(variables.map(({ name, usedAt }) => [name, usedAt])).toEqual([
      [
        'CLIENT_KEY',
        ['api-keys[0]', 'claude-api-key[0].api-key', 'payload.override[0].params["metadata.note"]'],
      ],
    ]);
  });

  test('take no name that means something else here', async () => {
    const file = 'api-keys: [ sk-test-0001 ]\n';
    const elsewhere = await pulled(file, { env: { CLIENT_KEY: 'sk-test-other', CLIENT_KEY_1: 'another' } });
    expect(variablesOf(elsewhere)).toEqual({ CLIENT_KEY_2: 'sk-test-0001' });
    const same = await pulled(file, { env: { CLIENT_KEY: 'sk-test-0001' } });
    expect(Object.keys(variablesOf(same))).toEqual(['CLIENT_KEY']);
  });
});

describe('comments of a pulled desired state', () => {
  test('lose keys that were commented out, and nothing else', async () => {
    const { text } = await pulled(`api-keys:
  - sk-test-client-0001
  # - sk-test-client-0002-old (left in May)
# claude-api-key:
#   - api-key: "abcdef123456" # spare
#     base-url: "https://claude.example"
#     proxy-url: "socks5://joe:geheim99@proxy.example:1080"
#   - api-key: "your-key..."
# token: see the vault; max-tokens: 100
debug: true # was on while sk-test-client-0001 was tested
`);
    expect(text).toBe(`api-keys:
  - \${env:CLIENT_KEY}
  # - (removed) (left in May)
# claude-api-key:
#   - api-key: (removed) # spare
#     base-url: "https://claude.example"
#     proxy-url: "socks5://joe:(removed)@proxy.example:1080"
#   - api-key: "your-key..."
# token: see the vault; max-tokens: 100
debug: true # was on while (removed) was tested
`);
  });
});

describe('the files beside a pulled desired state', () => {
  test('say where it came from, without what opens it', () => {
    const url = new URL('http://joe:sk-test-url-0001@gateway.example:8317');
    const text = withHeading('debug: true\n', {
      target: 'home',
      url,
      schema: '../schema.json',
      hasLines: false,
    });
    expect(text.split('\n').slice(0, 4)).toEqual([
      '# yaml-language-server: $schema=../schema.json',
      expect.stringMatching(/^# Pulled from the gateway "home" at gateway\.example:8317 /),
      '',
      'debug: true',
    ]);
  });

  test('contain the values that a program reads back', () => {
    const secrets = [
      'plain-1',
      'with blank',
      '# no comment',
      "it's",
      'say "x"',
      'two\nlines',
      '$HOME',
      'abc#def',
      '`it\'s` "x"\\',
      'a\\nb',
    ];
    const text = envFile(secrets.map((secret, i) => ({ name: `V${i}`, secret: seal(secret), usedAt: [] })));
    expect(Object.values(readEnvFile(text.open(), '', {}).values)).toEqual(secrets);
  });

  test('are not made from a gateway of two minds', () => {
    const agreement = { kind: 'differ', paths: ['ws-auth'], cause: 'split-brain' } as const;
    const live = liveOf({ file: 'debug: true\n', desired: {}, agreement });
    expect(agreementProblems(live).map(({ code, path }) => [code, path])).toEqual([['HF2075', 'ws-auth']]);
    expect(agreementProblems(liveOf({ file: 'debug: true\n', desired: {} }))).toEqual([]);
  });
});

test.each([
  ['a value', 'debug: true\n#example: sample\n#  more: 1\ntls:\n  enable: false\nrequest-retry: 3\n'],
  [
    'a key that is left out too',
    'debug: true\nport: 8317\n#example: sample\n#  more: 1\nhost: a\nrequest-retry: 3\n',
  ],
  [
    'a block that is left out too',
    'debug: true\ntls:\n  enable: false\n#example: sample\n#  more: 1\nhost: a\nrequest-retry: 3\n',
  ],
])('a key that is commented out below %s stays, although the key below it is left out', async (_, file) => {
  const { text } = await pulled(file);
  expect(text).toContain('#example: sample\n#  more: 1\n');
  expect(text).not.toMatch(/^(?:tls|host|port):/m);
});
