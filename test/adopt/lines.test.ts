// Runs of entries that differ by the key alone: one entry and a file of lines.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { foldLines, type Folded, hasEveryKey } from '../../src/adopt/lines.ts';
import { sourceOf } from '../../src/adopt/source.ts';
import type { Live } from '../../src/domain/live.ts';
import { translate } from '../../src/gateway/layout/translate.ts';
import type { Tree } from '../../src/lib/value.ts';
import { liveOf } from '../plan/builders.ts';
import { changesOn, liveV8Of, pulledFrom } from './pulled.ts';

async function foldedFrom(
  live: Live,
  from: number,
  env: Readonly<Record<string, string>> = {},
  runsFrom?: number,
): Promise<Folded> {
  const { file } = live;
  if (!file) throw new Error('no file');
  const adopted = await pulledFrom(live, { env, ...(runsFrom !== undefined && { runsFrom }) });
  return foldLines(adopted, sourceOf({ ...live, file }).dialect, { from, path: (name) => name, env });
}

const folded = (file: string, from = 3, env: Readonly<Record<string, string>> = {}): Promise<Folded> =>
  foldedFrom(liveOf({ file, desired: {} }), from, env);

const textsOf = ({ files }: Folded): Record<string, string> =>
  Object.fromEntries(files.map(({ name, text }) => [name, text.open().replace(/^#.*\n\n/, '')]));

const clientKeys = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `  - sk-test-client-000${i}\n`);

describe('a run of entries', () => {
  test('of client keys becomes one entry and a file, with the comments of the keys', async () => {
    const [first, second, third] = clientKeys(3);
    const made = await folded(
      `# clients\napi-keys:\n${first?.trimEnd()} # laptop\n  # team b\n${second}${third}# tries\nrequest-retry: 3 # few\n`,
    );
    expect(made.adopted.text).toBe(
      '# clients\napi-keys:\n  - ${lines:client-keys}\n# tries\nrequest-retry: 3 # few\n',
    );
    expect(textsOf(made)).toEqual({
      'client-keys': '# laptop\nsk-test-client-0000\n# team b\nsk-test-client-0001\nsk-test-client-0002\n',
    });
    expect(made.adopted.variables).toEqual([]);
    expect(made.files.map(({ keys, usedAt }) => ({ keys, usedAt }))).toEqual([
      { keys: 3, usedAt: 'api-keys' },
    ]);
  });

  test('leaves a key that is used elsewhere its variable, and says where that is', async () => {
    const keys = clientKeys(3).join('');
    const other = 'claude-api-key:\n  - api-key: sk-test-claude-1\n  - api-key: sk-test-client-0001\n';
    const { adopted } = await folded(`api-keys:\n${keys}${other}`);
    expect(adopted.variables.map(({ name, usedAt }) => [name, usedAt])).toEqual([
      ['CLIENT_KEY_2', ['claude-api-key[1].api-key']],
      ['CLAUDE_API_KEY', ['claude-api-key[0].api-key']],
    ]);
  });

  test('is as long as the limit, or longer', async () => {
    const text = `api-keys:\n${clientKeys(3).join('')}`;
    expect((await folded(text, 4)).files).toEqual([]);
    expect((await folded(text, 3)).files).toHaveLength(1);
  });

  test('has the same other members: each other proxy or priority has an entry of its own', async () => {
    const entries = Array.from(
      { length: 8 },
      (_, i) =>
        `  - api-key: sk-test-gemini-000${i}\n    base-url: https://gemini.example\n    priority: ${i % 2}\n`,
    );
    const made = await folded(`gemini-api-key:\n${entries.join('')}`);
    expect(made.adopted.text).toBe(
      'gemini-api-key:\n' +
        '  - api-key: ${lines:gemini-api-keys}\n    base-url: https://gemini.example\n    priority: 0\n' +
        '  - api-key: ${lines:gemini-api-keys-2}\n    base-url: https://gemini.example\n    priority: 1\n',
    );
    const even = [0, 2, 4, 6].map((i) => `sk-test-gemini-000${i}\n`).join('');
    expect(textsOf(made)['gemini-api-keys']).toBe(even);
  });

  test('of v8 groups that have one key becomes one group', async () => {
    const group = (i: number): string =>
      `    - base-url: https://gemini.example\n      priority: ${i % 2}\n      keys:\n        - api-key: sk-test-gemini-000${i}\n`;
    const groups = [0, 1, 2, 3, 4, 5].map(group).join('');
    const live = liveV8Of(`config-version: 8\napi-keys:\n  gemini:\n${groups}`);
    const made = await foldedFrom(live, 3);
    expect(made.files.map(({ name, keys }) => [name, keys])).toEqual([
      ['gemini-api-keys', 3],
      ['gemini-api-keys-2', 3],
    ]);
    expect(await changesOn(live, made.adopted, made.files)).toEqual([]);
  });

  test('of one provider is inside its entry', async () => {
    const entries = [0, 1, 2].map((i) => `      - api-key: sk-test-router-000${i}\n`).join('');
    const made = await folded(
      `openai-compatibility:\n  - name: router\n    base-url: https://router.example/v1\n    api-key-entries:\n${entries}`,
    );
    expect(made.adopted.text).toContain('    api-key-entries:\n      - api-key: ${lines:router-api-keys}\n');
    expect(made.files[0]?.usedAt).toBe('openai-compatibility[router].api-key-entries');
  });

  test('leaves a key that has its variable already, and a variable that is used elsewhere', async () => {
    const text = `api-keys:\n${clientKeys(4).join('')}claude-api-key:\n  - api-key: sk-test-client-0003\n    base-url: https://claude.example\n`;
    const made = await folded(text, 3, { LAPTOP: 'sk-test-client-0000' });
    expect(made.adopted.text).toContain('- ${env:LAPTOP}\n  - ${lines:client-keys}\n');
    expect(made.adopted.variables.map(({ name }) => name)).toEqual(['LAPTOP', expect.any(String)]);
    expect(made.adopted.text).toContain(`api-key: \${env:${made.adopted.variables[1]?.name}}`);
  });

  test("has no key that a line can't hold", async () => {
    const text = `api-keys:\n${clientKeys(3).join('')}  - "#sk-test-hash-0001"\n${'  - sk-test-client-0009\n'}`;
    const made = await folded(text);
    for (const file of made.files) expect(file.text.open()).not.toContain('#sk-test-hash-0001');
    expect(await changesOn(liveOf({ file: text, desired: {} }), made.adopted, made.files)).toEqual([]);
  });
});

// ── any configuration ────────────────────────────────────────────────────────────────────────────────────────────

/** Few keys, so that some occur twice. */
const key = fc.integer({ min: 1, max: 400 }).map((n) => `sk-test-key-${String(n).padStart(6, '0')}`);

const entryOf = (address: fc.Arbitrary<string>): fc.Arbitrary<Tree> =>
  fc
    .record(
      {
        'api-key': key,
        'base-url': address,
        priority: fc.constantFrom(0, 5),
        'proxy-url': fc.constantFrom('http://user:sk-test-proxy-01@proxy.example', 'direct'),
        'excluded-models': fc.constantFrom(['model-a'], ['model-b*']),
      },
      { requiredKeys: ['api-key', 'base-url'] },
    )
    .map((entry) => entry as Tree); // a record of plain values

const addresses = fc.constantFrom('https://one.example', 'https://two.example');

const configs: fc.Arbitrary<Tree> = fc.record({
  'api-keys': fc.uniqueArray(key, { minLength: 1, maxLength: 12 }),
  'gemini-api-key': fc.array(entryOf(addresses), { minLength: 1, maxLength: 14 }),
  'claude-api-key': fc.array(entryOf(addresses), { minLength: 1, maxLength: 14 }),
  'openai-compatibility': fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('router', 'other'),
      'base-url': fc.constant('https://router.example/v1'),
      'api-key-entries': fc.uniqueArray(
        fc.record({ 'api-key': key, 'proxy-url': fc.constantFrom('', 'direct') }),
        { minLength: 1, maxLength: 8, selector: (entry) => entry['api-key'] },
      ),
      models: fc.constant([{ name: 'vendor/model', alias: 'model' }]),
    }),
    { minLength: 1, maxLength: 2, selector: ({ name }) => name },
  ),
});

/** A numbered comment on every third line that has a key. */
const commented = (text: string): string => {
  let count = 0;
  return text.replaceAll(/^.*sk-test-key-.*$/gm, (line) => {
    count += 1;
    if (count % 3 === 0) return `${line} # note ${count}`;
    return count % 5 === 0 ? `${/^ */.exec(line)?.[0]}# above ${count}\n${line}` : line;
  });
};

const notesIn = (text: string): string[] => (text.match(/# (?:note|above) \d+/g) ?? []).toSorted();

const LIVES: readonly (readonly [string, (config: Tree) => Live])[] = [
  ['a v7 gateway', (config) => liveOf({ file: commented(stringify(config)), desired: {} })],
  ['a v8 gateway with a flat file', (config) => liveV8Of(commented(stringify(config)))],
  [
    'a v8 gateway',
    (config) =>
      liveV8Of(commented(stringify({ 'config-version': 8, ...translate(config, 'legacy', 'v8').tree }))),
  ],
];

describe.each(LIVES)('any configuration of %s, with its runs in files of lines', (_, liveFrom) => {
  const RUNS = { numRuns: Number(process.env['ADOPT_RUNS'] ?? 12) };

  test('changes nothing, has no key in YAML, and loses no comment', async () => {
    await fc.assert(
      fc.asyncProperty(configs, fc.integer({ min: 2, max: 4 }), async (config, from) => {
        const live = liveFrom(config);
        const before = notesIn((await pulledFrom(live)).text);
        const short = await foldedFrom(live, from, {}, from);
        for (const made of [await foldedFrom(live, from), ...(hasEveryKey(short) ? [short] : [])]) {
          const { adopted, files } = made;
          expect(await changesOn(live, adopted, files)).toEqual([]);
          expect(adopted.text).not.toContain('sk-test-');
          expect(notesIn([adopted.text, ...Object.values(textsOf(made))].join('\n'))).toEqual(before);
        }
      }),
      RUNS,
    );
  });
});

describe('runs that are converted as one entry each', () => {
  const key = (i: number, priority: number): string =>
    `  - api-key: sk-test-claude-000${i}\n    base-url: https://claude.example\n    priority: ${priority} # ${i}\n`;
  const text = `api-keys:\n${clientKeys(4).join('')}claude-api-key:\n${[0, 1, 2, 3, 4, 5, 6].map((i) => key(i, i % 3)).join('')}`;

  test('give the same text and the same files', async () => {
    const live = liveOf({ file: text, desired: {} });
    const [whole, short] = [await foldedFrom(live, 3), await foldedFrom(live, 3, {}, 3)];
    expect(short.adopted.rest.size).toBe(2);
    expect(hasEveryKey(short)).toBe(true);
    const unnumbered = (made: Folded): string => made.adopted.text.replaceAll(/_\d+\}/g, '}');
    expect(unnumbered(short)).toBe(unnumbered(whole));
    expect(textsOf(short)).toEqual(textsOf(whole));
  });

  test('are converted one by one if a key stands elsewhere too, or its list is left out', async () => {
    const live = liveOf({
      file: `${text}payload:\n  default:\n    - models: [{ name: "*" }]\n      params: { note: "of sk-test-claude-0003" }\n`,
      desired: {},
    });
    expect(hasEveryKey(await foldedFrom(live, 3, {}, 3))).toBe(false);
    const adopted = await pulledFrom(live, { exclude: ['api-keys'], runsFrom: 3 });
    const { dialect } = sourceOf({ ...live, file: live.file as NonNullable<Live['file']> });
    const made = foldLines(adopted, dialect, { from: 3, path: (name) => name, env: {} });
    expect(hasEveryKey(made)).toBe(false);
  });
});
