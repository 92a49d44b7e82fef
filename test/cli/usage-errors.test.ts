// An invalid command line: one problem with its code, its position and a suggestion, in every format.
import { describe, expect, test } from '@jest/globals';
import { main } from '../../src/cli/main.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import type { Io } from '../../src/compose/io.ts';
import { SYNC_STATUSES } from '../../src/domain/outcome/sync-status.ts';
import { CODES } from '../../src/domain/problem/codes.ts';

interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

async function run(...words: string[]): Promise<Ran> {
  let [out, err] = ['', ''];
  const io: Io = {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    env: {},
    cwd: import.meta.dirname,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    stdinIsTerminal: false,
    stdin: async () => '',
    ask: async () => 'n',
    signal: new AbortController().signal,
    exit: 0,
  };
  await main(words, io);
  process.exitCode = 0;
  return { exit: io.exit, out, err };
}

interface Shown {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly position?: { readonly line: number; readonly column: number };
}

const TABLE: readonly (readonly [
  line: string,
  column: number | undefined,
  message: string,
  remedy: string,
])[] = [
  ['plan --frobnicate', 15, 'unknown option --frobnicate', 'See `holdfast plan --help`.'],
  ['plan --outptu=json', 15, 'unknown option --outptu', 'Did you mean `--output`?'],
  ['plan --kye=sk-test-0001', 15, 'unknown option --kye', 'Did you mean `--key`?'],
  ['--ouput json plan', 10, 'unknown option --ouput', 'Did you mean `--output`?'],
  ['drift -x', 16, 'unknown option -x', 'See `holdfast drift --help`.'],
  ['plan extra', 15, 'holdfast plan takes no argument, but got "extra"', 'See `holdfast plan --help`.'],
  ['plan target', 15, 'holdfast plan takes no argument, but got "target"', 'Did you mean `--target`?'],
  [
    'plan sk-test-0001 --key sk-test-0002',
    15,
    'holdfast plan takes no argument, but got another word',
    'See',
  ],
  ['restore latest', 18, '"latest" isn\'t a backup ID', 'Did you mean `holdfast restore --latest`?'],
  [
    'restore one two',
    22,
    'holdfast restore takes one argument, but got "two"',
    'See `holdfast restore --help`.',
  ],
  [
    'backup lst',
    17,
    'holdfast backup list takes no argument, but got "lst"',
    'Did you mean `holdfast backup list`?',
  ],
  [
    'backup show',
    undefined,
    'holdfast backup show needs <id>',
    'Write `holdfast backup show <id>`. <id>: ID or file.',
  ],
  [
    'explain',
    undefined,
    'holdfast explain needs <what>',
    'Write `holdfast explain <what>`. <what>: a configuration key',
  ],
  [
    'api get',
    undefined,
    'holdfast api needs <path>',
    'Write `holdfast api <method> <path>`. <path>: a path below /v0/management',
  ],
  ['plan --state', 15, '--state has no value', 'Add the value: `--state <dir>`.'],
  [
    'plan --mode enforec',
    22,
    '--mode can\'t be "enforec"',
    'Did you mean `enforce`? Use observe, apply or enforce.',
  ],
  ['completion bsh', 21, '<shell> can\'t be "bsh"', 'Did you mean `bash`? Use bash, zsh or fish.'],
  ['suspend --for 1h --until monday', 27, "--until and --for can't be used together", 'Remove one of them.'],
  ['sandbox', undefined, 'holdfast sandbox needs --config', 'Add `--config <file>`.'],
  ['set', undefined, 'set needs a path and a value', 'holdfast set request-retry 5'],
  ['set debug', undefined, 'set needs a value for `debug`', 'Add the value, or --unset'],
  [
    'set debug=true',
    undefined,
    'set needs a value for `debug`',
    'as a separate word: `holdfast set debug true`',
  ],
  [
    'set proxy-url=sk-test-0001',
    undefined,
    'set needs a value for `proxy-url`',
    '`holdfast set proxy-url VALUE`',
  ],
  ['plna', 10, '"plna" isn\'t a holdfast command', 'Did you mean `plan`?'],
  ['notify', undefined, 'a command is missing', '--help'],
  ['restore', undefined, 'restore takes either', 'See `holdfast restore --help`.'],
  ['explain HF9999', undefined, 'there is no error code HF9999', 'docs/errors.md'],
];

describe.each(TABLE)('%s', (line, column, message, remedy) => {
  test('is one problem with a place and a remedy', async () => {
    const { exit, out, err } = await run(...line.split(' '), '--output', 'json');
    expect([exit, err.includes('error:')]).toEqual([64, false]);
    const { problems } = JSON.parse(out) as { readonly problems: readonly Shown[] };
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      code: 'HF1001',
      message: expect.stringContaining(message),
      remedy: expect.stringContaining(remedy),
    });
    expect(problems[0]?.position?.column).toBe(column);
    expect(out + err).not.toContain('sk-test');
  });
});

test('people read the same', async () => {
  const { exit, err } = await run('plan', '--outptu=json');
  expect([exit, err]).toEqual([
    64,
    'error HF1001 unknown option --outptu\n  at command line:1:15\n  fix Did you mean `--output`? See `holdfast plan --help`.\n\n1 error\n',
  ]);
});

/** `adopt` and `forget` take any number of paths. */
const OTHERS = new Set(['explain', 'api', 'adopt', 'forget']);

test.each(COMMANDS.map(({ name }) => name).filter((name) => !OTHERS.has(name)))(
  '%s accepts no more words than it documents',
  async (name) => {
    const { exit, err } = await run(name, ...Array.from({ length: 8 }, () => 'one'));
    expect([exit, err]).toEqual([64, expect.stringContaining('HF1001')]);
  },
);

describe('explain', () => {
  test('suggests a guard that is spelled almost like the word', async () => {
    const { exit, err } = await run('explain', 'mass-delet');
    expect(exit).toBe(CODES.HF1005.exit);
    expect(err).toContain('Did you mean the guard `mass-delete`?');
    expect((await run('explain', 'request-rety')).err).toContain('Did you mean `request-retry`?');
    expect((await run('explain', 'stale-memroy')).err).toContain('Did you mean the status `stale-memory`?');
  });

  test('suggests a code that differs in one digit, and no other', async () => {
    expect((await run('explain', 'HF1009')).err).toContain('Did you mean `HF1001`?');
    expect((await run('explain', 'HF9999')).err).not.toContain('Did you mean');
  });

  test('says once that nothing has this name', async () => {
    const { err } = await run('explain', 'nonsense');
    expect(err).toContain('HF1005 the gateway has no key `nonsense`\n  fix docs/keys.md lists all keys.');
  });

  test.each(Object.entries(SYNC_STATUSES))('%s', async (status, { severity, meaning }) => {
    const { exit, out } = await run('explain', status, '--output', 'json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ explanation: { status, severity, meaning } });
  });

  test.each(Object.keys(CODES))('%s', async (code) => {
    const { exit, out } = await run('explain', code.toLowerCase(), '--output', 'json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ explanation: { code, ...CODES[code as keyof typeof CODES] } });
  });

  test.each([
    'open-gateway',
    'last-upstream',
    'self-lockout',
    'mass-delete',
    'overwrites-edit',
    'takeover',
    'release-secret',
    'literal-secret',
    'migrate-file',
    'split-brain',
    'no-way-back',
    'no-lasting-backup',
    'unsafe-edit',
    'brick',
    'unsupported',
    'frozen',
  ])('%s', async (guard) => {
    const { exit, out } = await run('explain', guard, '--output', 'json');
    expect(exit).toBe(0);
    const { explanation } = JSON.parse(out) as { explanation: Readonly<Record<string, string>> };
    expect(explanation).toMatchObject({ guard });
    for (const member of ['refuses', 'example', 'allow', 'description'])
      expect(explanation[member]).not.toBe('');
    expect((await run('explain', guard)).out).toContain(`${guard}\nRefuses `);
  });
});
