import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { terminalScreen } from '../../../src/compose/terminal/screen.ts';

function terminal() {
  let written = '';
  const keys = new EventEmitter();
  const raw: boolean[] = [];
  const output = Object.assign(new EventEmitter(), {
    columns: 80,
    rows: 3,
    write: (text: string) => {
      written += text;
      return true;
    },
  });
  const input = Object.assign(keys, {
    setRawMode: (isRaw: boolean) => void raw.push(isRaw),
    resume: () => {},
    pause: () => {},
  });
  let stopped = 0;
  const screen = terminalScreen(output as never, input as never, () => (stopped += 1)); // only what a screen uses
  const taken = (): string => {
    const text = written;
    written = '';
    return text;
  };
  return { screen, output, keys, raw, taken, stopped: () => stopped };
}

describe('a screen', () => {
  test('overwrites in place, so that nothing flickers, and keeps to the rows', () => {
    const { screen, taken } = terminal();
    screen.draw(['a']);
    expect(taken().startsWith('\u001B[?1049h')).toBe(true);
    screen.draw(['one', 'two', 'three', 'four']);
    const drawn = taken();
    expect(drawn).toContain('\u001B[Hone\u001B[K\r\ntwo\u001B[K\r\nthree\u001B[K');
    for (const absent of ['four', '\u001B[2J', '\u001B[?1049h']) expect(drawn).not.toContain(absent);
    screen.leave();
  });

  test('draws again at another size', () => {
    const { screen, output } = terminal();
    let drawn = 0;
    screen.onResize(() => (drawn += 1));
    screen.draw(['a']);
    output.emit('resize');
    screen.leave();
    output.emit('resize');
    expect(drawn).toBe(1);
  });

  test.each(['q', '\u0003'])('%j stops', (key) => {
    const { screen, keys, stopped } = terminal();
    screen.draw(['a']);
    keys.emit('data', Buffer.from('x'));
    expect(stopped()).toBe(0);
    keys.emit('data', Buffer.from(key));
    expect(stopped()).toBe(1);
    screen.leave();
  });

  test('leaves the terminal as it was, once', () => {
    const { screen, raw, taken } = terminal();
    screen.leave();
    expect(taken()).toBe('');
    const listeners = process.listenerCount('exit');
    screen.draw(['a']);
    taken();
    screen.leave();
    screen.leave();
    expect(taken()).toBe('\u001B[?7h\u001B[?25h\u001B[?1049l');
    expect(raw).toEqual([true, false]);
    expect(process.listenerCount('exit')).toBe(listeners);
  });
});
