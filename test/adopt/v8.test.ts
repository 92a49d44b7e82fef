// Pulling from a v8 gateway: in the layout of its file, from the raw file.
import { describe, expect, test } from '@jest/globals';
import { changesOn, liveV8Of, pulledFrom, variablesOf } from './pulled.ts';

const RICH = `# by hand, since May
server:
    host: 127.0.0.1
    port: 8317
    tls:
        enable: false
    trusted-proxies: [10.0.0.0/8]
    github-token: ghp_test000000000001 # for the catalog
management:
    allow-remote: false
    secret-key: $2a$10$0000000000000000000000000000000000000000000000000000
    base-url: https://home.example
access:
    # clients
    api-keys:
        - sk-test-client-0001 # laptop
        - 0123456789
credentials:
    concurrency:
        max-limit: 1000000
        lifecycle-config-revision: 7
    in-flight:
        stale-after: 20s
routing:
    strategy: rr
    retry:
        request-retry: 3 # raised in March
requests:
    proxy-url: socks5://joe:sk-test-proxy-0001@proxy.example:1080
    payload:
        override:
            - models:
                - name: gpt-*
                  headers: { Authorization: Bearer sk-test-header-1 }
              params: { reasoning.effort: high }
api-keys:
    codex:
        # the shared account
        - name: shared
          base-url: https://codex.example/v1
          prefix: team
          headers:
            X-Api-Key: sk-test-head-0001
          models:
            - { name: gpt-5, alias: five }
          keys:
            - api-key: sk-test-codex-a
            - api-key: sk-test-codex-b # backup
              prefix: null # of the group
              weight: 2
            - api-key: sk-test-codex-c
              headers: {}
        - name: empty
          base-url: https://other.example
          keys: []
    claude:
        - keys:
            - api-key: sk-test-claude-0001
    openai-compatibility:
        - name: openrouter
          base-url: https://openrouter.example/api/v1
          keys:
            - { api-key: sk-test-router-1, proxy-url: "http://u:sk-test-pw-000001@p.example" }
          models:
            - { name: kimi-k2, alias: kimi }
    meta:
        - keys:
            - api-key: sk-test-meta-0001
oauth:
    auth-dir: /srv/auths
    providers:
        codex:
            live-media-relay:
                enabled: true
                public-ip: 192.0.2.1
                udp-port-min: 20000
                udp-port-max: 20100
                ice-servers:
                    - urls: [turn:turn.example]
                      username: joe
                      credential: sk-test-turn-0001
    excluded-models:
        claude: [Claude-3-*]
    model-alias: {}
observability:
    logs:
        debug: yes
        error-logs-max-files: 10
    usage:
        redis-usage-queue-retention-seconds: 60
plugins:
    enabled: true
    dir: /srv/plugins
    configs:
        a.b:
            enabled: true
            token: sk-test-plugin-1
            note:
    auth-revision: 4
a-future-root: { x: 1 }
config-version: 8
# the end
`;

describe('a desired state pulled from a v8 file', () => {
  test('has its layout, comments, order and quotes, and secrets as references', async () => {
    const live = liveV8Of(RICH);
    const adopted = await pulledFrom(live);
    expect(adopted.text).toMatchSnapshot();
    expect(variablesOf(adopted)).toEqual({
      GATEWAY_GITHUB_TOKEN: 'ghp_test000000000001',
      CLIENT_KEY_1: 'sk-test-client-0001',
      CLIENT_KEY_2: '0123456789', // a number in the file, a text to the gateway
      PROXY_PASSWORD: 'sk-test-proxy-0001',
      PAYLOAD_AUTHORIZATION: 'Bearer sk-test-header-1',
      CODEX_X_API_KEY: 'sk-test-head-0001',
      CODEX_API_KEY_1: 'sk-test-codex-a',
      CODEX_API_KEY_2: 'sk-test-codex-b',
      CODEX_API_KEY_3: 'sk-test-codex-c',
      CLAUDE_API_KEY: 'sk-test-claude-0001',
      OPENROUTER_API_KEY: 'sk-test-router-1',
      OPENROUTER_PROXY_PASSWORD: 'sk-test-pw-000001',
      META_API_KEY: 'sk-test-meta-0001',
      CODEX_CREDENTIAL: 'sk-test-turn-0001',
      PLUGIN_A_B_TOKEN: 'sk-test-plugin-1',
    });
    expect(await changesOn(live, adopted)).toEqual([]);
  });

  test('leaves out the machine, what the gateway counts, and what it wrote out by itself', async () => {
    const { leftOut, notes } = await pulledFrom(liveV8Of(RICH));
    expect(leftOut.map(({ path }) => path)).toEqual([
      'server.host',
      'server.port',
      'server.tls',
      'management',
      'credentials.concurrency',
      'oauth.auth-dir',
      'observability.usage.redis-usage-queue-retention-seconds',
      'plugins.dir',
      'plugins.auth-revision',
      'config-version',
    ]);
    expect(notes.map(({ message }) => message)).toEqual(['`a-future-root` is unknown to the gateway']);
  });

  test('takes in and leaves out by paths of either layout', async () => {
    const { text } = await pulledFrom(liveV8Of(RICH), {
      include: ['remote-management.allow-remote'],
      exclude: ['codex-api-key', 'payload', 'api-keys.meta', 'github-token', 'oauth', 'plugins.configs'],
    });
    expect(text).toContain('management:\n    allow-remote: false\n');
    for (const left of ['codex', 'payload', 'meta', 'github-token', 'oauth', 'configs'])
      expect(text).not.toMatch(new RegExp(`^ *${left}:`, 'm'));
  });

  test("comes from the gateway's interpretation if the file mixes spellings", async () => {
    const live = liveV8Of(`# mixed
debug: true # flat
oauth:
  providers:
    codex:
      disable-codex-cloaking: true # as before 8.0.11
routing:
  retry: { request-retry: 2 }
`);
    const adopted = await pulledFrom(live);
    expect(adopted.text).toContain('disable-codex-cloaking: true # as before 8.0.11');
    expect(adopted.text).toContain('debug: true # flat');
    expect(adopted.notes.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['debug', 'oauth.providers.codex.disable-codex-cloaking']),
    );
    expect(await changesOn(live, adopted)).toEqual([]);
  });

  test('names a credential that the gateway drops, and channels that it reads otherwise', async () => {
    const live = liveV8Of(`api-keys:
  codex:
    - base-url: https://codex.example
      keys: [ { api-key: sk-test-0001 } ]
    - keys: [ { api-key: sk-test-0002 } ]
oauth:
  excluded-models:
    Claude: [ a ]
    codex: [ B ]
`);
    const adopted = await pulledFrom(live);
    expect(adopted.text).not.toContain('CODEX_API_KEY_2');
    expect(adopted.text).not.toContain('laude');
    expect(adopted.notes.map(({ path }) => path)).toEqual([
      'api-keys.codex[1].keys[0]',
      'oauth.excluded-models.claude',
    ]);
    expect(await changesOn(live, adopted)).toEqual([]);
  });
});

describe('a desired state pulled from a v8 gateway with a file of the flat layout', () => {
  const FLAT = `port: 8317
api-keys: [ sk-test-client-0001 ] # laptop
codex:
  identity-confuse: true
trusted-proxies: [ 10.0.0.0/8 ]
meta-api-key:
  - api-key: sk-test-meta-0001
request-retry: 3
claude-api-key:
  # mine
  - api-key: sk-test-claude-0001
    models:
      - { name: claude-sonnet-4-6, alias: sonnet }
`;

  test('has that layout, and leaves to the gateway what no flat file can say', async () => {
    const live = liveV8Of(FLAT);
    const adopted = await pulledFrom(live);
    expect(adopted.text).toBe(`api-keys: [ "\${env:CLIENT_KEY}" ] # laptop
request-retry: 3
claude-api-key:
  # mine
  - api-key: \${env:CLAUDE_API_KEY}
    models:
      - { name: claude-sonnet-4-6, alias: sonnet }
`);
    expect(adopted.leftOut).toEqual([
      expect.objectContaining({ path: 'port' }),
      { path: 'codex.identity-confuse', why: 'v8 gateways no longer have this key' },
      {
        path: 'trusted-proxies',
        why: 'only files in the v8 layout can declare it, as `server.trusted-proxies`',
      },
      { path: 'meta-api-key', why: 'only files in the v8 layout can declare it, as `api-keys.meta`' },
    ]);
    expect(await changesOn(live, adopted)).toEqual([]);
  });
});
