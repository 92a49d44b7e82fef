import { afterEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Place, place } from './place.ts';

let open: Place | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

/** Secrets by the place they stand at; `OLD_` ones are what the gateway holds before. */
interface Secrets {
  readonly management: string;
  readonly client: string;
  readonly upstream: string;
  readonly header: string;
  readonly custom: string;
  readonly part: string;
  readonly password: string;
  readonly plugin: string;
  readonly note: string;
  readonly line: string;
  readonly item: string;
  readonly short: string;
  readonly oldClient: string;
  readonly oldUpstream: string;
  readonly oldHeader: string;
  readonly oldNote: string;
  readonly oldCustom: string;
}

const quoted = (text: string): string => JSON.stringify(text);

const gateway = (s: Secrets): string => `host: 127.0.0.1
port: 8317
auth-dir: nowhere
api-keys: [${quoted(s.oldClient)}]
openai-compatibility:
  - name: openrouter
    base-url: https://openrouter.example/api/v1
    headers: { Authorization: ${quoted(`Bearer ${s.oldHeader}`)}, X-Team: ${quoted(s.oldCustom)} }
    api-key-entries: [{ api-key: ${quoted(s.oldUpstream)} }]
plugins: { configs: { guard: { note: ${quoted(s.oldNote)} } } }
`;

const DESIRED = `api-keys: ["\${env:CLIENT}", "\${env:SHORT}", "\${list:ITEMS}"]
openai-compatibility:
  - name: openrouter
    base-url: https://openrouter.example/api/v1
    headers:
      Authorization: Bearer \${env:HEADER}
      X-Team: \${env:CUSTOM}
      X-Part: team-\${env:PART}-end
    api-key-entries:
      - api-key: \${file:secrets/upstream}
        proxy-url: socks5://user:\${env:PASSWORD}@proxy.example:1080
gemini-api-key:
  - api-key: \${lines:secrets/gemini}
plugins: { configs: { guard: { token: "\${env:PLUGIN}", note: "\${env:NOTE}" } } }
`;

const envOf = (s: Secrets): Record<string, string> => ({
  CLIENT: s.client,
  SHORT: s.short,
  ITEMS: s.item,
  HEADER: s.header,
  CUSTOM: s.custom,
  PART: s.part,
  PASSWORD: encodeURIComponent(s.password),
  PLUGIN: s.plugin,
  NOTE: s.note,
});

async function placeWith(s: Secrets, faults: readonly string[] = []): Promise<Place> {
  return place({
    gateway: gateway(s),
    managementKey: s.management,
    env: envOf(s),
    files: {
      'desired-state/gateway.yaml': DESIRED,
      'secrets/upstream': `${s.upstream}\n`,
      'secrets/gemini': `${s.line}\n`,
    },
    faults,
  });
}

/** A distinct secret a place, each with something that some layer might trip over. */
const TRICKS = [
  '',
  '"',
  "'",
  '%41',
  '$(x)',
  '[a-z]*',
  '{"a":1}',
  '\\n',
  '&<>',
  '`',
  '|',
  '::error::',
  '\u001B[31m',
  'é',
];

const secretWith = (name: string, tricks: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...tricks), fc.stringMatching(/^[0-9a-f]{12}$/))
    .map(([trick, random]) => `${name}${trick}${random}`);

const PLAIN = ['', '-', '.'];
const anySecret = (name: string): fc.Arbitrary<string> => secretWith(name, TRICKS);
const manyLines = (name: string): fc.Arbitrary<string> =>
  fc.oneof(
    anySecret(name),
    anySecret(name).map((text) => `${text}\n${text}second line`),
  );

const secrets: fc.Arbitrary<Secrets> = fc.record({
  management: secretWith('mgmt', ['', '"', '%41', '$(x)', '[a-z]*', '\\n', '&<>']),
  client: anySecret('client'),
  upstream: anySecret('upstream'),
  header: anySecret('header'),
  custom: anySecret('custom'),
  part: anySecret('part'),
  password: anySecret('password'),
  plugin: manyLines('plugin'),
  note: manyLines('note'),
  line: secretWith('line', PLAIN),
  item: secretWith('item', PLAIN),
  short: fc.constantFrom('§7', 'µß', 'Ω'),
  oldClient: anySecret('oldclient'),
  oldUpstream: anySecret('oldupstream'),
  oldHeader: anySecret('oldheader'),
  oldNote: manyLines('oldnote'),
  oldCustom: anySecret('oldcustom'),
});

const ENTITIES: readonly (readonly [string, string])[] = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
];

/** A secret as it is and as layers on the way out would spell it. */
function spellings(secret: string): string[] {
  const json = quoted(secret).slice(1, -1);
  const xml = ENTITIES.reduce((text, [sign, entity]) => text.replaceAll(sign, entity), secret);
  const lines = secret.split('\n');
  return [secret, json, xml, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), ...lines];
}

function leaksIn(text: string, s: Secrets): string[] {
  return Object.entries(s)
    .filter(([, secret]) => spellings(String(secret)).some((spelling) => text.includes(spelling)))
    .map(([name]) => name);
}

const FORMATS = ['text', 'json', 'markdown', 'github', 'junit'] as const;
const ALLOWED = ['--allow', 'takeover', '--allow', 'mass-delete'];

/** Everything that was said and written, by who said it. */
async function said(at: Place, commands: readonly (readonly string[])[]): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for (const argv of commands) {
    const { exit, out, err } = await at.holdfast(...argv);
    all.set(`${argv.join(' ')} (exit ${exit})`, `${out}${err}`);
  }
  for (const { path, text } of await at.stateFiles()) all.set(path, text);
  return all;
}

/** Under names like `X-Team` and `note` only the files' references tell that something is secret; `api` reads no files. */
const OPEN_ON_THE_GATEWAY = /^(oldNote|oldCustom) in api get/;

function leaks(all: ReadonlyMap<string, string>, s: Secrets): string[] {
  return [...all]
    .flatMap(([who, text]) => leaksIn(text, s).map((name) => `${name} in ${who}`))
    .filter((leak) => !OPEN_ON_THE_GATEWAY.test(leak));
}

const LOOKS: readonly (readonly string[])[] = [
  ['validate'],
  ['render'],
  ...FORMATS.map((format) => ['plan', '--verbose', '--output', format]),
  ['plan', '--out', 'plan.json'],
  ['doctor'],
  ['api', 'get', 'config'],
  ['api', 'get', 'config.yaml'],
  ['api', 'get', 'api-keys'],
];

const WRITES: readonly (readonly string[])[] = [
  ['apply', '--verbose', ...ALLOWED],
  ['status', '--output', 'json'],
  ['history', '--output', 'json'],
  ['usage'],
  ['restore', '--latest', '--verbose'],
  ['history'],
];

describe('no secret is printed or written down', () => {
  test('wherever it stands and whatever it is made of', async () => {
    await fc.assert(
      fc.asyncProperty(secrets, async (s) => {
        open = await placeWith(s);
        try {
          const all = await said(open, [...LOOKS, ...WRITES]);
          all.set('plan.json', await readFile(join(open.dir, 'plan.json'), 'utf8').catch(() => ''));
          expect([...all.keys()].filter((who) => who.includes('exit 1)'))).toEqual([]);
          expect(leaks(all, s)).toEqual([]);
        } finally {
          await open.close();
        }
      }),
      { numRuns: 2, endOnFailure: true },
    );
  }, 120_000);

  test.each([
    'drop-writes',
    'save-failure=1',
    'reset-after-write=1',
    'error-on-request=6:500',
    'garbage-body',
  ])(
    'when the gateway fails: %s',
    async (fault) => {
      const [s] = fc.sample(secrets, 1);
      if (!s) throw new Error('no secrets');
      open = await placeWith(s, [fault]);
      const all = await said(open, [
        ['apply', '--verbose', '--output', 'json', ...ALLOWED],
        ['apply', '--verbose', ...ALLOWED],
        ['status'],
        ['history'],
      ]);
      expect(leaks(all, s)).toEqual([]);
    },
    60_000,
  );

  test('and what is written down is for the owner alone, whatever the umask', async () => {
    const [s] = fc.sample(secrets, 1);
    if (!s) throw new Error('no secrets');
    const before = process.umask(0);
    try {
      open = await placeWith(s);
      await open.holdfast('apply', ...ALLOWED);
      const files = await open.stateFiles();
      expect(files.length).toBeGreaterThan(3);
      expect(files.filter(({ mode }) => (mode & 0o077) !== 0)).toEqual([]);
    } finally {
      process.umask(before);
    }
  }, 60_000);
});
