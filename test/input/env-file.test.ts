import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quotedForEnvFile, readEnvFile } from '../../src/input/env-file.ts';

interface Recorded {
  readonly env: Readonly<Record<string, string>>;
  readonly cases: readonly {
    readonly case: string;
    readonly text: string;
    readonly values?: Readonly<Record<string, string>>;
    readonly refused?: true;
  }[];
}

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, 'compose-env-files.json'), 'utf8'),
) as Recorded;

const read = (text: string, env: Readonly<Record<string, string>> = {}) => readEnvFile(text, '.env', env);
const errors = (text: string): string[] =>
  read(text)
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ code, position }) => `${code} ${position?.line}:${position?.column}`);

describe('a file of variables is read as Docker Compose reads it', () => {
  test.each(recorded.cases)('$case', ({ text, values, refused }) => {
    const found = read(text, recorded.env);
    const wrong = found.problems.filter(({ severity }) => severity === 'error');
    expect(wrong.length > 0).toBe(refused === true);
    // A name alone brings nothing that the environment doesn't have.
    if (values) expect({ ...recorded.env, ...found.values }).toEqual({ ...recorded.env, ...values });
  });
});

describe('what Compose reads by accident is an error', () => {
  test.each([
    ["a variable that isn't set", 'A=pa$Sw0rd-0001\n', ['HF1021 1:5']],
    ['the same in braces', 'OK=1\nA=x${NO}\n', ['HF1021 2:4']],
    ['the same in quotes', 'A="x$NO"\n', ['HF1021 1:3']],
    ['text behind a quote', 'A="x"yz\nB=1\n', ['HF1021 1:6']],
    ['an assignment behind a quote', "A='x' B=2\n", ['HF1021 1:7']],
    ['no name', '=value\n', ['HF1021 1:1']],
    ['a tab in a name', 'A\tB=1\n', ['HF1021 1:1']],
  ])('%s', (_, text, places) => {
    expect(errors(text)).toEqual(places);
  });

  test('each bad line is reported, without its content', () => {
    const text = 'A=1\nsk-test+0001\nB=2\npasted sk-test-0002\nC="sk-test-0003';
    expect(errors(text)).toEqual(['HF1021 2:8', 'HF1021 4:1', 'HF1021 5:3']);
    expect(JSON.stringify(read(text).problems)).not.toMatch(/sk-test|pasted/);
    expect(read(text).values).toEqual({ A: '1', B: '2' });
  });

  test.each([
    ["a name alone that isn't set", 'A=1\nNAME\n', '2:1'],
    ['a comment that is the value', 'A= # b\n', '1:4'],
  ])('%s is a warning', (_, text, place) => {
    const [found] = read(text).problems;
    expect([found?.severity, `${found?.position?.line}:${found?.position?.column}`]).toEqual([
      'warning',
      place,
    ]);
  });

  test('a file of nothing but bad lines ends', () => {
    expect(read('a b\n'.repeat(200_000)).problems).toHaveLength(50);
  });
});

test('what is written for such a file is read back', () => {
  const chars = fc.constantFrom(
    ...'aZ0 \t\r\n\'"`\\$#={}:-é😀\u00a0'.split(''),
    '${A}',
    '$$',
    '\\n',
    ' #',
    '\\0101',
  );
  const values = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(chars).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(fc.array(values.filter((value) => !value.includes('\0'))), (all) => {
      const text = all.map((value, i) => `V${i}=${quotedForEnvFile(value)}\n`).join('');
      expect(read(text, { A: 'other' })).toEqual({
        values: Object.fromEntries(all.map((value, i) => [`V${i}`, value])),
        problems: [],
      });
    }),
    { numRuns: 500 },
  );
});
