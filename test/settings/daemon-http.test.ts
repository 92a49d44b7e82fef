// `daemon.http` of the settings.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Problem } from '../../src/domain/problem/problem.ts';
import { type LoadedSettings, loadSettings } from '../../src/settings/settings.ts';

const made: string[] = [];
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

const TOKEN = 'a-long-enough-token';
const ENV = { HOLDFAST_TOKEN: TOKEN, OTHER: 'another-long-token', SHORT: 'fifteen-letters' };

async function settings(
  http: string,
  files: Readonly<Record<string, string>> = {},
  request: {
    readonly daemon?: boolean;
    readonly offline?: boolean;
    readonly env?: Record<string, string>;
  } = {},
): Promise<LoadedSettings> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  made.push(dir);
  const text = `version: 1
targets: [{ name: home, key: "\${env:K}" }]
daemon:
  http:
${http.replaceAll(/^/gm, '    ')}
`;
  for (const [name, content] of Object.entries({ ...files, 'holdfast.yaml': text }))
    writeFileSync(join(dir, name), content);
  const { env = ENV, daemon = true, offline = false } = request;
  return loadSettings({ flags: {}, cwd: dir, env: { K: 'mgmt-secret-1', ...env }, daemon, offline });
}

const line = ({ position, code, severity }: Problem): string =>
  `${position?.line}:${position?.column} ${code} ${severity}`;
const found = async (http: string): Promise<string[]> => (await settings(http)).problems.map(line);

describe('daemon.http', () => {
  test('is read with its defaults, and its tokens are secrets', async () => {
    const { settings: read, problems } = await settings('token: "${env:HOLDFAST_TOKEN}"');
    expect(problems).toEqual([]);
    expect(read?.daemon.http).toMatchObject({
      listen: { host: '127.0.0.1', port: 8318 },
      auth: 'token',
      tokens: [{ name: 'operator', role: 'operate' }],
      trustedProxies: [],
    });
    expect(read?.secrets.open().has(TOKEN)).toBe(true);
    expect(JSON.stringify(read)).not.toContain(TOKEN);
  });

  test('requires a token for /metrics unless it is public', async () => {
    const token = 'token: "${env:HOLDFAST_TOKEN}"';
    expect((await settings(token)).settings?.daemon.http).not.toHaveProperty('metrics');
    expect((await settings(`${token}\nmetrics: public`)).settings?.daemon.http?.metrics).toBe('public');
    expect(await found(`${token}\nmetrics: everybody`)).toEqual(['6:14 HF1012 error']);
  });

  test('is read with everything there is', async () => {
    const tls = await generate([{ name: 'commonName', value: 'localhost' }]);
    const { settings: read, problems } = await settings(
      `listen: "[::1]:0"
token: "\${env:HOLDFAST_TOKEN}"
tokens: [{ name: ci, token: "\${env:OTHER}", role: read }]
public-url: https://holdfast.example
trusted-proxies: [127.0.0.1, "10.0.0.0/8", "fd00::/8"]
tls: { cert: tls.pem, key: tls.key }`,
      { 'tls.pem': tls.cert, 'tls.key': tls.private },
    );
    expect(problems).toEqual([]);
    expect(read?.daemon.http).toMatchObject({
      listen: { host: '::1', port: 0 },
      tokens: [{ name: 'operator' }, { name: 'ci', role: 'read' }],
      trustedProxies: ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'],
      tls: { cert: tls.cert },
    });
    expect(read?.daemon.http?.publicUrl?.origin).toBe('https://holdfast.example');
    expect(read?.watched.filter((file) => /tls\.(?:pem|key)$/.test(file))).toHaveLength(2);
    expect(read?.secrets.open().has(tls.private)).toBe(true);
  });

  test('without a token, with a short one, or open to others is refused with the remedy', async () => {
    const none = await settings('listen: 127.0.0.1:8318');
    expect(none.problems.map(line)).toEqual(['5:5 HF7030 error']);
    expect(none.problems[0]?.remedy).toContain('openssl rand -hex 32');
    expect(none.settings).toBeUndefined();
    expect(await found('token: "${env:SHORT}"')).toEqual(['5:12 HF7031 error']);
    expect(await found('listen: 0.0.0.0:8318\nauth: none')).toEqual(['5:13 HF7034 error']);
    expect(await found('auth: none')).toEqual([]);
    expect(await found('listen: "[::1]:8318"\nauth: none')).toEqual([]);
  });

  test('warns of a token in plain text and of one that travels in plain text', async () => {
    expect(await found(`token: ${TOKEN}`)).toEqual(['5:12 HF2060 warning']);
    expect(await found('listen: 0.0.0.0:8318\ntoken: "${env:HOLDFAST_TOKEN}"')).toEqual([
      '5:13 HF7035 warning',
    ]);
    const behind =
      'listen: 0.0.0.0:8318\ntoken: "${env:HOLDFAST_TOKEN}"\npublic-url: https://holdfast.example';
    expect(await found(behind)).toEqual([]);
  });

  test('has the position of an error', async () => {
    const token = 'token: "${env:HOLDFAST_TOKEN}"';
    for (const listen of ['8318', 'localhost', '127.0.0.1:99999', '::1:8318', '"[::g]:1"', '127.0.0.1:'])
      expect([
        listen,
        ...(await found(`${token}\nlisten: ${listen.startsWith('"') ? listen : `"${listen}"`}`)),
      ]).toEqual([listen, '6:13 HF1012 error']);
    expect(await found(`${token}\npublic-url: https://x.example/below`)).toEqual(['6:17 HF1012 error']);
    expect(await found(`${token}\ntrusted-proxies: ["0.0.0.0/0"]`)).toEqual(['6:23 HF1012 error']);
    expect(await found(`${token}\ntls: { cert: none.pem, key: none.key }`)).toEqual([
      '6:18 HF1012 error',
      '6:33 HF1012 error',
    ]);
    expect(await found(`${token}\ntls: { cert: "-----BEGIN X", key: "-----BEGIN X" }`)).toEqual([
      '6:10 HF1012 error',
    ]);
    expect(await found(`${token}\ntokens: [{ name: a, token: x, role: admin }]`)).toEqual([
      '6:41 HF1012 error',
    ]);
    expect(await found(`${token}\ntokens: [{ name: operator, token: "\${env:OTHER}", role: read }]`)).toEqual(
      ['6:39 HF1014 error'],
    );
    expect(
      await found(`${token}\ntokens: [{ name: ci, token: "\${env:HOLDFAST_TOKEN}", role: read }]`),
    ).toEqual(['6:33 HF1014 error']);
  });

  test('needs its token only where the daemon runs', async () => {
    const text = 'token: "${env:HOLDFAST_TOKEN}"';
    const without = { env: {} };
    expect((await settings(text, {}, { ...without, daemon: false })).settings).toBeDefined();
    expect((await settings(text, {}, { ...without, offline: true })).problems).toEqual([]);
    const run = await settings(text, {}, without);
    expect(run.problems.map(line)).toEqual(['5:12 HF2020 error']);
    expect(run.problems[0]?.message).toContain('HOLDFAST_TOKEN');
  });
});
