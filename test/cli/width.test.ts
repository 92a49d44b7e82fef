// What every command prints on a terminal keeps to its width. A word that is longer alone is left whole, to be copied.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stripVTControlCharacters } from 'node:util';
import { type Ran, openTerminal, type Terminal } from './terminal.ts';

const NAME = 'europe-west-production-1';
const SETTINGS = `version: 1
targets:
  - { name: ${NAME}, url: "\${env:HOLDFAST_URL}", key: "\${env:HOLDFAST_KEY}", adopted: true }
`;
const DESIRED = `api-keys:
  - \${env:LAPTOP}
request-retry: 3
openai-compatibility:
  - name: a-provider-with-quite-a-long-name
    base-url: https://a-provider-with-quite-a-long-name.example/some/path/v1
    api-key-entries:
      - api-key: \${env:UPSTREAM}
    models:
      - { name: vendor/a-model-with-a-long-name-preview-0905, alias: an-alias-that-is-long-too }
`;

let at: Terminal;
beforeAll(async () => {
  at = await openTerminal({ 'desired-state/gateway.yaml': DESIRED, 'holdfast.yaml': SETTINGS });
});
afterAll(async () => {
  await at[Symbol.asyncDispose]();
});

const on = (columns: number, ...words: string[]): Promise<Ran> =>
  at.runWith(
    { columns, stdoutIsTerminal: true, stderrIsTerminal: true, stdinIsTerminal: true, ask: async () => 'y' },
    ...words,
  );

/** Lines that are too wide and could have been broken. */
function tooWide(text: string, columns: number): string[] {
  return text
    .split(/\n|\r/)
    .map((line) => stripVTControlCharacters(line))
    .filter((line) => line.length > columns && line.trim().includes(' '));
}

/** Without those that print files or documents as they are: render, schema, api, set, adopt, migrate, completion. */
const COMMANDS: readonly (readonly string[])[] = [
  ['plan', '--undeclared', '--routes'],
  ['diff'],
  ['drift'],
  ['apply'],
  ['status'],
  ['history'],
  ['history', '--verify'],
  ['backup', 'list'],
  ['doctor'],
  ['explain', 'openai-compatibility'],
  ['explain', 'takeover'],
  ['explain', 'HF5012'],
  ['explain', 'route', 'kimi'],
  ['usage'],
  ['secrets'],
  ['scan'],
  [
    'suspend',
    '--for',
    '30m',
    '--reason',
    'the upstream is moving to another data center tonight, see the ticket',
  ],
  ['status'],
  ['apply', '--yes'],
  ['resume'],
  ['validate'],
  ['plan', '--only', 'nothing'],
  ['--help'],
  ['apply', '--help'],
];

test.each([80, 100])('at %i columns', async (columns) => {
  const found: [string, string[]][] = [];
  for (const words of COMMANDS) {
    const { out, err } = await on(columns, ...words);
    expect([words, (out + err).trim()]).toEqual([words, expect.stringMatching(/./)]);
    const lines = [...tooWide(out, columns), ...tooWide(err, columns)];
    if (lines.length > 0) found.push([words.join(' '), lines]);
  }
  expect(found).toEqual([]);
});
