// A stand-in for `sops` with age, for machines without it: `--encrypt`, `--decrypt`, and `FILE` with an editor, of YAML
// mappings and files of variables. Values are encrypted as SOPS does it; values that an edit keeps, keep their ciphertext.
import { spawnSync } from 'node:child_process';
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Decrypter, Encrypter } from 'age-encryption';
import { parse, stringify } from 'yaml';

type Format = 'yaml' | 'dotenv';
type Values = Readonly<Record<string, string>>;

interface Encrypted {
  readonly values: Values;
  /** The key of the values, for the recipient. */
  readonly key: string;
}

const AGE = 'sops_age__list_0__map_enc';

function fail(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

const plainIn = (text: string, format: Format): Values =>
  format === 'yaml'
    ? ((parse(text) as Values | null) ?? {}) // the tests write mappings of texts
    : Object.fromEntries(
        text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );

const plainText = (values: Values, format: Format): string =>
  format === 'yaml'
    ? stringify(values)
    : Object.entries(values)
        .map(([name, value]) => `${name}=${value}\n`)
        .join('');

function encryptedIn(text: string, format: Format): Encrypted {
  if (format === 'dotenv') {
    const { [AGE]: key = '', ...all } = plainIn(text, format);
    const values = Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith('sops_')));
    return { values, key };
  }
  const { sops, ...values } = parse(text) as Values & { sops: { age: { enc: string }[] } }; // its own output
  return { values, key: sops.age[0]?.enc ?? '' };
}

function encryptedText({ values, key }: Encrypted, format: Format): string {
  const mac = createHash('sha512').update(JSON.stringify(values)).digest('base64');
  if (format === 'dotenv')
    return plainText({ ...values, [AGE]: key, sops_mac: `ENC[${mac}]`, sops_version: '3.9.0' }, format);
  return stringify({ ...values, sops: { age: [{ enc: key }], mac: `ENC[${mac}]`, version: '3.9.0' } });
}

function seal(value: string, name: string, key: Buffer): string {
  const iv = randomBytes(32);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(`${name}:`));
  const data = Buffer.concat([cipher.update(value), cipher.final()]);
  const [text, start, tag] = [data, iv, cipher.getAuthTag()].map((bytes) => bytes.toString('base64'));
  return `ENC[AES256_GCM,data:${text},iv:${start},tag:${tag},type:str]`;
}

function open(sealed: string, name: string, key: Buffer): string {
  const [, data = '', iv = '', tag = ''] = /data:(.*),iv:(.*),tag:(.*),type/.exec(sealed) ?? [];
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'))
    .setAAD(Buffer.from(`${name}:`))
    .setAuthTag(Buffer.from(tag, 'base64'));
  return Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]).toString();
}

async function keyOf({ key }: Encrypted): Promise<Buffer> {
  const identity = readFileSync(process.env['SOPS_AGE_KEY_FILE'] ?? '/nowhere', 'utf8').trim();
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const sealed = Buffer.from(key, 'base64');
  const opened = await decrypter.decrypt(sealed).catch(() => undefined);
  if (opened) return Buffer.from(opened);
  return fail(
    'Failed to get the data key required to decrypt the SOPS file.\n\nGroup 0: FAILED\n  age1: FAILED\n    - | age: no identity matched any of the recipients. Did not\n      | find keys\n\nbut none were.',
  );
}

async function newKey(): Promise<{ key: Buffer; sealed: string }> {
  const recipient = process.env['SOPS_AGE_RECIPIENTS'];
  if (!recipient) fail('config file not found, or has no creation rules');
  const key = randomBytes(32);
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return { key, sealed: Buffer.from(await encrypter.encrypt(key)).toString('base64') };
}

const mapped = (values: Values, change: (value: string, name: string) => string): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(String(value), name)]));

async function edit(file: string): Promise<void> {
  const format = /\.ya?ml$/.test(file) ? 'yaml' : 'dotenv';
  const before = encryptedIn(readFileSync(file, 'utf8'), format);
  const key = await keyOf(before);
  const was = mapped(before.values, (value, name) => open(value, name, key));
  const dir = mkdtempSync(join(tmpdir(), 'sops-'));
  const copy = join(dir, basename(file));
  writeFileSync(copy, plainText(was, format));
  spawnSync('sh', ['-c', `${process.env['SOPS_EDITOR']} '${copy}'`], { stdio: 'inherit' });
  const now = plainIn(readFileSync(copy, 'utf8'), format);
  rmSync(dir, { recursive: true });
  if (JSON.stringify(now) === JSON.stringify(was)) process.exit(200);
  const values = mapped(now, (value, name) =>
    value === was[name] ? (before.values[name] ?? '') : seal(value, name, key),
  );
  writeFileSync(file, encryptedText({ ...before, values }, format));
}

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    encrypt: { type: 'boolean' },
    decrypt: { type: 'boolean' },
    'filename-override': { type: 'string' },
    'input-type': { type: 'string' },
    'output-type': { type: 'string' },
  },
});
const [file = ''] = positionals;
const format: Format = flags['input-type'] === 'dotenv' ? 'dotenv' : 'yaml';
if (flags.encrypt) {
  const { key, sealed } = await newKey();
  const values = mapped(plainIn(readFileSync(file, 'utf8'), format), (value, name) => seal(value, name, key));
  process.stdout.write(encryptedText({ values, key: sealed }, format));
} else if (flags.decrypt) {
  const encrypted = encryptedIn(readFileSync(file, 'utf8'), format);
  const key = await keyOf(encrypted);
  process.stdout.write(
    plainText(
      mapped(encrypted.values, (value, name) => open(value, name, key)),
      format,
    ),
  );
} else await edit(file);
