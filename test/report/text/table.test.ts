import { describe, expect, test } from '@jest/globals';
import { PLAIN } from '../../../src/report/text/style.ts';
import { table } from '../../../src/report/text/table.ts';

const HEAD = ['id', 'target', 'backup'];
const ROWS = [['4dd57e8a4012', 'home', '20261130T212324Z-55d2ef36']];

describe('a table', () => {
  test('leaves out optional columns that do not fit, the last one first', () => {
    const at = (columns: number | undefined): string => table(HEAD, ROWS, PLAIN, { columns, optional: 2 });
    expect(at(undefined)).toBe(at(200));
    expect(at(200)).toBe('id            target  backup\n4dd57e8a4012  home    20261130T212324Z-55d2ef36');
    expect(at(30)).toBe('id            target\n4dd57e8a4012  home');
    expect(at(12)).toBe('id\n4dd57e8a4012');
  });

  test('wraps the last column inside itself', () => {
    const rows = [['debug', 'Prints more to the log of the gateway, for a while']];
    expect(table(['key', ''], rows, PLAIN, { columns: 30 })).toBe(
      ['key', 'debug  Prints more to the log', '       of the gateway, for a', '       while'].join('\n'),
    );
  });
});
