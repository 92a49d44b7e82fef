// Failures of reading a YAML text or a file of the gateway, as values.

/** Why the loader refuses a text: `decode` is the 400 of `PUT /config.yaml`, `validate` the 422 (C v0 §2.3, §2.4). */
export interface LoadFailure {
  readonly ok: false;
  readonly stage: 'decode' | 'validate';
  readonly message: string;
  /** 1-based, if known. */
  readonly line?: number;
  /** A limit of Holdfast: the gateway can read the text anyway. */
  readonly bound?: true;
}

/** Why a field write responds with 500: F unreadable, empty, or not a mapping (C v0 §6.2 step 1). */
export interface SaveFailure {
  readonly ok: false;
  readonly message: string;
}

/** Distinguishes a refusal of `parseDocument`, `load` or `save` from its result. */
export function isFailure(result: object): result is LoadFailure | SaveFailure {
  return 'ok' in result && result.ok === false;
}

/**
 * Marks a mapping key that isn't a string (`1: x` under `params`): the key is this character and its source text.
 * Such a configuration loads and saves, but makes the response of `GET /config` empty (C v0 §2.1.3).
 */
export const NON_STRING_KEY = '\u{E000}';
