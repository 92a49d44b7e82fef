// Models that a credential serves when its entry names none: id, name, type. Only the families whose list a recorded
// case shows; the real lists change with every release.
export const STATIC_MODELS: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  'gemini-api-key': [
    ['gemini-2.5-pro', 'Gemini 2.5 Pro', 'gemini'],
    ['gemini-2.5-flash', 'Gemini 2.5 Flash', 'gemini'],
    ['gemini-2.5-flash-lite', 'Gemini 2.5 Flash Lite', 'gemini'],
    ['gemini-3-pro-preview', 'Gemini 3 Pro Preview', 'gemini'],
    ['gemini-3.1-pro-preview', 'Gemini 3.1 Pro Preview', 'gemini'],
    ['gemini-3.1-flash-image-preview', 'Gemini 3.1 Flash Image Preview', 'gemini'],
    ['gemini-3-flash-preview', 'Gemini 3 Flash Preview', 'gemini'],
    ['gemini-3.1-flash-lite-preview', 'Gemini 3.1 Flash Lite Preview', 'gemini'],
    ['gemini-3-pro-image-preview', 'Gemini 3 Pro Image Preview', 'gemini'],
    ['gemini-3.5-flash', 'Gemini 3.5 Flash', 'gemini'],
    ['gemini-3.5-flash-lite', 'Gemini 3.5 Flash Lite', 'gemini'],
    ['gemini-3.6-flash', 'Gemini 3.6 Flash', 'gemini'],
    ['gemini-3.7-flash', 'Gemini 3.7 Flash', 'gemini'],
  ],
};

/** What `/model-definitions/{channel}` knows here: ids only. */
export const CHANNEL_MODELS: Readonly<Record<string, readonly string[]>> = {
  gemini: (STATIC_MODELS['gemini-api-key'] ?? []).map(([id]) => id),
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
