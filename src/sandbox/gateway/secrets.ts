// bcrypt as the gateway uses it, with cached results so that the same check costs only once.
import { compare, hashSync } from 'bcryptjs';
import { looksHashed } from '../../gateway/model/rules.ts';

const MAX_BYTES = 72;
const KEPT = 2000;

const answers = new Map<string, boolean>();

/** A new hash each time; throws if the gateway's library refuses (C v0 §1.4). */
export function hashWith(cost: number): (plain: string) => string {
  return (plain) => {
    if (Buffer.byteLength(plain) > MAX_BYTES) throw new Error('bcrypt: password length exceeds 72 bytes');
    return hashSync(plain, cost);
  };
}

/** Whether a key matches a hash; false for a text that isn't a hash. */
export async function fits(key: string, hash: string): Promise<boolean> {
  if (!looksHashed(hash)) return false;
  const question = `${hash}\0${key}`;
  const known = answers.get(question);
  if (known !== undefined) return known;
  const answer = Buffer.byteLength(key) <= MAX_BYTES && (await compare(key, hash));
  if (answers.size >= KEPT) answers.clear();
  answers.set(question, answer);
  return answer;
}
