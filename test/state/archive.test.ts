import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  utimesSync,
  mkdirSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Decrypter, generateHybridIdentity, generateIdentity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { readArchive } from '../../src/state/files/archive.ts';
import { openFileStore } from '../../src/state/files/files.ts';
import type { Store } from '../../src/state/store.ts';
import { codesOf, makeBackup, NOW } from './conformance.ts';

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

let identity: string;
let recipient: string;
beforeAll(async () => {
  identity = await generateIdentity();
  recipient = await identityToRecipient(identity);
});

interface Opened {
  readonly store: Store;
  readonly dir: string;
  readonly out: string;
}

async function opened(
  recipients: readonly string[],
  keep = { distinct: 30, ms: 90 * 86_400_000 },
): Promise<Opened> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-archive-'));
  dirs.push(dir);
  const out = join(dir, 'out');
  let now = NOW;
  const clock = { now: () => (now += 1000), sleep: async () => undefined };
  const store = await openFileStore({
    dir: join(dir, '.holdfast'),
    clock,
    keep,
    backups: { dir: out, recipients },
  });
  return { store, dir, out };
}

async function archived({ store, out }: Opened, at = NOW): Promise<string> {
  const { id } = await store.saveBackup(
    makeBackup({ at, text: `api-keys: [sk-test-0001]\nport: ${at % 7}\n` }),
  );
  return join(out, `home-${id}.age`);
}

describe('an archive', () => {
  test('is one file for its owner alone, named by target and time, with nothing of the content in clear', async () => {
    const place = await opened([recipient]);
    const file = await archived(place);
    expect(readdirSync(place.out)).toEqual([file.slice(place.out.length + 1)]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(file).toMatch(/home-\d{8}T\d{6}Z-[0-9a-f]{8}\.age$/);
    const bytes = readFileSync(file, 'latin1');
    expect(bytes).toMatch(/^age-encryption\.org\/v1\n/);
    expect(bytes).not.toContain('api-keys');
    expect(await place.store.listArchives('home')).toMatchObject([
      { file, target: 'home', bytes: bytes.length },
    ]);
    expect(await place.store.listArchives('other')).toEqual([]);
  });

  test('brings back file, view and record, also on another machine', async () => {
    const place = await opened([await identityToRecipient(await generateIdentity()), recipient]);
    const file = await archived(place);
    const [record] = await place.store.listBackups('home');
    const kept = await readArchive(file, 'x.age', [identity]);
    const { json, ...about } = makeBackup();
    const raw = 'api-keys: [sk-test-0001]\nport: 6\n';
    expect(kept).toMatchObject({ ...about, file: expect.anything(), id: record?.id, sha256: record?.sha256 });
    expect([kept.file.open(), kept.json.open()]).toEqual([raw, json.open()]);
    const elsewhere = await opened([]);
    await elsewhere.store.addBackup({ ...kept, pinned: true });
    const stored = await elsewhere.store.readBackup('home', kept.id);
    expect([stored.file.open(), stored.pinned]).toEqual([raw, true]);
    expect(await elsewhere.store.listArchives('home')).toEqual([]);
  });

  test('can be for keys that are safe from quantum computers', async () => {
    const safe = await generateHybridIdentity();
    const place = await opened([await identityToRecipient(safe)]);
    const file = await archived(place);
    expect((await readArchive(file, 'x.age', [identity, safe])).target).toBe('home');
    expect(await codesOf(readArchive(file, 'x.age', [identity]))).toEqual(['HF6010']);
  });

  test('is the JSON that docs/operations.md describes how to open without Holdfast', async () => {
    const place = await opened([recipient]);
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    const text = await decrypter.decrypt(new Uint8Array(readFileSync(await archived(place))), 'text');
    expect(JSON.parse(text)).toMatchObject({ format: 1, file: expect.stringContaining('sk-test-0001') });
  });

  test('is in clear without recipients', async () => {
    const place = await opened([]);
    const { id } = await place.store.saveBackup(makeBackup());
    const kept = await readArchive(join(place.out, `home-${id}.json`), 'x', []);
    expect(kept.file.open()).toBe(makeBackup().file.open());
  });

  test('is deleted with its backup; those of other runners stay', async () => {
    const place = await opened([recipient], { distinct: 1, ms: 0 });
    const other = join(place.out, 'home-20200101T000000Z-00000000.age');
    await place.store.saveBackup(makeBackup({ pinned: true }));
    writeFileSync(other, 'of another runner');
    const second = await archived(place, NOW + 1000);
    const third = await archived(place, NOW + 2000);
    const ids = (await place.store.listBackups('home')).map(({ id }) => id);
    expect(ids).toHaveLength(2); // the pinned one and the newest
    const left = (await place.store.listArchives('home')).map(({ file }) => file);
    expect(left).toEqual([third, join(place.out, `home-${ids[1]}.age`), other]);
    expect(left).not.toContain(second);
  });

  test('of one second are in the order in which they were written', async () => {
    const place = await opened([]);
    mkdirSync(place.out, { recursive: true });
    const at = NOW;
    const names = ['aaaaaaaa', 'cccccccc', 'bbbbbbbb'].map((hash) => {
      const stamp = new Date(at).toISOString().replace('.000', '').replaceAll(/[-:]/g, '');
      return join(place.out, `home-${stamp}-${hash}.json`);
    });
    for (const [i, name] of names.entries()) {
      writeFileSync(name, '{}');
      utimesSync(name, new Date(at + 900 + i * 200), new Date(at + 900 + i * 200));
    }
    expect((await place.store.listArchives('home')).map(({ file }) => file)).toEqual(names.toReversed());
    for (const name of names) utimesSync(name, new Date(0), new Date(0)); // copied
    const [first, second, third] = names;
    expect((await place.store.listArchives('home')).map(({ file }) => file)).toEqual([second, third, first]);
  });

  test("that can't be written means no backup", async () => {
    const place = await opened([recipient]);
    writeFileSync(place.out, 'a file is in its place');
    expect(await codesOf(place.store.saveBackup(makeBackup()))).toEqual(['HF6003']);
  });
});

/** What the program `age` 1.1.1 made of a backup, with `--armor`; the identity was made for it and is used nowhere else. */
const BY_AGE = `-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSAwaHlORGZRK3piNkgzUDMv
Y085NXNiMjVXR3BRNkRsQ05CbHN2NlpCb0dJCmRHTEtFV2V6UDMrc0ZSWVhsVlFi
Ym9uN2U3N2JZcUpvM1ZHQmRZY3djM1EKLS0tIDI0YnAwWHVRbmVDUHBIVXhLaWNh
YkpKRE5SSkxodkgydjBlYW9vK3Y5VVUKCCnFS9z9j5TVVKyjcp7A5lvz1Sbxz1Lx
5ZjR5TCM44IRZjL/nfQNOpuapVqd8z/2lnazZLP55XePi2YRwqBftKSfWnH68CIJ
BUd/wc2lQZhR3BE/ROHO8yVjpuyHxQNWcRE/BWrL6IhAaNfcgZWKWj+21i9td4Gx
7vnI25nmatcLBMV4f4D+EuQMrL4w6j/YYzyR2WDitzRhZOiZLViHoV/fcVAYlQIB
/cugyCKVwc+u3GqgUsxwi9P+GztCmRv9c4PxvXarDSSithGvSfnHPLBZeE7Vpy6N
5MvH9+jP7JFTsykPQXb4D7mgDObB6pw0BljIapsQ0KKCWlu8BL774aTJadhyBYEj
pZQJKHN/KGJhoc6iie1SxVESs/cIvzmgpJhT0fezw0LPxc0k/b88IAA+AhnL7ai/
J5xvtLZYXjwYPWOzNtwwHP2dYAmDU2l3+vJwB/bUUVBWqkMRw76Vq0/v+UD6N/oZ
EIr4hz//NsxXTXoHNJ0tFXH4NfirdWnpvgxiOYobBaCEYDsr+btIbwXqIKMOiQfW
GsW0qZKengLgyBeBpIU=
-----END AGE ENCRYPTED FILE-----
`;
const ITS_IDENTITY = 'AGE-SECRET-KEY-1W9S43MFNVCR2QKMNLVQLP2Y74GQ28G79AVT3VH5UGUS9F86UNZCS4ZX05F';

test('an archive that the program age encrypted again is read too', async () => {
  const { dir } = await opened([]);
  writeFileSync(join(dir, 'by-age'), BY_AGE);
  const kept = await readArchive(join(dir, 'by-age'), 'x', [identity, ITS_IDENTITY]);
  expect(kept).toMatchObject({ id: '20261123T180142Z-1a2b3c4d', target: 'home' });
  expect(kept.file.open()).toBe('api-keys: [sk-test-0001]\n');
  writeFileSync(join(dir, 'by-age'), BY_AGE.slice(0, 700));
  expect(await codesOf(readArchive(join(dir, 'by-age'), 'x', [ITS_IDENTITY]))).toEqual(['HF6011']);
});

describe('an archive that cannot be read', () => {
  test('reports it, by what is wrong', async () => {
    const place = await opened([recipient]);
    const file = await archived(place);
    const other = await generateIdentity();
    expect(await codesOf(readArchive(file, 'x', [other]))).toEqual(['HF6010']);
    expect(await codesOf(readArchive(file, 'x', []))).toEqual(['HF6012']);
    expect(await codesOf(readArchive(place.dir, 'x', [identity]))).toEqual(['HF6011']);
    for (const [name, text, code] of [
      ['empty', '', 'HF6011'],
      ['foreign', 'api-keys: []\n', 'HF6011'],
      ['json', '{"format":1,"backup":{}}', 'HF6011'],
      ['null', '{', 'HF6011'],
      ['newer', '{"format":2}', 'HF6008'],
    ] as const) {
      const path = join(place.dir, name);
      writeFileSync(path, text);
      expect([name, await codesOf(readArchive(path, name, [identity]))]).toEqual([name, [code]]);
    }
  });

  test('in clear, with another content than was saved', async () => {
    const place = await opened([]);
    const { id } = await place.store.saveBackup(makeBackup());
    const file = join(place.out, `home-${id}.json`);
    writeFileSync(file, readFileSync(file, 'utf8').replace('[sk-test-0001]', '[sk-test-0002]'));
    expect(await codesOf(readArchive(file, 'x', []))).toEqual(['HF6011']);
  });

  test('law: cut off or changed anywhere, it is refused, never taken for another backup', async () => {
    const place = await opened([recipient]);
    const bytes = readFileSync(await archived(place));
    const path = join(place.dir, 'damaged');
    const anywhere = fc.record({ at: fc.nat(bytes.length - 1), cut: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(anywhere, async ({ at, cut }) => {
        const damaged = Buffer.from(cut ? bytes.subarray(0, at) : bytes);
        if (!cut) damaged[at] = (bytes[at] ?? 0) ^ 1;
        writeFileSync(path, damaged);
        const [code, ...more] = await codesOf(readArchive(path, 'x', [identity]));
        expect(more).toEqual([]);
        expect(['HF6010', 'HF6011']).toContain(code);
      }),
      { numRuns: 60 },
    );
  });
});
