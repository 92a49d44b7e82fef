// Which names indicate credentials: headers, settings of plugins, members of request bodies, query parameters. Our
// own rule, which hides too much rather than too little.

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Any of these words in a name makes its value a credential, unless the last word of the name says otherwise. */
const CREDENTIALS = words(
  'authorization password passwords passwd pwd passphrase secret secrets bearer cookie cookies credential credentials apikey apikeys jwt',
);

/**
 * A name with this ending describes a credential but contains none: `token-env`, `access-key-id`, `password-file`.
 */
const ABOUT = words(
  'env file path dir name type url uri header id mode enabled disabled ttl expiry expires timeout length count limit policy required revision',
);

/** `max-token`, `stop_token`: tokens of a language model, not of a login. */
const MODEL_TOKENS = words('max min per stop end start eos bos pad first next');

/** `prompt_cache_key`, `Idempotency-Key`: keys that grant no access. */
const PLAIN_KEYS = words(
  'cache idempotency primary foreign sort partition group routing row map index hot public session object storage',
);

/** Kinds of keys and tokens that can also be plural: `api-keys`, `access_tokens`. */
const IN_NUMBERS = words('api access auth bearer refresh secret private client');

/**
 * Whether a value under this name is a credential. For a path in a request body (`metadata.token`), the last step
 * counts. `holdsMembers`: the value is a mapping; a weak name (`auth`) then leaves the decision to its members.
 */
export function carriesCredential(name: string, holdsMembers = false): boolean {
  const all = wordsOf(name);
  const last = all.at(-1) ?? '';
  const before = all.at(-2) ?? '';
  if (ABOUT.has(last)) return false;
  if (all.some((word) => CREDENTIALS.has(word))) return true;
  if (last === 'token') return !MODEL_TOKENS.has(before);
  if (last === 'key') return !PLAIN_KEYS.has(before);
  if (last === 'keys' || last === 'tokens') return IN_NUMBERS.has(before);
  if (last === 'auth') return !holdsMembers;
  return /(?:password|passwd|secret|apikey|token)$/.test(last);
}

/** Treats `X-Api-Key`, `apiKey`, `API_KEY` and `api key` as equal. */
function wordsOf(name: string): string[] {
  const step = name.slice(name.lastIndexOf('.') + 1);
  return step
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
