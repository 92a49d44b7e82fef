import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { formatPath } from '../../src/domain/path.ts';
import { literalSecretProblems, literalSecrets } from '../../src/desired/check/literal-secrets.ts';
import { renderDesired } from '../../src/desired/render.ts';
import { fingerprintsBy } from '../../src/domain/secret.ts';
import { catalog, directory, load, loadText, oneLine, treeOf } from '../desired/setup.ts';

const GEMINI = (key: string): string => `gemini-api-key:\n  - api-key: ${key}\n    prefix: lab\n`;

describe('references', () => {
  test('are resolved from the environment and from files, whole and inside a text', async () => {
    const dir = directory({
      'desired/a.yaml': [
        'openai-compatibility:',
        '  - name: o',
        '    base-url: https://${env:HOST}/v1',
        '    headers: { Authorization: "Bearer ${file:secrets/token}" }',
        '    api-key-entries: [{ api-key: "${env:KEY}" }]',
      ].join('\n'),
      'secrets/token': 'sk-test-0002\n',
    });
    const loaded = await load(dir, { env: { HOST: 'h.example', KEY: 'sk-test-0001' } });
    expect(treeOf(loaded)).toEqual({
      'openai-compatibility': [
        {
          name: 'o',
          'base-url': 'https://h.example/v1',
          headers: { Authorization: 'Bearer sk-test-0002' },
          'api-key-entries': [{ 'api-key': 'sk-test-0001' }],
        },
      ],
    });
    expect(loaded.desired?.references.get('/openai-compatibility/0/headers/Authorization')).toBe(
      'Bearer ${file:secrets/token}',
    );
    expect(loaded.desired?.watched).toContain(`${dir}/secrets/token`);
  });

  test('of a number or a boolean become one', async () => {
    const text = 'request-retry: ${env:N}\ndebug: ${env:B}\nws-auth: ${env:C}\n';
    expect(treeOf(await loadText(text, { env: { N: '3', B: 'true', C: ' false ' } }))).toEqual({
      'request-retry': 3,
      debug: true,
      'ws-auth': false,
    });
  });

  test.each(['yes', '', '1'])('of a boolean that is %p stay a text, which is an error', async (text) => {
    const { desired, problems } = await loadText('debug: ${env:B}\n', { env: { B: text } });
    expect(desired).toBeUndefined();
    expect(problems).toHaveLength(1);
  });

  test('are unchanged if $${ is written', async () => {
    expect(treeOf(await loadText('proxy-url: http://$${env:X}/$\n'))).toEqual({
      'proxy-url': 'http://${env:X}/$',
    });
  });

  test('of what a reference brought are not resolved again', async () => {
    const loaded = await loadText('proxy-url: ${env:A}\n', { env: { A: '${env:B}' } });
    expect(treeOf(loaded)).toEqual({ 'proxy-url': '${env:B}' });
  });

  test('repeat an entry for each line of a file and each item of a list', async () => {
    const dir = directory({
      'desired/a.yaml': `${GEMINI('${lines:keys.txt}')}api-keys:\n  - sk-first\n  - \${list:CLIENTS}\n`,
      'keys.txt': '# comments and blank lines are left out\nk1\n\n  k2  \r\nk3\n',
    });
    expect(treeOf(await load(dir, { env: { CLIENTS: 'a, b ,,c' } }))).toEqual({
      'gemini-api-key': ['k1', 'k2', 'k3'].map((key) => ({ 'api-key': key, prefix: 'lab' })),
      'api-keys': ['sk-first', 'a', 'b', 'c'],
    });
  });

  test('repeat the innermost entry that contains them', async () => {
    const text = [
      'openai-compatibility:',
      '  - name: o',
      '    base-url: u',
      '    api-key-entries:',
      '      - { api-key: "${list:KEYS}", weight: 2 }',
    ].join('\n');
    expect(treeOf(await loadText(text, { env: { KEYS: 'a,b' } }))).toEqual({
      'openai-compatibility': [
        {
          name: 'o',
          'base-url': 'u',
          'api-key-entries': [
            { 'api-key': 'a', weight: 2 },
            { 'api-key': 'b', weight: 2 },
          ],
        },
      ],
    });
  });

  test("that can't be resolved are their own value if that is allowed", async () => {
    const text = `${GEMINI('${env:GONE}')}  - api-key: \${lines:gone.txt}\nrequest-retry: \${env:N}\nclaude-api-key: []\n`;
    const loaded = await loadText(text, { allowUnresolved: true });
    expect(loaded.problems).toEqual([]);
    expect(treeOf(loaded)).toMatchObject({
      'gemini-api-key': [{ 'api-key': '${env:GONE}' }, { 'api-key': '${lines:gone.txt}' }],
      'request-retry': '${env:N}',
    });
  });

  test('make a new revision when what they refer to changes, and keep it when it does not', async () => {
    const digest = async (key: string): Promise<string | undefined> =>
      (await loadText(GEMINI('${env:K}'), { env: { K: key } })).desired?.revision.digest;
    expect(await digest('sk-test-0001')).toBe(await digest('sk-test-0001'));
    expect(await digest('sk-test-0001')).not.toBe(await digest('sk-test-0002'));
  });
});

describe('secrets', () => {
  test('never appear in a problem, whatever is wrong with the file', async () => {
    const secret = fc.stringMatching(/^sk-[a-z0-9]{12}$/);
    const broken = fc.constantFrom(
      (s: string) => `request-retry: ${s}\n`,
      (s: string) => `debug: "${s}\n`,
      (s: string) => `${GEMINI(s)}    ${s}: [\n`,
      (s: string) => `api-keys: ${s}\n`,
      (s: string) => `api-keys:\n  - *${s}\n`,
      (s: string) => `api-keys:\n  - !${s} x\n`,
      (s: string) => `${GEMINI(s)}  - api-key: ${s}\n    prefix: lab\n`,
      () => `${GEMINI('"${env:K}"')}    weight: "\${env:K}"\n`,
      (s: string) => `vertex-api-key:\n  - { api-key: "\${env:K}" }\n  - { api-key: "\${env:K}" }\nx: ${s}\n`,
      (s: string) => `disable-image-generation: \${env:K}\nroutin: { strategy: ${s} }\n`,
      (s: string) =>
        `claude-api-key:\n  - api-key: ${s}\n    fingerprint-profile: \${env:K}\n    priority: x\n`,
    );
    await fc.assert(
      fc.asyncProperty(secret, broken, async (text, file) => {
        const { desired, problems } = await loadText(file(text), { env: { K: text } });
        expect(desired === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
        expect(JSON.stringify(problems)).not.toContain(text);
      }),
      { numRuns: 100 },
    );
  });

  test('in plain text are found by place, by name and inside URLs; references are none', async () => {
    const text = [
      'api-keys: [sk-test-0001, "${env:K}"]',
      'proxy-url: http://user:geheim@proxy.example',
      'gemini-api-key:',
      '  - api-key: ${env:K}',
      '    headers: { Authorization: Bearer sk-test-0002, X-Title: gateway }',
    ].join('\n');
    const { desired } = await loadText(text, { env: { K: 'sk-test-0003' } });
    if (!desired) throw new Error('not loaded');
    expect(literalSecrets(desired, catalog).map(({ path }) => formatPath(path))).toEqual([
      'api-keys[0]',
      'proxy-url',
      'gemini-api-key[0].headers.Authorization',
    ]);
    expect([...desired.secrets.open()]).toEqual([
      'sk-test-0001',
      'sk-test-0003',
      'geheim',
      'Bearer sk-test-0002',
    ]);
    const problems = literalSecretProblems(desired, catalog, [
      { guard: 'literal-secret', path: [{ kind: 'key', name: 'api-keys' }] },
    ]);
    expect(problems.map(oneLine)).toEqual([
      'a.yaml:2:12 HF2060 `proxy-url` is a secret in plain text',
      'a.yaml:5:31 HF2060 `gemini-api-key[0].headers.Authorization` is a secret in plain text',
    ]);
  });

  test('next to a reference are found too, and the value of a reference in a text is known by itself', async () => {
    const text = [
      'proxy-url: http://user:geheim@${env:HOST}',
      'gemini-api-key:',
      '  - { api-key: "${env:K}", proxy-url: "http://user:${env:P}@h", headers: { Authorization: "Bearer ${env:K}" } }',
      '  - { api-key: "${env:L}", proxy-url: "http://${env:USER}@h" }',
    ].join('\n');
    const env = { HOST: 'h.example', K: 'sk-test-0001', L: 'sk-test-0002', P: 'passwort', USER: 'me:word' };
    const { desired } = await loadText(text, { env });
    if (!desired) throw new Error('not loaded');
    expect(literalSecrets(desired, catalog).map(({ path }) => formatPath(path))).toEqual(['proxy-url']);
    for (const secret of ['sk-test-0001', 'sk-test-0002', 'passwort', 'geheim', 'word'])
      expect([...desired.secrets.open()]).toContain(secret);
  });

  test('are the values of references, wherever they occur', async () => {
    const text = [
      'openai-compatibility:',
      '  - name: ${env:NAME}',
      '    base-url: ${env:ADDRESS}',
      '    headers: { X-Team: "${env:TEAM}", X-Part: "a ${env:PART} z" }',
      '    api-key-entries: [{ api-key: "${env:K}" }]',
      'plugins: { configs: { guard: { note: "${env:NOTE}" } } }',
    ].join('\n');
    const env = {
      NAME: 'router',
      ADDRESS: 'https://a.example',
      TEAM: 'team-x',
      PART: 'part-x',
      NOTE: 'note-x',
      K: 'key-x',
    };
    const { desired } = await loadText(text, { env });
    expect([...(desired?.secrets.open() ?? [])].toSorted()).toEqual([
      'a part-x z',
      'https://a.example',
      'key-x',
      'note-x',
      'part-x',
      'router',
      'team-x',
    ]);
  });

  test('are rendered as their reference or their fingerprint, each value with its origin', async () => {
    const text = `api-keys:\n  - sk-test-0001\n  - \${env:K}\nrequest-retry: 3\noauth-model-alias: {}\n`;
    const { desired } = await loadText(text, { env: { K: 'sk-test-0002' } });
    if (!desired) throw new Error('not loaded');
    const rendered = renderDesired(desired, catalog, fingerprintsBy('key'));
    const name = fingerprintsBy('key').of('sk-test-0001');
    expect(rendered.values).toEqual([
      { path: 'api-keys[0]', value: `#${name}`, origin: 'desired/a.yaml:2' },
      { path: 'api-keys[1]', value: '${env:K}', origin: 'desired/a.yaml:3' },
      { path: 'request-retry', value: 3, origin: 'desired/a.yaml:4' },
      { path: 'oauth-model-alias', value: {}, origin: 'desired/a.yaml:5' },
    ]);
    expect(JSON.stringify(rendered)).not.toContain('sk-test');
  });
});
