// The line that a person sees while work goes on, from the events of the engine.
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { progress } from '../../../src/cli/io/progress.ts';
import { type Globals, type Io } from '../../../src/compose/io.ts';
import type { Event } from '../../../src/domain/outcome/event.ts';
import { EXIT } from '../../../src/domain/problem/exit.ts';

const GLOBALS: Globals = { output: 'text', color: true };
const TARGET = { target: 'eu' };
const WAIT: Event = { kind: 'wait', ...TARGET, ms: 2500, what: 'the gateway to load the change' };

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function watched(globals: Partial<Globals> = {}, io: Partial<Io> = {}) {
  const lines: string[] = [];
  const printed: string[] = [];
  const all: Io = {
    out: () => {},
    err: (text) => void printed.push(text),
    transient: (line) => void lines.push(line),
    env: { NO_COLOR: '1' },
    cwd: '/',
    stdoutIsTerminal: true,
    stderrIsTerminal: true,
    stdinIsTerminal: true,
    stdin: async () => '',
    ask: async () => '',
    signal: new AbortController().signal,
    exit: EXIT.ok,
    ...io,
  };
  return { lines, printed, listener: progress({ ...GLOBALS, ...globals }, all) };
}

describe('on a terminal', () => {
  test('says the step, and how long a wait still takes', () => {
    const { lines, listener } = watched();
    listener({ kind: 'step', ...TARGET, step: 'observe' });
    listener(WAIT);
    jest.advanceTimersByTime(10_000);
    listener({ kind: 'step', ...TARGET, step: 'roll-back', detail: 'the write was dropped' });
    expect(lines).toEqual([
      'eu  reading the gateway',
      'eu  waiting 2.5 s for the gateway to load the change',
      'eu  waiting 1.5 s for the gateway to load the change',
      'eu  waiting 500 ms for the gateway to load the change',
      'eu  rolling back: the write was dropped',
    ]);
  });

  test('says who has the lock', () => {
    const { lines, listener } = watched();
    const what = 'the lock of holdfast (apply) (process 7 on ci)';
    listener({ kind: 'wait', ...TARGET, ms: 5000, atMost: true, what });
    expect(lines).toEqual([`eu  waiting up to 5.0 s for ${what}`]);
  });

  test('the next event ends the count', () => {
    const { lines, listener } = watched();
    listener(WAIT);
    listener({ kind: 'step', ...TARGET, step: 'verify' });
    jest.advanceTimersByTime(10_000);
    expect(lines.at(-1)).toBe('eu  verifying');
  });
});

describe('without a terminal, or for a machine', () => {
  test.each<[string, Partial<Globals>, Partial<Io>]>([
    ['a pipe', {}, { transient: undefined as never }],
    ['--output json', { output: 'json' }, {}],
    ['--quiet', { quiet: true }, {}],
  ])('%s shows nothing', (_, globals, io) => {
    const { lines, printed, listener } = watched(globals, io);
    listener({ kind: 'step', ...TARGET, step: 'observe' });
    listener(WAIT);
    expect([...lines, ...printed]).toEqual([]);
  });

  test('--verbose prints a line for each step', () => {
    const { lines, printed, listener } = watched({ verbose: true });
    listener({ kind: 'step', ...TARGET, step: 'settle', detail: '823 ms' });
    listener(WAIT);
    expect(lines).toEqual([]);
    expect(printed).toEqual(['eu  settle     823 ms\n']);
  });
});
