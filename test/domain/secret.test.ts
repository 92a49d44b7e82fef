import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { fingerprintsBy, seal } from '../../src/domain/secret.ts';

describe('a sealed value', () => {
  const sealed = seal({ 'api-key': 'sk-test-0001' });

  test.each([
    ['as text', String(sealed)],
    ['in a template', `${sealed}`],
    ['in JSON', JSON.stringify({ sealed })],
    ['inspected', inspect({ sealed }, { showHidden: true, depth: 9 })],
    ['spread', JSON.stringify({ ...sealed })],
  ])('does not show its content %s', (_, shown) => {
    expect(shown).not.toContain('sk-test');
  });

  test('opens to the very same thing', () => {
    expect(sealed.open()).toEqual({ 'api-key': 'sk-test-0001' });
  });
});

describe('a fingerprint', () => {
  test('has 8 hex digits and depends on the key', () => {
    const [one, other] = [fingerprintsBy('k1'), fingerprintsBy('k2')];
    expect(one.of('sk-test-0001')).toMatch(/^[0-9a-f]{8}$/);
    expect(one.of('sk-test-0001')).toBe(fingerprintsBy('k1').of('sk-test-0001'));
    expect(one.of('sk-test-0001')).not.toBe(other.of('sk-test-0001'));
  });

  test('grows where two secrets would get the same name', () => {
    const prints = fingerprintsBy('mgmt-secret-1');
    const names = new Map<string, string>();
    for (let i = 0; i < 120_000; i += 1) names.set(prints.of(`sk-test-${i}`), `sk-test-${i}`);
    expect(names.size).toBe(120_000);
  });
});
