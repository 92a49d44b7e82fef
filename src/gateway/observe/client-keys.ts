// Client keys as the running gateway knows them. Pure.
import { listOf, type Value } from '../../lib/value.ts';
import { trim } from '../model/rules.ts';

/**
 * Published in the gateway's example file; a gateway that starts with one of them serves nobody (C v0 §8.1 item 6).
 */
export const SAMPLE_KEYS: ReadonlySet<string> = new Set([
  'your-api-key-1',
  'your-api-key-2',
  'your-api-key-3',
]);

/**
 * The keys of `api-keys` that grant access to the proxy: trimmed, blanks dropped, each once. None: it is open (C v0
 * §3.2).
 */
export function usableKeys(keys: Value | undefined): ReadonlySet<string> {
  const texts = listOf(keys)
    .filter((key) => key !== null)
    .map((key) => trim(String(key)));
  return new Set(texts.filter((key) => key !== ''));
}
