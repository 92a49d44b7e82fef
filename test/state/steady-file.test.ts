import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type FileReading, type SteadyFile, steadyAfter } from '../../src/state/steady-file.ts';

const store = { hash: (text: string): string => `keyed ${text}` };
const HOUR = 3_600_000;
const reading = (at: number, sha256 = 'aa', url = 'http://127.0.0.1:8317/'): FileReading => ({
  url,
  sha256,
  at,
});
const after = (readings: readonly FileReading[]): SteadyFile | undefined =>
  readings.reduce<SteadyFile | undefined>((known, one) => steadyAfter(store, known, one), undefined);

describe('the file is known to be the same since', () => {
  test.each<[string, readonly FileReading[], number]>([
    ['the only reading', [reading(5)], 5],
    ['the first of equal readings', [reading(5), reading(90), reading(700)], 5],
    ['the reading after another file', [reading(5), reading(90, 'bb'), reading(700)], 700],
    ['the reading after one of another gateway', [reading(5), reading(90, 'aa', 'http://other/')], 90],
    ['the reading after a long pause', [reading(5), reading(5 + 2 * HOUR + 1)], 5 + 2 * HOUR + 1],
    ['the first, through a pause between two hourly readings', [reading(5), reading(6 + HOUR)], 5],
    ['the reading after the clock was put back', [reading(500), reading(90)], 90],
  ])('%s', (_, readings, from) => {
    expect(after(readings)?.from).toBe(from);
  });

  test('this reading, if another machine made the earlier ones: its clock can differ', () => {
    const theirs = { ...steadyAfter(store, undefined, reading(5)), machine: 'another' };
    expect(steadyAfter(store, theirs, reading(90)).from).toBe(90);
  });

  test('this reading, if a record says impossible times', () => {
    const damaged = { ...steadyAfter(store, undefined, reading(50)), from: 60 };
    expect(steadyAfter(store, damaged, reading(90)).from).toBe(90);
  });

  test('a time since which every reading saw this file, and no time before one that saw another', () => {
    const steps = fc.array(fc.record({ pause: fc.nat(3 * HOUR), sha256: fc.constantFrom('aa', 'bb') }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(steps, (made) => {
        let at = 0;
        const readings = made.map(({ pause, sha256 }) => reading((at += pause), sha256));
        const known = after(readings);
        const last = readings.at(-1);
        const counted = readings.filter((one) => one.at >= (known?.from ?? 0));
        const isSame = counted.some((one) => one.at === known?.from && one.sha256 === last?.sha256);
        expect(isSame).toBe(true);
        expect(
          counted.filter((one) => one.at > (known?.from ?? 0)).every((one) => one.sha256 === last?.sha256),
        ).toBe(true);
        expect(known?.to).toBe(last?.at);
      }),
    );
  });
});
