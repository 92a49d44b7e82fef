import { afterEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Place, place } from './setup.ts';

let open: Place | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

/** Secrets by their path; `OLD_` ones are what the gateway has before. */
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

/** Everything that was printed and written, by its source. */
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
  ['history', '--verify'],
  ['usage'],
  ['restore', '--latest', '--verbose'],
  ['history'],
];

/** A canary at every kind of place that a reference can bring a text to, names and addresses included. */
const CANARIES = {
  CLIENT: 'canary-client-77aa',
  PROXY: 'canary-proxy-77aa',
  BASE: 'canary-base-77aa',
  PREFIX: 'canary-prefix-77aa',
  HEADER: 'canary-header-77aa',
  SHORT: 'q7z',
  NUMBER: '4711',
  EXCLUDED: 'canary-excluded-77aa',
  NAME: 'canary-name-77aa',
  MODEL: 'canary-model-77aa',
  ALIAS: 'canary-alias-77aa',
  OAUTH: 'canary-oauth-77aa',
  SETTING: 'canary-setting-77aa',
  NESTED: 'canary-nested-77aa',
  PARAM: 'canary-param-77aa',
};

/** Hashes, encrypted texts and times in the state can have these digits by chance. */
const TOLD_BY_CANARIES = /canary-|q7z|(?<![\w+/.-])4711(?![\w+/-])/i;

/** Stays in all versions of the files. */
const KEPT = `api-keys: ["\${env:KEPT_CLIENT}"CLIENTS]
openai-compatibility:
  - name: openrouter
    base-url: https://openrouter.example/api/v1
    api-key-entries: [{ api-key: "\${env:KEPT_KEY}" }]
`;

const keptWith = (client: string, more: string): string => `${KEPT.replace('CLIENTS', client)}${more}`;

const WITH_CANARIES = keptWith(
  ', "${env:CLIENT}"',
  `  - name: "\${env:NAME}"
    base-url: https://named.example/v1
    api-key-entries: [{ api-key: "\${env:KEPT_KEY}" }]
    models: [{ name: "\${env:MODEL}", alias: "\${env:ALIAS}" }]
proxy-url: "http://\${env:PROXY}.example:1"
gemini-api-key:
  - api-key: "\${env:KEPT_KEY}"
    base-url: "https://\${env:BASE}.example/v1"
    prefix: "\${env:PREFIX}"
    headers: { X-Team: "\${env:HEADER}", X-Short: "\${env:SHORT}", X-Plain: hello }
    excluded-models: ["\${env:EXCLUDED}"]
oauth-model-alias:
  codex: [{ name: "\${env:OAUTH}", alias: a1 }]
plugins:
  configs:
    guard: { endpoint: "\${env:SETTING}", nested: { note: "\${env:NESTED}" }, pin: "\${env:NUMBER}" }
payload:
  default: [{ models: [{ name: gpt-x }], params: { custom.thing: "\${env:PARAM}" } }]
`,
);

/** The same paths with literal values in the files. */
const LITERAL = keptWith(
  '',
  `  - name: renamed
    base-url: https://named.example/v1
    api-key-entries: [{ api-key: "\${env:KEPT_KEY}" }]
    models: [{ name: m1, alias: a1 }]
proxy-url: "http://plain.example:1"
gemini-api-key:
  - api-key: "\${env:KEPT_KEY}"
    base-url: "https://plain.example/v1"
    prefix: none
    headers: { X-Team: none, X-Short: "9", X-Plain: hello }
    excluded-models: [other]
oauth-model-alias:
  codex: [{ name: plain, alias: a1 }]
plugins: { configs: { guard: { endpoint: local, nested: { note: none }, pin: "1" } } }
payload:
  default: [{ models: [{ name: gpt-x }], params: { custom.thing: x } }]
`,
);

const REMOVED = keptWith('', 'proxy-url: ""\ngemini-api-key: []\noauth-model-alias: { codex: [] }\n');

const ALL_ALLOWED = ['takeover', 'mass-delete', 'last-upstream', 'release-secret'].flatMap((guard) => [
  '--allow',
  guard,
]);

const CANARY_LOOKS: readonly (readonly string[])[] = [
  ...LOOKS,
  ...FORMATS.map((format) => ['plan', '--verbose', ...ALL_ALLOWED, '--output', format]),
  ['drift'],
  ['api', 'get', 'openai-compatibility'],
  ['status', '--output', 'json'],
  ['history', '--output', 'json'],
  ['usage'],
];

async function placeOfCanaries(desired: string, env: Readonly<Record<string, string>> = {}): Promise<Place> {
  return place({
    gateway: gateway({
      ...SIMPLE,
      oldClient: 'sk-test-client-0001',
      oldUpstream: 'sk-test-upstream-0001',
    }),
    managementKey: 'mgmt-secret-1',
    env: { ...CANARIES, KEPT_CLIENT: 'sk-test-client-0001', KEPT_KEY: 'sk-test-upstream-0001', ...env },
    files: { 'desired-state/gateway.yaml': desired },
  });
}

const SIMPLE = { oldHeader: 'h', oldCustom: 'c', oldNote: 'n' } as Secrets; // only what `gateway` reads of the rest

const tellingIn = (all: ReadonlyMap<string, string>): string[] =>
  [...all].filter(([, text]) => TOLD_BY_CANARIES.test(text)).map(([who]) => who);

describe('what a reference brings is never shown', () => {
  test.each([
    ['leaves the files', REMOVED],
    ['is replaced by what the files say themselves', LITERAL],
  ])(
    'wherever it stands, before and after it %s',
    async (_, later) => {
      open = await placeOfCanaries(WITH_CANARIES);
      const all = await said(open, [
        ...CANARY_LOOKS,
        ['apply', '--verbose', ...ALL_ALLOWED],
        ...CANARY_LOOKS,
      ]);
      await open.write({ 'desired-state/gateway.yaml': later });
      const after = await said(open, [
        ...CANARY_LOOKS,
        ['apply', '--verbose', '--prune', ...ALL_ALLOWED],
        ...CANARY_LOOKS,
        ['restore', '--latest', '--verbose'],
        ...CANARY_LOOKS,
      ]);
      expect([...all.keys(), ...after.keys()].filter((who) => /^apply.*exit (?!0)/.test(who))).toEqual([]);
      expect(tellingIn(all)).toEqual([]);
      expect(tellingIn(after)).toEqual([]);
    },
    180_000,
  );

  test.each([
    ['a choice', 'routing: { strategy: "${env:SHORTWORD}" }', 'HF2032'],
    ['a number', 'request-retry: "${env:HEADER}"', 'HF2031'],
    [
      'a prefix that would be erased',
      'gemini-api-key: [{ api-key: "${env:KEPT_KEY}", prefix: "${env:SLASHED}" }]',
      '',
    ],
  ])('in an error about %s', async (_, text, code) => {
    open = await placeOfCanaries(`${text}\n`, { SHORTWORD: 'wurst', SLASHED: 'canary/slashed' });
    const all = await said(open, [['validate'], ['plan'], ['plan', '--output', 'json'], ['render']]);
    expect([...all.values()].join('')).toContain(code);
    expect([...all].filter(([, told]) => /canary|wurst/.test(told))).toEqual([]);
  });
});

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

  test('and what is written is readable only by the owner, whatever the umask', async () => {
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
  });
});
