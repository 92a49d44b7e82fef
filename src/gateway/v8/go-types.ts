// The names of types in the gateway's messages (C v8 §1.5).
import type { Field } from '../catalog/field.ts';

/** By pattern of the flat layout; `*` stands for one step. */
const STRUCTS: Readonly<Record<string, string>> = {
  '': 'config.legacyConfig',
  client: 'config.ClientConfig',
  'client.codex': 'config.CodexClientConfig',
  'claude-code': 'config.ClaudeCodeConfig',
  streaming: 'config.StreamingConfig',
  tls: 'config.TLSConfig',
  'credential-concurrency': 'config.CredentialConcurrencyConfig',
  'credential-in-flight': 'config.CredentialInFlightConfig',
  'remote-management': 'config.RemoteManagement',
  plugins: 'config.PluginsConfig',
  'plugins.store-auth[*]': 'config.PluginStoreAuthConfig',
  'plugins.configs.*': 'config.PluginInstanceConfig',
  pprof: 'config.PprofConfig',
  discovery: 'config.DiscoveryConfig',
  'discovery.interfaces': 'config.DiscoveryInterfacesConfig',
  'quota-exceeded': 'config.QuotaExceeded',
  routing: 'config.RoutingConfig',
  antigravity: 'config.AntigravityConfig',
  'antigravity.connection-pool': 'config.AntigravityConnectionPool',
  devin: 'config.DevinConfig',
  xai: 'config.XAIConfig',
  codex: 'config.CodexConfig',
  'codex.live-media-relay': 'config.CodexLiveMediaRelayConfig',
  'codex.live-media-relay.ice-servers[*]': 'config.CodexLiveICEServer',
  'codex-header-defaults': 'config.CodexHeaderDefaults',
  claude: 'config.ClaudeConfig',
  'claude-header-defaults': 'config.ClaudeHeaderDefaults',
  payload: 'config.PayloadConfig',
  'payload.filter[*]': 'config.PayloadFilterRule',
  models: 'registry.CatalogSources',
  'oauth-model-alias.*[*]': 'config.OAuthModelAlias',
  'oauth-settings.*[*]': 'config.OAuthModelSetting',
};

const ENTRIES: Readonly<Record<string, string>> = {
  'gemini-api-key': 'Gemini',
  'interactions-api-key': 'Gemini',
  'vertex-api-key': 'VertexCompat',
  'codex-api-key': 'Codex',
  'xai-api-key': 'Codex',
  'meta-api-key': 'Codex',
  'claude-api-key': 'Claude',
};

const OPENAI = 'openai-compatibility[*]';

/** Types that occur at many paths, by the end of the pattern. */
const ENDINGS: readonly (readonly [end: string, name: string])[] = [
  ['request-scoped-errors[*]', 'config.RequestScopedErrorRule'],
  ['.thinking', 'registry.ThinkingSupport'],
  ['.cloak', 'config.CloakConfig'],
];

export function goType(field: Field): string {
  switch (field.kind) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return 'float64';
    case 'duration':
      return 'time.Duration';
    case 'integer':
      return /udp-port-(?:min|max)$/.test(field.pattern) ? 'uint16' : 'int';
    case 'list':
      return `[]${field.item ? goType(field.item) : 'interface {}'}`;
    case 'map':
      return `map[string]${field.value ? goType(field.value) : 'interface {}'}`;
    case 'struct':
      return structName(field.pattern);
    case 'any':
      return STRUCTS[field.pattern] ?? 'interface {}';
  }
}

function structName(pattern: string): string {
  const exact = STRUCTS[pattern];
  if (exact !== undefined) return exact;
  const ending = ENDINGS.find(([end]) => pattern.endsWith(end));
  if (ending) return ending[1];
  if (pattern.startsWith('oauth-request-scoped-errors')) return 'config.RequestScopedErrorRule';
  if (pattern.startsWith('payload.'))
    return pattern.endsWith('.models[*]') ? 'config.PayloadModelRule' : 'config.PayloadRule';
  if (pattern === OPENAI) return 'config.OpenAICompatibility';
  if (pattern === `${OPENAI}.api-key-entries[*]`) return 'config.OpenAICompatibilityAPIKey';
  if (pattern.startsWith(OPENAI)) return 'config.OpenAICompatibilityModel';
  const family = ENTRIES[pattern.slice(0, pattern.indexOf('['))] ?? '';
  return `config.${family}${pattern.endsWith('.models[*]') ? 'Model' : 'Key'}`;
}
