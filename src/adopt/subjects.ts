// What a section of the configuration is about: `pull --split` writes a file for each subject, and a new section goes to
// the file of its subject.

/** In the order of the files. `gateway` is everything else. */
export const SUBJECTS = ['keys', 'providers', 'aliases', 'routing', 'payload', 'gateway'] as const;
export type Subject = (typeof SUBJECTS)[number];

/** By the top-level key in either layout. */
const SUBJECT_OF: Readonly<Record<string, Subject>> = {
  access: 'keys',
  'gemini-api-key': 'providers',
  'interactions-api-key': 'providers',
  'codex-api-key': 'providers',
  'xai-api-key': 'providers',
  'claude-api-key': 'providers',
  'openai-compatibility': 'providers',
  'vertex-api-key': 'providers',
  upstream: 'providers',
  'oauth-model-alias': 'aliases',
  'oauth-excluded-models': 'aliases',
  oauth: 'aliases',
  models: 'aliases',
  routing: 'routing',
  'request-retry': 'routing',
  'max-retry-credentials': 'routing',
  'max-retry-interval': 'routing',
  'transient-error-cooldown-seconds': 'routing',
  'disable-cooling': 'routing',
  'save-cooldown-status': 'routing',
  'quota-exceeded': 'routing',
  'force-model-prefix': 'routing',
  'proxy-url': 'routing',
  payload: 'payload',
  requests: 'payload',
};

/** `api-keys` are the keys of clients in the flat layout, and those of providers in the v8 layout. */
export function subjectOf(section: string, isFlat: boolean): Subject {
  if (section === 'api-keys') return isFlat ? 'keys' : 'providers';
  return SUBJECT_OF[section] ?? 'gateway';
}
