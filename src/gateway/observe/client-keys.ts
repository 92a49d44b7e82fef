// Client keys as the running gateway knows them. Pure.
import { listOf, type Value } from '../../lib/value.ts';
import { trim } from '../model/rules.ts';

/** Published with the gateway's example; with one of them at its start it serves nobody (C v0 §8.1 item 6). */
export const SAMPLE_KEYS: ReadonlySet<string> = new Set([
  'your-api-key-1',
  'your-api-key-2',
  'your-api-key-3',
]);

/** Of `api-keys` those that open the proxy: trimmed, blanks dropped, each once. None: it is open (C v0 §3.2). */
export function usableKeys(keys: Value | undefined): ReadonlySet<string> {
  const texts = listOf(keys)
    .filter((key) => key !== null)
    .map((key) => trim(String(key)));
  return new Set(texts.filter((key) => key !== ''));
}
