import { describe, expect, test } from '@jest/globals';
import { CODES, isOfDesiredState } from '../../src/domain/problem/codes.ts';
import { EXIT, worstExit } from '../../src/domain/problem/exit.ts';
import { fail, FACTS, HoldfastError, inReadingOrder, problem } from '../../src/domain/problem/problem.ts';

describe('problems', () => {
  test('are in reading order: file, line, column, code', () => {
    const at = (file: string, line: number, column: number) =>
      problem('HF9001', 'x', { position: { file, line, column } });
    const ordered = inReadingOrder([
      at('b.yaml', 1, 1),
      at('a.yaml', 10, 1),
      at('a.yaml', 2, 5),
      at('a.yaml', 2, 1),
    ]);
    expect(ordered.map(({ position }) => `${position?.file}:${position?.line}:${position?.column}`)).toEqual([
      'a.yaml:2:1',
      'a.yaml:2:5',
      'a.yaml:10:1',
      'b.yaml:1:1',
    ]);
  });

  test('an error takes the exit code of its most severe problem, warnings apart', () => {
    expect(fail('HF1001', 'no such flag').exit).toBe(EXIT.usage);
    expect(new HoldfastError([problem('HF1001', 'x', { severity: 'warning' })]).exit).toBe(EXIT.unexpected);
  });

  test('facts stay with a problem and reach no JSON', () => {
    const locked = problem('HF6001', 'in use', { facts: { holder: 'another' } });
    expect({ ...locked, remedy: 'wait' }[FACTS]?.holder).toBe('another');
    expect(JSON.parse(JSON.stringify(locked))).toEqual({
      code: 'HF6001',
      severity: 'error',
      message: 'in use',
      remedy: CODES.HF6001.remedy,
    });
  });

  test('the files of desired state have a range of their own', () => {
    expect((['HF1001', 'HF2001', 'HF2061', 'HF3001'] as const).map(isOfDesiredState)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('of several targets the most severe exit code wins', () => {
    expect(worstExit([0, 2, 3, 4])).toBe(4);
    expect(worstExit([8, 6, 5])).toBe(5);
    expect(worstExit([1, 7])).toBe(7);
    expect(worstExit([])).toBe(0);
  });
});

describe('the table of codes', () => {
  test.each(Object.entries(CODES))('%s says what happened and what to do', (code, { summary, remedy }) => {
    expect(code).toMatch(/^HF[1-9]\d{3}$/);
    expect(summary.length).toBeGreaterThan(8);
    expect(remedy).toMatch(/[.`]$/);
  });
});
