// The models that a credential serves if its entry names none, from one release: ID, name, time of creation (seconds
// since the epoch). The real lists change with every release, so nothing may depend on them.
export type StaticModel = readonly [id: string, displayName: string, created?: number];

const GEMINI: readonly StaticModel[] = [
  ['gemini-2.5-pro', 'Gemini 2.5 Pro', 1750118400],
  ['gemini-2.5-flash', 'Gemini 2.5 Flash', 1750118400],
  ['gemini-2.5-flash-lite', 'Gemini 2.5 Flash Lite', 1753142400],
  ['gemini-3-pro-preview', 'Gemini 3 Pro Preview', 1737158400],
  ['gemini-3.1-pro-preview', 'Gemini 3.1 Pro Preview', 1771459200],
  ['gemini-3.1-flash-image-preview', 'Gemini 3.1 Flash Image Preview', 1771459200],
  ['gemini-3-flash-preview', 'Gemini 3 Flash Preview', 1765929600],
  ['gemini-3.1-flash-lite-preview', 'Gemini 3.1 Flash Lite Preview', 1776288000],
  ['gemini-3-pro-image-preview', 'Gemini 3 Pro Image Preview', 1737158400],
  ['gemini-3.5-flash', 'Gemini 3.5 Flash', 1779235200],
  ['gemini-3.5-flash-lite', 'Gemini 3.5 Flash Lite', 1782864000],
  ['gemini-3.6-flash', 'Gemini 3.6 Flash', 1782864000],
  ['gemini-3.7-flash', 'Gemini 3.7 Flash'],
];

const CLAUDE: readonly StaticModel[] = [
  ['claude-haiku-4-5-20251001', 'Claude 4.5 Haiku', 1759276800],
  ['claude-sonnet-4-5-20250929', 'Claude 4.5 Sonnet', 1759104000],
  ['claude-sonnet-4-6', 'Claude 4.6 Sonnet', 1771372800],
  ['claude-opus-4-6', 'Claude 4.6 Opus', 1770318000],
  ['claude-opus-4-7', 'Claude Opus 4.7', 1776297600],
  ['claude-opus-4-8', 'Claude Opus 4.8', 1779984000],
  ['claude-opus-5', 'Claude Opus 5', 1784038800],
  ['claude-sonnet-5', 'Claude Sonnet 5', 1782777600],
  ['claude-fable-5', 'Claude Fable 5', 1781049600],
  ['claude-opus-4-5-20251101', 'Claude 4.5 Opus', 1761955200],
  ['claude-opus-4-1-20250805', 'Claude 4.1 Opus', 1722945600],
  ['claude-opus-4-20250514', 'Claude 4 Opus', 1715644800],
  ['claude-sonnet-4-20250514', 'Claude 4 Sonnet', 1715644800],
  ['claude-3-7-sonnet-20250219', 'Claude 3.7 Sonnet', 1708300800],
  ['claude-3-5-haiku-20241022', 'Claude 3.5 Haiku', 1729555200],
];

const CODEX: readonly StaticModel[] = [
  ['gpt-5.3-codex-spark', 'GPT 5.3 Codex Spark', 1770912000],
  ['gpt-5.4', 'GPT 5.4', 1772668800],
  ['gpt-5.4-mini', 'GPT 5.4 Mini', 1773705600],
  ['gpt-5.5', 'GPT 5.5', 1776902400],
  ['gpt-5.6-sol', 'GPT 5.6 Sol', 1783616400],
  ['gpt-5.6-terra', 'GPT 5.6 Terra', 1783616400],
  ['gpt-5.6-luna', 'GPT 5.6 Luna', 1783616400],
  ['codex-auto-review', 'Codex Auto Review', 1776902400],
  ['gpt-image-1.5', 'GPT Image 1.5', 1704067200],
  ['gpt-image-2', 'GPT Image 2', 1704067200],
];

const XAI: readonly StaticModel[] = [
  ['grok-4.6', 'Grok 4.6', 1785974400],
  ['grok-build-0.1', 'Grok Build 0.1', 1779321600],
  ['grok-4.5', 'Grok 4.5', 1783526400],
  ['grok-4.3', 'Grok 4.3', 1775606400],
  ['grok-4.20-0309-reasoning', 'Grok 4.20 0309 Reasoning', 1773014400],
  ['grok-4.20-0309-non-reasoning', 'Grok 4.20 0309 Non Reasoning', 1773014400],
  ['grok-4.20-multi-agent-0309', 'Grok 4.20 Multi Agent 0309', 1773014400],
  ['grok-3-mini', 'Grok 3 Mini', 1740960000],
  ['grok-3-mini-fast', 'Grok 3 Mini Fast', 1740960000],
  ['grok-composer-2.5-fast', 'Composer 2.5 Fast', 1740960000],
  ['grok-imagine-image', 'Grok Imagine Image', 1735689600],
  ['grok-imagine-image-quality', 'Grok Imagine Image Quality', 1735689600],
  ['grok-imagine-image-2.0', 'Grok Imagine Image 2.0', 1786060800],
  ['grok-imagine-video', 'Grok Imagine Video', 1735689600],
  ['grok-imagine-video-1.5', 'Grok Imagine Video 1.5', 1735689600],
  ['grok-imagine-video-1.5-preview', 'Grok Imagine Video 1.5 Preview', 1735689600],
];

const VERTEX: readonly StaticModel[] = [
  ['gemini-2.5-pro', 'Gemini 2.5 Pro', 1750118400],
  ['gemini-2.5-flash', 'Gemini 2.5 Flash', 1750118400],
  ['gemini-2.5-flash-image', 'Gemini 2.5 Flash Image', 1763596800],
  ['gemini-2.5-flash-lite', 'Gemini 2.5 Flash Lite', 1753142400],
  ['gemini-3-pro', 'Gemini 3 Pro', 1737158400],
  ['gemini-3-flash', 'Gemini 3 Flash', 1765929600],
  ['gemini-3.1-pro', 'Gemini 3.1 Pro', 1771459200],
  ['gemini-3.1-pro-preview', 'Gemini 3.1 Pro Preview', 1771459200],
  ['gemini-3.1-flash-image', 'Gemini 3.1 Flash Image', 1771459200],
  ['gemini-3.1-flash-lite', 'Gemini 3.1 Flash Lite', 1776288000],
  ['gemini-3-pro-image', 'Gemini 3 Pro Image', 1737158400],
  ['imagen-4.0-generate-001', 'Imagen 4.0 Generate', 1750000000],
  ['imagen-4.0-ultra-generate-001', 'Imagen 4.0 Ultra Generate', 1750000000],
  ['imagen-3.0-generate-002', 'Imagen 3.0 Generate', 1740000000],
  ['imagen-3.0-fast-generate-001', 'Imagen 3.0 Fast Generate', 1740000000],
  ['imagen-4.0-fast-generate-001', 'Imagen 4.0 Fast Generate', 1750000000],
  ['gemini-3.5-flash', 'Gemini 3.5 Flash', 1779235200],
  ['gemini-3.5-flash-lite', 'Gemini 3.5 Flash Lite', 1782864000],
  ['gemini-3.6-flash', 'Gemini 3.6 Flash', 1782864000],
  ['gemini-3.7-flash', 'Gemini 3.7 Flash'],
];

export const STATIC_MODELS: Readonly<Record<string, readonly StaticModel[]>> = {
  'gemini-api-key': GEMINI,
  'interactions-api-key': GEMINI,
  'claude-api-key': CLAUDE,
  'codex-api-key': CODEX,
  'xai-api-key': XAI,
  'vertex-api-key': VERTEX,
};

/** What `/model-definitions/{channel}` knows here: ids only. */
export const CHANNEL_MODELS: Readonly<Record<string, readonly string[]>> = {
  gemini: GEMINI.map(([id]) => id),
  claude: CLAUDE.map(([id]) => id),
  xai: XAI.map(([id]) => id),
  kimi: [
    'kimi-k2',
    'kimi-k2-thinking',
    'kimi-k2.5',
    'kimi-k2.6',
    'kimi-k2.7-code',
    'kimi-k2.7-code-highspeed',
    'kimi-k3',
    'kimi-k3-256k',
  ],
};
