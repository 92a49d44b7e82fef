import { describe, expect, test } from '@jest/globals';
import { stripVTControlCharacters } from 'node:util';
import { redactingIo } from '../../../src/cli/io/redacting-io.ts';
import type { Io } from '../../../src/compose/io.ts';
import { EXIT } from '../../../src/domain/problem/exit.ts';
import { COLOURED } from '../../../src/report/text/style.ts';

interface Streams {
  readonly inner: Io;
  readonly io: Io;
  readonly said: () => string;
}

function streams(terminal = false): Streams {
  let said = '';
  const inner: Io = {
    out: (text) => void (said += text),
    err: (text) => void (said += text),
    env: {},
    cwd: '/',
    stdoutIsTerminal: terminal,
    stderrIsTerminal: terminal,
    stdinIsTerminal: terminal,
    stdin: async () => '',
    ask: async (question) => {
      said += question;
      return '';
    },
    signal: new AbortController().signal,
    exit: EXIT.ok,
  };
  return { inner, io: redactingIo(inner), said: () => said };
}

describe('what leaves the process', () => {
  test('contains no known secret, on either stream and in questions', async () => {
    const { io, said } = streams();
    io.hide?.(['sk-test-0001']);
    io.out('key sk-test-0001\n');
    io.err('failed: "sk-test-0001"\n');
    await io.ask('Apply sk-test-0001?');
    expect(said()).not.toContain('sk-test');
  });

  test('hides what became known later', () => {
    const { io, said } = streams();
    io.hide?.(['sk-test-0001']);
    io.out('x');
    io.hide?.(['sk-test-0002']);
    io.out('sk-test-0001 sk-test-0002');
    expect(said()).toBe('x[secret] [secret]');
  });

  test('stays JSON when a secret is a number or a piece of the syntax', () => {
    const { io, said } = streams();
    io.hide?.(['1234', '": "', 'name']);
    io.out(`${JSON.stringify({ count: 1234, name: 'the 1234', plain: true }, null, 2)}\n`);
    expect(Object.values(JSON.parse(said()) as object)).toEqual([1234, 'the [secret]', true]);
  });

  test('obeys no escape sequence', () => {
    const { io, said } = streams(true);
    io.out(`\u001B]0;title\u0007${COLOURED.bad('red')}`);
    expect(said()).toBe('\\u001b]0;title\\u0007\u001B[31mred\u001B[39m');
  });

  test('accepts no colour from outside, painted or not', () => {
    const { io, said } = streams(true);
    io.err(`\u001B[32m✓ fine\u001B[39m ${COLOURED.dim('by \u001B[1mEve\u001B[22m')}`);
    expect(said()).toBe('\\u001b[32m✓ fine\\u001b[39m \u001B[2mby \\u001b[1mEve\\u001b[22m\u001B[22m');
  });

  test('is unchanged on request, unless a terminal would interpret it', () => {
    const raw = 'key: sk-test-0001 # \u001B[2J\r\n';
    const pipe = streams();
    pipe.io.hide?.(['sk-test-0001']);
    pipe.io.raw?.(raw);
    expect(pipe.said()).toBe(raw);
    const terminal = streams(true);
    terminal.io.raw?.(raw);
    expect(terminal.said()).toBe('key: sk-test-0001 # \\u001b[2J\\u000d\n');
  });

  test('ends with the code that a command set', () => {
    const { inner, io } = streams();
    io.exit = EXIT.refused;
    expect(inner.exit).toBe(EXIT.refused);
    expect(io.exit).toBe(EXIT.refused);
  });
});

describe('a line that is replaced', () => {
  test('gives way to the next one, to output and to questions', async () => {
    const { io, said } = streams(true);
    io.hide?.(['sk-test-0001']);
    io.transient?.('reading\nsk-test-0001');
    io.transient?.('verifying');
    io.out('done\n');
    io.transient?.('again');
    await io.ask('Apply?');
    io.transient?.('');
    const parts = said().split('\r\u001B[K');
    expect(parts.map((part) => stripVTControlCharacters(part))).toEqual([
      expect.stringMatching(/^reading (?!sk-test)/),
      'verifying',
      'done\nagain',
      'Apply?',
    ]);
  });

  test('is no longer than the terminal is wide', () => {
    const { inner } = streams(true);
    let said = '';
    const io = redactingIo({
      ...inner,
      columns: 20,
      env: { NO_COLOR: '1' },
      err: (text) => void (said += text),
    });
    io.transient?.('waiting 30 s for the gateway to load the change');
    expect(said).toBe('waiting 30 s for t…');
  });

  test.each([{ CI: 'true' }, { TERM: 'dumb' }])('is not there with %p', (env) => {
    expect(redactingIo({ ...streams(true).inner, env }).transient).toBeUndefined();
  });

  test('is not there without a terminal', () => {
    expect(streams().io.transient).toBeUndefined();
  });
});
