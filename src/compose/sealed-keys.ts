// Encrypts keys of the state that contain secrets (entries named by the value of a reference) under a key of the
// store. The state is compared by them, so they must be reversible.
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import type { LastApplied } from '../domain/state/state.ts';

export interface SealedKeys {
  seal(lastApplied: LastApplied): LastApplied;
  open(lastApplied: LastApplied): LastApplied;
}

const MARK = 'sealed:';
const IV_BYTES = 16;

/** `secret`: hex, known only to the store. `isSecret`: whether a text must not be in the state. */
export function sealedKeys(secret: string, isSecret: (text: string) => boolean): SealedKeys {
  const key = createHash('sha256').update(secret).digest();
  const closed = (text: string): string => {
    if (!isSecret(text)) return text;
    // The same text gives the same result, so that an unchanged state stays the same.
    const iv = createHmac('sha256', key).update(text).digest().subarray(0, IV_BYTES);
    const cipher = createCipheriv('aes-256-ctr', key, iv);
    return MARK + Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]).toString('base64url');
  };
  const opened = (text: string): string => {
    if (!text.startsWith(MARK)) return text;
    const bytes = Buffer.from(text.slice(MARK.length), 'base64url');
    const decipher = createDecipheriv('aes-256-ctr', key, bytes.subarray(0, IV_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES)), decipher.final()]).toString('utf8');
  };
  return { seal: (state) => mapped(state, closed), open: (state) => mapped(state, opened) };
}

function mapped(state: LastApplied, change: (key: string) => string): LastApplied {
  const hashes = Object.entries(state.hashes).map(([key, hash]) => [change(key), hash] as const);
  return { ...state, hashes: Object.fromEntries(hashes), placed: state.placed.map(change) };
}
