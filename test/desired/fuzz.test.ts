// Whatever bytes a file contains: a desired state that isn't empty, or problems that a person can act on. Nothing throws.
// HOLDFAST_LAW_RUNS sets the number of random files.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CODES } from '../../src/domain/problem/codes.ts';
import type { Problem } from '../../src/domain/problem/problem.ts';
import { V7, V8, V8_FLAT } from '../../src/gateway/dialect.ts';
import { loadSettings } from '../../src/settings/settings.ts';
import { directory, loadText, oneLine } from './setup.ts';

const RUNS = Number(process.env['HOLDFAST_LAW_RUNS'] ?? 150);

const VALID = `# kept
debug: true
request-retry: 3
api-keys: &keys
  - sk-test-0001 # team a
  - "sk-test-0002"
openai-compatibility:
  - name: openrouter
    base-url: https://openrouter.example/api/v1
    headers: { X-Team: 'a', <<: {} }
    api-key-entries:
      - api-key: \${env:UPSTREAM}
payload:
  default:
    - models: [{ name: gpt-x }]
      params: { "a.b": |
        folded
        }
`;

/** What YAML readers trip over. */
const TOKENS = [
  '\n',
  '  ',
  '\t',
  ': ',
  '- ',
  '? ',
  '# ',
  '{',
  '}',
  '[',
  ']',
  ',',
  '&a ',
  '*a',
  '!!str ',
  '!x ',
  '<<: ',
  '|\n',
  '>-\n',
  "'",
  '"',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '${env:',
  '${',
  '}',
  '~',
  'null',
  '.nan',
  '0x1',
  '1e9',
  '\\',
  '\r',
  '\uFEFF',
  '\u2028',
  'debug',
  'api-keys',
  'config-version: 8\n',
  'server:\n',
  'access:\n',
  'true',
  '99999999999999999999',
];

const tokens = fc.array(fc.constantFrom(...TOKENS), { maxLength: 30 }).map((all) => all.join(''));

/** A valid file with a few places replaced. */
const mutated = (valid: string): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.nat(valid.length), fc.nat(6), fc.constantFrom(...TOKENS)), {
      minLength: 1,
      maxLength: 4,
    })
    .map((cuts) =>
      cuts.reduce((text, [at, length, token]) => text.slice(0, at) + token + text.slice(at + length), valid),
    );

const bytes = fc.uint8Array({ maxLength: 200 });
const filesLike = (valid: string): fc.Arbitrary<string | Uint8Array> =>
  fc.oneof(
    tokens,
    { arbitrary: mutated(valid), weight: 3 },
    bytes,
    fc.string({ unit: 'binary', maxLength: 80 }),
  );

const textOf = (content: string | Uint8Array): string =>
  typeof content === 'string' ? content : Buffer.from(content).toString('latin1');

/** Why a person can't act on a problem. */
function useless({ code, remedy, position, severity, ...rest }: Problem, text: string): string[] {
  const lines = text.split(/\r\n|[\r\n]/).length;
  return [
    ...(Object.hasOwn(CODES, code) && !code.startsWith('HF9') ? [] : ['it is no problem of the file']),
    ...(remedy === '' ? ['it has no remedy'] : []),
    ...(severity === 'error' && !position ? ['it has no position'] : []),
    ...(position && (position.line < 1 || position.column < 1 || position.line > lines + 1)
      ? ['its position is outside of the file']
      : []),
  ].map((why) => `${oneLine({ code, remedy, position, severity, ...rest } as Problem)}: ${why}`); // the same members
}

const SETTINGS = `version: 1
targets:
  - name: home
    url: http://127.0.0.1:8317
    key: \${env:HOLDFAST_KEY}
    desired: [desired]
`;

describe('arbitrary bytes', () => {
  test('as a file of desired state give a desired state that is not empty, or problems with code, position and remedy', async () => {
    await fc.assert(
      fc.asyncProperty(filesLike(VALID), async (content) => {
        const text = textOf(content);
        const { desired, problems } = await loadText(content, { env: { UPSTREAM: 'sk-test-up-1' } });
        expect(problems.flatMap((each) => useless(each, text))).toEqual([]);
        if (desired) expect(Object.keys(desired.tree.open())).not.toEqual([]);
        else expect(problems.some(({ severity }) => severity === 'error')).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  test('as settings give targets, or problems with code, position and remedy', async () => {
    await fc.assert(
      fc.asyncProperty(filesLike(SETTINGS), async (content) => {
        const text = textOf(content);
        const cwd = directory({ 'holdfast.yaml': content, 'desired/a.yaml': 'debug: true\n' });
        const env = { HOLDFAST_KEY: 'sk-test-management' };
        const { settings, problems } = await loadSettings({ flags: {}, cwd, env });
        expect(problems.flatMap((each) => useless(each, text))).toEqual([]);
        if (!settings) expect(problems.some(({ severity }) => severity === 'error')).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  test.each([
    ['v7', V7],
    ['v8', V8],
    ['v8 with a flat file', V8_FLAT],
  ])('as the config.yaml of a gateway (%s) give a document or a reason', (_, dialect) => {
    fc.assert(
      fc.property(filesLike(VALID), (content) => {
        const parsed = dialect.parse(textOf(content));
        if ('ok' in parsed) expect(parsed.message).not.toBe('');
        else {
          dialect.content(parsed);
          dialect.load(parsed);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
