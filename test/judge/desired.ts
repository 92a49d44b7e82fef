// A desired state with every provider family, aliases, payload rules, scalars and plugin settings.
import type { Tree } from '../../src/lib/value.ts';

const MODELS = (family: string): Tree[] => [
  { name: `${family}-model-1`, alias: `${family}-one` },
  { name: `${family}-model-2`, alias: `${family}-two` },
];

const entry = (family: string, n: number): Tree => ({
  'api-key': `sk-test-${family}-${n}`,
  'base-url': `https://${family}-${n}.example`,
  headers: { 'X-One': 'a', 'X-Two': 'b' },
  models: MODELS(family),
});

/** Families whose entries have the same shape. */
export const FAMILIES = [
  'gemini-api-key',
  'interactions-api-key',
  'codex-api-key',
  'xai-api-key',
  'claude-api-key',
  'vertex-api-key',
] as const;

const rule = (params: Tree | string[]): Tree => ({
  models: [{ name: 'gpt-*', protocol: 'openai' }],
  params,
});

export function everything(): Tree {
  return {
    'api-keys': ['sk-test-client-1', 'sk-test-client-2'],
    'request-retry': 2,
    'max-retry-interval': 20,
    'usage-statistics-enabled': true,
    'ws-auth': false,
    'error-logs-max-files': 0,
    'proxy-url': 'direct',
    'quota-exceeded': { 'switch-project': true, 'antigravity-credits': false },
    routing: { strategy: 'fill-first', 'session-affinity': true, 'session-affinity-ttl': '2h' },
    streaming: { 'keepalive-seconds': 15 },
    'disable-image-generation': 'chat',
    'credential-concurrency': { 'reclaim-grace': '6s' },
    ...Object.fromEntries(
      FAMILIES.map((family) => [family, [1, 2].map((n) => entry(family.split('-')[0] ?? '', n))]),
    ),
    'openai-compatibility': [1, 2].map((n) => ({
      name: `provider-${n}`,
      'base-url': `https://provider-${n}.example/v1`,
      'api-key-entries': [
        { 'api-key': `sk-test-openai-${n}a` },
        { 'api-key': `sk-test-openai-${n}b`, weight: 0 },
      ],
      models: MODELS(`provider-${n}`),
      headers: { 'X-One': 'a', 'X-Two': 'b' },
    })),
    'oauth-excluded-models': { claude: ['claude-old-*'], codex: ['gpt-3*'] },
    'oauth-model-alias': { claude: [{ name: 'claude-sonnet-4', alias: 'sonnet' }] },
    'oauth-request-scoped-errors': { codex: [{ status: 429, match: ['slow down'], action: 'continue' }] },
    payload: {
      default: [rule({ 'generationConfig.temperature': 0.5 })],
      'default-raw': [rule({ 'tools.0': '{"a":1}' })],
      override: [rule({ 'reasoning.effort': 'high' })],
      'override-raw': [rule({ stop: '["x"]' })],
      filter: [rule(['metadata.user', 'seed'])],
    },
    plugins: { configs: { example: { enabled: false, priority: 2, mode: 'safe' }, second: { limit: 5 } } },
  };
}
