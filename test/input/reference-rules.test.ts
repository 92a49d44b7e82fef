import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_RULES, isReservedVariable, type ReferenceRules } from '../../src/input/reference-rules.ts';
import { directory, type Loading, load, loadText, oneLine, treeOf } from '../desired/setup.ts';

const rules = (more: Partial<ReferenceRules>): ReferenceRules => ({ ...DEFAULT_RULES, ...more });

const problemsOf = async (text: string, loading: Loading = {}): Promise<string[]> =>
  (await loadText(text, loading)).problems.map(oneLine);

describe('variables that references may use', () => {
  test.each([
    'HOLDFAST_TOKEN',
    'GITHUB_TOKEN',
    'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    'CI_JOB_TOKEN',
    'CI_REGISTRY_PASSWORD',
    'GITEA_TOKEN',
    'FORGEJO_TOKEN',
    'NPM_TOKEN',
    'NODE_AUTH_TOKEN',
    'npm_config__authToken',
    'AWS_SECRET_ACCESS_KEY',
    'AZURE_CLIENT_SECRET',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'VAULT_TOKEN',
    'DOCKER_AUTH_CONFIG',
    'KUBECONFIG',
    'SSH_AUTH_SOCK',
    'BUILDKITE_AGENT_ACCESS_TOKEN',
    'CIRCLE_TOKEN',
    'DRONE_TOKEN',
    'JENKINS_API_TOKEN',
  ])('not %s, unless the settings list it', async (name) => {
    const text = `proxy-url: \${env:${name}}\n`;
    const env = { [name]: 'http://p.example' };
    expect(await problemsOf(text, { env })).toEqual([
      `a.yaml:1:12 HF2025 \${env:${name}} names a variable that desired state may not use`,
    ]);
    expect(await problemsOf(text, { env, rules: rules({ env: [name] }) })).toEqual([]);
  });

  test.each(['GOOGLE_API_KEY', 'AZURE_API_KEY_2', 'GITHUB_API_KEY', 'CLIENT_KEY_1', 'OPENROUTER_API_KEY'])(
    '%s, which is the name of an upstream key',
    (name) => expect(isReservedVariable(name)).toBe(false),
  );

  test('those alone that the settings list', async () => {
    const text = 'api-keys: ["${env:GW_A}", "${env:OTHER}", "${list:GW_B}"]\n';
    const env = { GW_A: 'sk-test-0001', OTHER: 'sk-test-0002', GW_B: 'sk-test-0003' };
    expect(await problemsOf(text, { env, rules: rules({ env: ['GW_*'] }) })).toEqual([
      'a.yaml:1:27 HF2025 ${env:OTHER} names a variable that desired state may not use',
    ]);
  });

  test("the text of a forbidden variable isn't used as its value either", async () => {
    const text = 'proxy-url: ${env:GITHUB_TOKEN}\n';
    expect(await problemsOf(text, { allowUnresolved: true })).toEqual([
      'a.yaml:1:12 HF2025 ${env:GITHUB_TOKEN} names a variable that desired state may not use',
    ]);
  });
});

describe('files that references may read', () => {
  const OUTSIDE = 'leads outside the directories that references can use';

  test.each(['/etc/passwd', '/etc/nobody', '../secret', '/proc/self/environ'])(
    'not %s, whether it is there or not',
    async (path) =>
      expect(await problemsOf(`api-keys: ["\${lines:${path}}"]\n`)).toEqual([
        `a.yaml:1:12 HF2022 \${lines:${path}} ${OUTSIDE}`,
      ]),
  );

  test('those alone in the directories that the settings list, links inside them included', async () => {
    const elsewhere = directory({ key: 'sk-test-0001' });
    const dir = directory({
      'desired/a.yaml': 'api-keys: ["${file:secrets/in}", "${file:secrets/out}", "${file:other}"]\n',
      'secrets/..v1/key': 'sk-test-0002',
      other: 'sk-test-0003',
    });
    symlinkSync('..v1/key', join(dir, 'secrets/in'));
    symlinkSync(join(elsewhere, 'key'), join(dir, 'secrets/out'));
    const { problems } = await load(dir, { rules: rules({ files: ['secrets'] }) });
    expect(problems.map(oneLine)).toEqual([
      `a.yaml:1:34 HF2022 \${file:secrets/out} ${OUTSIDE}`,
      `a.yaml:1:57 HF2022 \${file:other} ${OUTSIDE}`,
    ]);
    const both = await load(dir, { rules: rules({ files: ['.', elsewhere] }) });
    expect(treeOf(both)).toEqual({ 'api-keys': ['sk-test-0002', 'sk-test-0001', 'sk-test-0003'] });
  });

  test('not those of Holdfast and of git', async () => {
    const dir = directory({
      'desired/a.yaml':
        'api-keys: ["${lines:.env}", "${file:.git/config}", "${file:state/key}", "${file:link}"]\n',
      '.env': 'A=1',
      '.git/config': 'x',
      'state/key': 'x',
    });
    symlinkSync('.git/config', join(dir, 'link'));
    mkdirSync(join(dir, 'empty'));
    const closed = [join(dir, '.env'), join(dir, 'state')];
    const { problems } = await load(dir, { rules: rules({ closed }) });
    expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual(
      ['${lines:.env}', '${file:.git/config}', '${file:state/key}', '${file:link}'].map(
        (reference) => `HF2022 ${reference} names a file of Holdfast or git itself`,
      ),
    );
  });
});

describe('credentials of Holdfast itself', () => {
  const own = {
    variables: new Set(['MANAGEMENT_PASSWORD']),
    values: () => ['mgmt-secret-1', 'short'],
  };
  const env = { MANAGEMENT_PASSWORD: 'mgmt-secret-1', COPY: 'mgmt-secret-1', SHORT: 'short' };

  test.each([
    ['by the name of their variable', 'api-keys: ["${env:MANAGEMENT_PASSWORD}"]'],
    ['through another variable', 'api-keys: ["${env:COPY}"]'],
    ['in plain text', 'api-keys: [mgmt-secret-1]'],
    ['inside another text', 'proxy-url: "http://${env:COPY}.example"'],
    ['encoded', `proxy-url: "http://p.example/${Buffer.from('mgmt-secret-1').toString('base64')}"`],
    ['whole, where they are short', 'api-keys: ["${env:SHORT}"]'],
  ])("aren't values of desired state: %s", async (_, text) => {
    const { problems } = await loadText(`${text}\n`, { env, rules: rules({ own }) });
    expect(problems.map(({ code }) => code)).toEqual(['HF2026']);
    expect(JSON.stringify(problems)).not.toMatch(/mgmt-secret/);
  });

  test('are refused by name where their values are not here', async () => {
    const loaded = await loadText('api-keys: ["${env:MANAGEMENT_PASSWORD}"]\n', {
      allowUnresolved: true,
      rules: rules({ own: { ...own, values: () => [] } }),
    });
    expect(loaded.problems.map(({ code }) => code)).toEqual(['HF2026']);
  });

  test('the management key may be declared as what it is', async () => {
    const text = 'remote-management: { secret-key: "${env:MANAGEMENT_PASSWORD}" }\napi-keys: [shorter]\n';
    const { problems } = await loadText(text, { env, rules: rules({ own }) });
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('public references', () => {
  test("aren't secrets, nor are the parts of a text that they return", async () => {
    const text = [
      'openai-compatibility:',
      '  - name: ${env:GW_REGION}',
      '    base-url: https://${env:GW_REGION}.${env:HOST}.example',
      '    headers: { X-Team: "${file:team}" }',
    ].join('\n');
    const dir = directory({ 'desired/a.yaml': text, team: 'public-team' });
    const env = { GW_REGION: 'eu-west', HOST: 'hidden-host' };
    const { desired } = await load(dir, { env, rules: rules({ public: ['GW_*', 'team'] }) });
    expect([...(desired?.secrets.open() ?? [])].toSorted()).toEqual([
      'hidden-host',
      'https://eu-west.hidden-host.example',
    ]);
    expect([...(desired?.publicReferences ?? [])]).toEqual(['${env:GW_REGION}', '${file:team}']);
  });
});
