import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { REDACTED, redactor } from '../../src/lib/redact.ts';

describe('redaction by value', () => {
  test('removes every secret wherever it occurs', () => {
    const { text } = redactor(['sk-test-0001', 'mgmt-secret-1']);
    expect(text('key=sk-test-0001&x=mgmt-secret-1.')).toBe(`key=${REDACTED}&x=${REDACTED}.`);
    expect(text('sk-test-0001sk-test-0001')).toBe(REDACTED + REDACTED);
    expect(text('nothing here')).toBe('nothing here');
  });

  test('prefers the longest secret at one place', () => {
    expect(redactor(['sk-test-0001', 'sk-test-0001-long']).text('a sk-test-0001-long b')).toBe(
      `a ${REDACTED} b`,
    );
  });

  test('of secrets that begin alike, finds the longest, also one that it learns later', () => {
    const { text, learn } = redactor(['sk-test-0001', 'sk-test-0002']);
    learn(['sk-test-0001-x', 'sk-t']);
    expect(text('sk-test-0001-x sk-test-0002y sk-test-0003 sk-t')).toBe(
      `${REDACTED} ${REDACTED}y sk-test-0003 ${REDACTED}`,
    );
  });

  test('finds the escaped forms of JSON and URLs', () => {
    const secret = 'a"b/c<d>&é ß-long';
    const { text } = redactor([secret]);
    for (const spelled of [secret, JSON.stringify(secret), encodeURIComponent(secret)])
      expect(text(`x ${spelled} y`)).toMatch(/^x "?\[secret\]"? y$/);
    expect(text('"a\\"b/c\\u003cd\\u003e\\u0026é ß-long"')).toBe(`"${REDACTED}"`);
  });

  test('finds single lines of a secret of several lines', () => {
    const { text } = redactor(['-----BEGIN-----\nMIIEvQIBADANBg\n-----END-----\n']);
    expect(text('error near MIIEvQIBADANBg')).toBe(`error near ${REDACTED}`);
  });

  test('keeps words that merely contain a short secret, and texts too short to be one', () => {
    const { text } = redactor(['tru3', 'abc', '']);
    expect(text('untru3 abc')).toBe('untru3 abc');
    expect(text('password=tru3;')).toBe(`password=${REDACTED};`);
  });

  test('keeps our own sentences readable if a secret is an ordinary word', () => {
    expect(redactor(['wrong']).text('five wrong keys ban this address')).toBe(
      'five wrong keys ban this address',
    );
    expect(redactor(['wrong-key']).text('wrong-key')).toBe(REDACTED);
  });

  test('redacts plain values, names of members included, and keeps other types', () => {
    const when = new Date(0);
    expect(
      redactor(['sk-test-0001']).value({ 'sk-test-0001': [1, null, 'a sk-test-0001'], when, yes: true }),
    ).toEqual({ [REDACTED]: [1, null, `a ${REDACTED}`], when, yes: true });
  });

  test('nothing of a long secret survives, whatever surrounds it', () => {
    const secret = fc
      .string({ minLength: 8, maxLength: 20 })
      .filter((text) => text.trim() === text && text.length >= 8);
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), (before, hidden, after) => {
        fc.pre(!REDACTED.includes(hidden) && !hidden.includes('['));
        expect(redactor([hidden]).text(before + hidden + after)).not.toContain(hidden);
      }),
    );
  });
});
