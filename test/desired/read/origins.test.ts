// Where the texts of a desired state come from: references make them secrets everywhere, and what the files say is plain.
import { expect, test } from '@jest/globals';
import { knownTexts, type Texts } from '../../../src/desired/read/origins.ts';

const hash = (text: string): string => Buffer.from(text).toString('hex').padEnd(40, '0');
const texts = (secrets: readonly string[], plain: readonly string[]): Texts => ({
  secrets: new Set(secrets),
  plain: new Set(plain),
  names: new Map(secrets.map((text) => [text, `\${env:${text.toUpperCase()}}`])),
});

test('texts that count now', () => {
  const known = knownTexts(() => texts(['sk-test-0001'], ['team blue']), undefined, hash);
  expect(known.isSecret('sk-test-0001', 'host')).toBe(true);
  expect(known.isSecret(' SK-test-0001/ ', 'host')).toBe(true);
  expect(known.isSecret('sk-test-0002', 'host')).toBe(false);
  expect([known.isPlain('Team Blue'), known.isPlain('team red')]).toEqual([true, false]);
  expect(known.nameOf(' sk-test-0001 ')).toBe('${env:SK-TEST-0001}');
});

test('texts of earlier runs, of which only hashes are left', () => {
  const earlier = {
    secrets: [hash('origin\nsk-test-0001').slice(0, 16)],
    plain: [hash('origin\nteam blue').slice(0, 16)],
  };
  for (const now of [undefined, () => texts(['sk-test-0009'], [])]) {
    const known = knownTexts(now, earlier, hash);
    expect([known.isSecret('sk-test-0001', 'host'), known.isPlain('team blue')]).toEqual([true, true]);
  }
});

test('no texts at all', () => {
  const known = knownTexts(undefined, undefined, hash);
  expect([known.isSecret('sk-test-0001', 'host'), known.isPlain('a'), known.nameOf('a')]).toEqual([
    false,
    false,
    undefined,
  ]);
});
