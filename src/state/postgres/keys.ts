// The keys of a state in a database. Backups are encrypted, and hashes are keyed, with random keys that the database
// contains only encrypted: whoever reads the database, or a dump of it, learns no secret.
import { createCipheriv, createDecipheriv, createHmac, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { fail } from '../../domain/problem/problem.ts';
import type { Sealed } from '../../domain/secret.ts';
import type { Database } from './database.ts';

export interface Keys {
  readonly hash: (text: string) => string;
  /** `about` must be the same when it is decrypted, so that no record can take the place of another. */
  readonly encrypt: (text: string, about: string) => Buffer;
  /** Rejects with HF6006 if the content was changed. */
  readonly decrypt: (content: Buffer, about: string) => string;
  /** Hex; for a copy of the state, whose hashes stay valid. */
  readonly hashKey: string;
}

interface Inner {
  /** Hex, 32 bytes each. */
  readonly hash: string;
  readonly content: string;
}

interface Stored extends Readonly<Record<string, unknown>> {
  readonly salt: Buffer;
  readonly keys: Buffer;
}

/**
 * Opens the keys with the first of `secrets` that fits, and stores them under the first one. Creates them in an empty
 * state; `hashKey`: that of the state that is copied. Rejects with HF6021 if no secret fits.
 */
export async function openKeys(
  database: Database,
  secrets: Sealed<readonly string[]>,
  place: string,
  hashKey?: string,
): Promise<{ readonly keys: Keys; readonly isNew: boolean }> {
  const [first = '', ...earlier] = secrets.open();
  const found = await stored(database);
  if (!found) {
    const salt = randomBytes(16);
    const inner: Inner = {
      hash: hashKey ?? randomBytes(32).toString('hex'),
      content: randomBytes(32).toString('hex'),
    };
    const made = wrapped(inner, await derived(first, salt));
    const isNew = await database.run(
      async (query) =>
        (
          await query(
            'insert into holdfast.store (salt, keys) values ($1, $2) on conflict do nothing returning 1',
            [salt, made],
          )
        ).length > 0,
    );
    if (isNew) return { keys: keysOf(inner), isNew };
    return openKeys(database, secrets, place); // another process was faster
  }
  for (const secret of [first, ...earlier]) {
    const inner = unwrapped(found.keys, await derived(secret, found.salt));
    if (!inner) continue;
    if (secret !== first) await rewrap(database, found, wrapped(inner, await derived(first, found.salt)));
    return { keys: keysOf(inner), isNew: false };
  }
  throw fail('HF6021', `the encryption key doesn't open the state in the database ${place}`);
}

const stored = async (database: Database): Promise<Stored | undefined> =>
  (await database.query<Stored>('select salt, keys from holdfast.store'))[0];

const rewrap = (database: Database, { keys }: Stored, made: Buffer): Promise<unknown> =>
  database.run((query) => query('update holdfast.store set keys = $1 where keys = $2', [made, keys]));

const stretch = promisify<string, Buffer, number, { N: number; maxmem: number }, Buffer>(scrypt);

/** Slow on purpose, because people choose short passphrases. */
const derived = (secret: string, salt: Buffer): Promise<Buffer> =>
  stretch(secret, salt, 32, { N: 2 ** 15, maxmem: 64 * 1024 * 1024 });

const wrapped = (inner: Inner, key: Buffer): Buffer => encrypted(JSON.stringify(inner), key, 'keys');

function unwrapped(content: Buffer, key: Buffer): Inner | undefined {
  const text = decrypted(content, key, 'keys');
  return text === undefined ? undefined : (JSON.parse(text) as Inner); // authenticated: `wrapped` wrote it
}

function keysOf(inner: Inner): Keys {
  const content = Buffer.from(inner.content, 'hex');
  return {
    hash: (text) => createHmac('sha256', inner.hash).update(text).digest('hex'),
    encrypt: (text, about) => encrypted(text, content, about),
    decrypt: (sealed, about) => {
      const text = decrypted(sealed, content, about);
      if (text === undefined) throw fail('HF6006', `the content of ${about} was changed after it was saved`);
      return text;
    },
    hashKey: inner.hash,
  };
}

const NONCE = 12;
const TAG = 16;

/** AES-256-GCM: nonce, tag, content. */
function encrypted(text: string, key: Buffer, about: string): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about));
  const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), content]);
}

/** Undefined: another key, or the content isn't what was encrypted. */
function decrypted(sealed: Buffer, key: Buffer, about: string): string | undefined {
  if (sealed.length < NONCE + TAG) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE))
    .setAAD(Buffer.from(about))
    .setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE + TAG)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
