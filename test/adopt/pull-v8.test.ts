// `holdfast pull` from a v8 gateway as a person runs it, on the embedded one, with files of either layout.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { GATEWAY, KEY, openTerminal, SECRETS, type Terminal } from '../cli/terminal.ts';

const GATEWAY_V8 = `# by hand
server:
    host: 127.0.0.1
    port: 8317
management:
    secret-key: ${KEY}
access:
    api-keys:
        - ${SECRETS.LAPTOP} # laptop
routing:
    retry:
        request-retry: 1
api-keys:
    codex:
        # shared
        - name: team
          base-url: https://codex.example/v1
          prefix: a
          keys:
            - api-key: sk-test-codex-0001
            - api-key: sk-test-codex-0002
              prefix: null
            - { api-key: sk-test-codex-0003, prefix: "" }
    openai-compatibility:
        - name: openrouter
          base-url: https://openrouter.example
          keys:
            - api-key: ${SECRETS.UPSTREAM}
          models:
            - { name: moonshotai/kimi-k2, alias: kimi }
oauth:
    providers:
        codex:
            live-media-relay:
                ice-servers:
                    - urls: [ "turn:turn.example" ]
                      username: joe
                      credential: sk-test-turn-0001
config-version: 8
`;

/** A write by others through the v0 API, loaded. */
async function elsewhere({ sandbox }: Terminal): Promise<void> {
  const answer = await fetch(`${sandbox.url}/v0/management/usage-statistics-enabled`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${KEY}` },
    body: '{"value":true}',
  });
  expect(answer.status).toBe(200);
  await sandbox.settled();
}

describe.each([
  ['its own layout', GATEWAY_V8, /^access:\n +api-keys:\n +- \$\{env:LAPTOP\} # laptop/m],
  ['the flat layout', GATEWAY, /^api-keys:\n +- \$\{env:LAPTOP\} # laptop/m],
])('pull from a v8 gateway with a file of %s', (_, gateway, keys) => {
  let terminal: Terminal;

  beforeEach(async () => {
    terminal = await openTerminal({}, gateway, { api: 'v8' });
  });
  afterEach(async () => terminal[Symbol.asyncDispose]());

  const holdfast = (...words: string[]): ReturnType<Terminal['run']> => terminal.run(...words);

  test('writes files in that layout, so that a diff is empty, also after a write by others', async () => {
    await terminal.write('.gitignore', '.env\n');
    const pulled = await holdfast('pull', '--write-env', '.env');
    expect([pulled.err, pulled.exit]).toEqual(['', EXIT.ok]);
    expect(pulled.out).toContain('adopted: Holdfast remembers this state');
    const text = await terminal.read('desired-state/gateway.yaml');
    expect(text).toMatch(keys);
    expect(text).not.toMatch(/sk-test|secret-key|config-version/);
    expect((await holdfast('diff', '--variables', '.env')).exit).toBe(EXIT.ok);
    await elsewhere(terminal);
    expect((await holdfast('diff', '--variables', '.env')).exit).toBe(EXIT.ok);
  });

  test('is remembered, so that the next change of the files is one of git and no takeover', async () => {
    await holdfast('pull', '--write-env', '.env');
    const text = await terminal.read('desired-state/gateway.yaml');
    await terminal.write(
      'desired-state/gateway.yaml',
      text.replace('request-retry: 1', 'request-retry: 4').replace('alias: kimi', 'alias: moon'),
    );
    const planned = await holdfast('plan', '--variables', '.env', '--output', 'json');
    expect(planned.out).not.toContain('takeover');
    const applied = await holdfast('apply', '--variables', '.env', '--allow', 'migrate-file');
    expect([applied.err, applied.exit]).toEqual(['', EXIT.ok]);
    expect((await holdfast('diff', '--variables', '.env')).exit).toBe(EXIT.ok);
  });

  test('reports it as JSON, without secrets', async () => {
    const { out, err } = await holdfast('pull', '--output', 'json');
    expect(out + err).not.toMatch(/sk-test/);
    expect(JSON.parse(out)).toMatchObject({ proof: { changes: 0 }, adopted: true });
  });
});
