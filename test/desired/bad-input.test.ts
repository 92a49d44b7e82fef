// Every kind of bad input gives exactly one problem, with its place, its code and a remedy; nothing is loaded.
import { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readYaml } from '../../src/yaml/strict.ts';
import { CODES } from '../../src/domain/problem/codes.ts';
import { EXIT } from '../../src/domain/problem/exit.ts';
import type { LoadedDesired } from '../../src/desired/desired.ts';
import { directory, load, loadText, oneLine } from './setup.ts';

/** The one problem, after checking that it is an error a person can act on. */
function theProblem({ desired, problems }: LoadedDesired): string {
  expect(problems.map(oneLine)).toHaveLength(1);
  const [only] = problems;
  if (!only) throw new Error('there is no problem');
  expect(desired).toBeUndefined();
  expect(only.severity).toBe('error');
  expect(CODES[only.code].exit).toBe(EXIT.invalid);
  expect(only.remedy).not.toBe('');
  return oneLine(only);
}

const OPENAI = 'openai-compatibility:\n  - name: openrouter\n';
const nested = (depth: number): string => `codex: ${'['.repeat(depth)}${']'.repeat(depth)}\n`;

/** Aliases of aliases: ten values, ten times, ten times … */
function bomb(levels: number): string {
  const ten = (name: string): string => `[${Array.from({ length: 10 }, () => name).join(', ')}]`;
  const lines = Array.from({ length: levels }, (_, i) => `  - &a${i + 1} ${ten(`*a${i}`)}`);
  return `x:\n  - &a0 ${ten('lol')}\n${lines.join('\n')}\n`;
}

/** Each value is an alias of the one before, one level deeper. */
const chain = (levels: number, member: (alias: string) => string): string =>
  `x:\n  a0: &a0 {k: 1}\n${Array.from({ length: levels }, (_, i) => `  a${i + 1}: &a${i + 1} ${member(`*a${i}`)}`).join('\n')}\n`;

const repeated = (count: number, text: string): string => text.repeat(count);

const CASES: readonly (readonly [what: string, text: string | Uint8Array, problem: string])[] = [
  ['YAML syntax', 'debug: true\nrouting: {strategy: [}\n', 'a.yaml:2:22 HF2010'],
  ['an unclosed quote', 'proxy-url: "http://x\n', 'a.yaml:1:12 HF2010'],
  ['a tab as indentation', 'routing:\n\tstrategy: rr\n', 'a.yaml:2:1 HF2012'],
  [
    'duplicate keys',
    'debug: true\nrequest-retry: 3\ndebug: false\n',
    'a.yaml:3:1 HF2011 Duplicate key "debug"; first in line 1',
  ],
  ['duplicate keys in an entry', `${OPENAI}    name: x\n    base-url: http://x\n`, 'a.yaml:3:5 HF2011'],
  ['several documents', 'debug: true\n---\ndebug: false\n', 'a.yaml:2:1 HF2013'],
  ['a key that is no text', 'debug: true\n12: x\n', "a.yaml:2:1 HF2015 12 isn't text, so it can't be a key"],
  ['a null key', 'debug: true\n? \n: x\n', 'a.yaml:2:3 HF2015'],
  ['an unknown tag', 'debug: !magic true\n', 'a.yaml:1:8 HF2018'],
  ['a number that loses digits', 'api-keys:\n  - 12345678901234567890\n', 'a.yaml:2:5 HF2018'],
  ['not a number', 'request-retry: .nan\n', 'a.yaml:1:16 HF2018'],
  [
    'the key __proto__',
    'oauth-model-alias: {__proto__: []}\n',
    "a.yaml:1:21 HF2015 A key can't be `__proto__`",
  ],
  ['an alias without an anchor', 'proxy-url: *nothing\n', 'a.yaml:1:12 HF2010'],
  ['an alias inside its anchor', 'x: &a [*a]\n', 'a.yaml:1:8 HF2010'],
  ['a merge key that holds a list of texts', 'routing:\n  <<: [a]\n', 'a.yaml:2:3 HF2016'],
  ['an anchor bomb', bomb(9), 'a.yaml:6:45 HF2014 Aliases expand to more than 100000 values'],
  [
    'a chain of aliases',
    chain(5000, (alias) => `{n: ${alias}}`),
    'a.yaml:64:17 HF2010 Aliases nest deeper than 64 levels',
  ],
  [
    'a chain of aliases in lists',
    chain(100, (alias) => `[${alias}]`),
    'a.yaml:64:14 HF2010 Aliases nest deeper than 64 levels',
  ],
  [
    'a chain of merge keys',
    chain(100, (alias) => `{<<: ${alias}}`),
    'a.yaml:64:18 HF2010 Aliases nest deeper than 64 levels',
  ],
  [
    'a mapping of three megabytes',
    `x:\n${Array.from({ length: 200_000 }, (_, i) => `  key-${i}: 1`).join('\n')}\n`,
    'a.yaml:75001:12 HF2004 The file contains more than 600000 YAML tokens',
  ],
  ['a flow list of half a million', `x: [${repeated(500_000, '1,')}]\n`, 'a.yaml:1:400001 HF2004'],
  [
    'a text of two megabytes',
    `debug: true\nproxy-url: "${repeated(2_000_000, 'x')}"\n`,
    'a.yaml:2:12 HF2004',
  ],
  ['a folded text of two megabytes', `proxy-url: >\n${repeated(500_000, '  x\n')}`, 'a.yaml:2:1 HF2004'],
  ['comments without end', repeated(500_000, '#\n'), 'a.yaml:300001:1 HF2004'],
  [
    'a key of two thousand characters',
    `? ${repeated(2000, 'k')}\n: 1\n`,
    'a.yaml:1:3 HF2015 A key is longer',
  ],
  ['nesting without end', nested(20_000), 'a.yaml:1:'],
  ['deep nesting', nested(100), 'a.yaml:1:71 HF2010 Nested deeper than 64 levels'],
  ['a list at the top', '- debug\n', 'a.yaml:1:1 HF2017 The file contains a list, not a mapping'],
  ['a text at the top', 'debug\n', 'a.yaml:1:1 HF2017'],
  ['an empty file', '', 'a.yaml:1:1 HF2003'],
  ['a file of comments only, alone', '# later\n', 'desired:1:1 HF2003 The files in desired declare nothing'],
  ['a binary file', new Uint8Array([100, 58, 32, 0, 1, 2]), 'a.yaml:1:4 HF2005'],
  ['a file that is no UTF-8', new Uint8Array([100, 10, 120, 58, 32, 0xe9, 0xe8]), 'a.yaml:2:4 HF2005'],
  [
    'an unknown key',
    `debug: true\nrequest-retri: 3\n`,
    "a.yaml:2:1 HF2030 `request-retri` isn't known here. Did you mean `request-retry`?",
  ],
  [
    'an unknown key in an entry',
    `${OPENAI}    base_url: http://x\n    base-url: http://x\n`,
    "a.yaml:3:5 HF2030 `openai-compatibility[openrouter].base_url` isn't known here. Did you mean `base-url`?",
  ],
  [
    'a wrong type',
    'request-retry: three\n',
    'a.yaml:1:16 HF2031 `request-retry` must be a whole number, not text',
  ],
  ['a YAML 1.1 boolean', 'debug: yes\n', 'a.yaml:1:8 HF2031 `debug` must be true or false, not text'],
  [
    'a number where text belongs',
    'api-keys:\n  - 12345\n',
    'a.yaml:2:5 HF2031 `api-keys[0]` must be text, not a number',
  ],
  [
    'an OAuth map with a list where a map belongs',
    'oauth-model-alias:\n  - name: a\n',
    'a.yaml:1:1 HF2031 `oauth-model-alias` must be a mapping, not a list',
  ],
  [
    'an OAuth map with a text where a list belongs',
    'oauth-excluded-models:\n  claude: x\n',
    'a.yaml:2:11 HF2031 `oauth-excluded-models.claude` must be a list, not text',
  ],
  ['no value', 'api-keys:\n', 'a.yaml:1:1 HF2034 `api-keys` has no value'],
  ['null in an entry', 'gemini-api-key:\n  - api-key: ${env:K}\n    prefix: ~\n', 'a.yaml:3:5 HF2034'],
  ['a value that is not allowed', 'disable-image-generation: chats\n', 'a.yaml:1:27 HF2032'],
  [
    'a weight above the bound',
    'gemini-api-key:\n  - api-key: ${env:K}\n    weight: 1000001\n',
    'a.yaml:3:13 HF2032 `gemini-api-key[0].weight` must be at most 1000000',
  ],
  [
    'a weight that is no whole number',
    'gemini-api-key:\n  - api-key: ${env:K}\n    weight: 1.5\n',
    'a.yaml:3:13 HF2031 `gemini-api-key[0].weight` must be a whole number, but 1.5 has a fraction',
  ],
  [
    'an entry that the gateway would drop',
    `${OPENAI}    models: []\n`,
    'a.yaml:2:5 HF2050 `openai-compatibility[openrouter]` would be dropped by the gateway: base-url is blank',
  ],
  [
    'an entry that the gateway would deduplicate',
    'vertex-api-key:\n  - api-key: ${env:K}\n    base-url: u\n  - api-key: ${env:K}\n    base-url: u\n',
    'a.yaml:4:5 HF2051',
  ],
  [
    'a prefix with an inner slash',
    'gemini-api-key:\n  - api-key: ${env:K}\n    prefix: team/a\n',
    'a.yaml:3:13 HF2052 `gemini-api-key[0].prefix` would become empty in the gateway',
  ],
  [
    'a header with an empty name',
    'gemini-api-key:\n  - api-key: ${env:K}\n    headers: { " ": x, A: y }\n',
    'a.yaml:3:21 HF2050',
  ],
  [
    'headers that are equal when trimmed',
    'gemini-api-key:\n  - api-key: ${env:K}\n    headers: { "A ": x, A: y }\n',
    'a.yaml:3:25 HF2051',
  ],
  [
    'channels that are equal in lower case',
    'oauth-excluded-models:\n  Claude: [a]\n  claude: [b]\n',
    'a.yaml:3:3 HF2051',
  ],
  [
    'an alias that equals the name',
    'oauth-model-alias:\n  claude:\n    - { name: Opus, alias: opus }\n',
    'a.yaml:3:7 HF2050',
  ],
  ['a number that the gateway clamps', 'max-retry-credentials: -1\n', 'a.yaml:1:24 HF2052'],
  [
    'raw JSON that is none',
    'payload:\n  default-raw:\n    - models: [{ name: x }]\n      params: { a: "{" }\n',
    'a.yaml:3:7 HF2050',
  ],
  [
    'a block scalar with a # line',
    'payload:\n  default:\n    - models: [{ name: x }]\n      params:\n        a: |\n          text\n          # not a comment\n',
    'a.yaml:5:12 HF2055',
  ],
  [
    'a management secret as a hash',
    'remote-management:\n  secret-key: $2a$10$abcdefghijklmnopqrstuv\n',
    'a.yaml:2:15 HF2032',
  ],
  [
    'a management secret that is too long',
    `remote-management:\n  secret-key: ${'x'.repeat(73)}\n`,
    'a.yaml:2:15 HF2054',
  ],
  ['an unset variable', 'proxy-url: ${env:NOT_SET}\n', "a.yaml:1:12 HF2020 ${env:NOT_SET} isn't set"],
  ['an empty variable', 'proxy-url: ${env:EMPTY}\n', 'a.yaml:1:12 HF2020 ${env:EMPTY} is empty'],
  ['a missing file', 'proxy-url: ${file:nothing}\n', "a.yaml:1:12 HF2020 ${file:nothing} can't be resolved"],
  [
    'an unknown kind of reference',
    'proxy-url: ${evn:X}\n',
    "a.yaml:1:12 HF2021 ${evn:X} isn't a reference. Did you mean `${env:X}`?",
  ],
  [
    'a shell variable',
    'proxy-url: ${PROXY}\n',
    "a.yaml:1:12 HF2021 ${PROXY} isn't a reference. Did you mean `${env:PROXY}`?",
  ],
  ['an unclosed reference', 'proxy-url: "${env:K"\n', 'a.yaml:1:12 HF2021'],
  ['a reference outside the directory', 'proxy-url: ${file:../../etc/passwd}\n', 'a.yaml:1:12 HF2022'],
  ['a repeating reference outside a list', 'proxy-url: ${list:LIST}\n', 'a.yaml:1:12 HF2023'],
  ['a repeating reference inside a text', 'api-keys:\n  - x${list:LIST}\n', 'a.yaml:2:5 HF2023'],
  [
    'two repeating references in one entry',
    'gemini-api-key:\n  - api-key: ${list:LIST}\n    prefix: ${list:OTHER}\n',
    'a.yaml:2:14 HF2023',
  ],
  ['a reference in a key', 'oauth-excluded-models:\n  ${env:K}: [a]\n', 'a.yaml:2:3 HF2021'],
  [
    'two layouts in one file',
    'debug: true\nserver: { port: 8317 }\n',
    'a.yaml:2:1 HF2043 `server` belongs to the v8 layout, `debug` in line 1 to the flat one',
  ],
  ['a removal in the lowest layer', `${OPENAI}    $remove: true\n`, 'a.yaml:2:5 HF2041'],
];

describe('a syntax error', () => {
  test('never quotes the file', async () => {
    const texts = [
      '%sk-test-0001\n---\na: 1\n',
      'api-keys: [%sk-test-0001]\n',
      'api-keys: "\\qsk-test-0001"\n',
    ];
    for (const text of texts) {
      const { problems } = await loadText(text);
      expect(problems.length).toBeGreaterThan(0);
      expect(JSON.stringify(problems)).not.toContain('sk-test');
    }
  });

  test('of a file that no parser could hold says so', async () => {
    const { problems } = await loadText(nested(200_000));
    expect(problems.map(({ message }) => message)).toEqual(['The file is nested too deeply']);
  });
});

describe('one clear problem for', () => {
  const env = { K: 'sk-test-0001', EMPTY: '', LIST: 'a,b', OTHER: 'c,d' };

  test.each(CASES)('%s', async (_, text, expected) => {
    const line = theProblem(await loadText(text, { env }));
    expect(line.slice(0, expected.length)).toBe(expected);
  });

  test('a star without quotes', () => {
    const [found] = readYaml('a:\n  - *\n', 'f.yaml').problems;
    expect(found?.message).toContain('put quotes around it: "*"');
  });

  test('a directory that does not exist', async () => {
    expect(theProblem(await load(directory(), { layers: ['gone'] }))).toBe(
      "HF2001 the desired-state directory gone doesn't exist",
    );
  });

  test('a directory that vanished', async () => {
    const dir = directory({ 'desired/a.yaml': 'debug: true\n' });
    expect((await load(dir)).problems).toEqual([]);
    rmSync(join(dir, 'desired'), { recursive: true });
    expect(theProblem(await load(dir))).toMatch(/^HF2001 the desired-state directory desired/);
  });

  test('an empty directory', async () => {
    const dir = directory({ 'desired/notes.txt': 'x', 'desired/.hidden.yaml': 'debug: true' });
    expect(theProblem(await load(dir))).toBe('HF2003 desired contains no *.yaml or *.yml file');
  });

  test('a file of 100 MB', async () => {
    const dir = directory({ 'desired/a.yaml': 'debug: true\n' });
    truncateSync(join(dir, 'desired/a.yaml'), 100_000_000);
    expect(theProblem(await load(dir))).toBe('a.yaml:1:1 HF2004 desired/a.yaml is larger than 10 MiB');
  });

  test('a dangling link', async () => {
    const dir = directory({ 'desired/a.yaml': 'debug: true\n' });
    symlinkSync('nowhere.yaml', join(dir, 'desired/b.yaml'));
    expect(theProblem(await load(dir))).toMatch(/^b\.yaml:1:1 HF2002/);
  });

  test('an unreadable file', async () => {
    const dir = directory({ 'desired/a.yaml': 'debug: true\n', 'desired/b.yaml': 'request-retry: 1\n' });
    chmodSync(join(dir, 'desired/b.yaml'), 0);
    if (process.getuid?.() === 0) return; // root reads everything
    expect(theProblem(await load(dir))).toMatch(/^b\.yaml:1:1 HF2002/);
  });

  test('a reference through a link that leads outside the directory', async () => {
    const outside = directory({ secret: 'sk-test-0001' });
    const dir = directory({ 'desired/a.yaml': 'proxy-url: ${file:link}\n' });
    symlinkSync(join(outside, 'secret'), join(dir, 'link'));
    expect(theProblem(await load(dir))).toMatch(/HF2022/);
  });

  test('an empty file among others: what it declared would be released', async () => {
    const dir = directory({ 'desired/a.yaml': 'debug: true\n', 'desired/b.yaml': '\n' });
    expect(theProblem(await load(dir))).toMatch(/^b\.yaml:1:1 HF2003 desired\/b\.yaml is empty/);
  });

  test('a file encrypted with SOPS where sops is missing or has no key', async () => {
    const text = 'api-keys:\n  - ENC[AES256_GCM,data:x,type:str]\nsops:\n  mac: ENC[x]\n  version: 3.9.0\n';
    expect(theProblem(await loadText(text, { env: { PATH: '/nowhere' } }))).toMatch(/^a\.yaml:3:1 HF2024/);
  });

  test('two files that declare the same', async () => {
    const dir = directory({
      'desired/a.yaml': 'debug: true\n',
      'desired/b.yaml': 'request-retry: 1\ndebug: true\n',
    });
    expect(theProblem(await load(dir))).toBe(
      'b.yaml:2:1 HF2040 `debug` is declared here and in desired/a.yaml:1:1',
    );
  });
});

describe('all problems at once', () => {
  test('in the order of files and lines, none hidden by another', async () => {
    const dir = directory({
      'desired/b.yaml':
        'debug: 1\nopenai-compatibility:\n  - name: a\n  - name: b\n    base-url: u\n    prioritie: 3\n  - name: c\n',
      'desired/a.yaml': 'request-retri: 3\nproxy-url: ${env:NOPE}\n',
    });
    const { problems } = await load(dir);
    expect(problems.map((one) => oneLine(one).slice(0, 17))).toEqual([
      'a.yaml:1:1 HF2030',
      'a.yaml:2:12 HF202',
      'b.yaml:1:8 HF2031',
      'b.yaml:3:5 HF2050',
      'b.yaml:6:5 HF2030',
      'b.yaml:7:5 HF2050',
    ]);
  });

  test('hidden files, other names and links in a circle are no problem', async () => {
    const dir = directory({
      'desired/deep/er/a.yml': 'debug: true\n',
      'desired/.git/x.yaml': ':',
      'desired/readme.md': '#',
    });
    mkdirSync(join(dir, 'other'));
    writeFileSync(join(dir, 'other/b.yaml'), 'request-retry: 1\n');
    symlinkSync('..', join(dir, 'desired/deep/up'));
    symlinkSync('../other', join(dir, 'desired/other'));
    const { desired, problems } = await load(dir);
    expect(problems).toEqual([]);
    expect(desired?.tree.open()).toEqual({ debug: true, 'request-retry': 1 });
  });
});
