// What entries are called outside their paths.
import { describe, expect, test } from '@jest/globals';
import { fingerprintsBy, NOTHING_KNOWN } from '../../../src/domain/secret.ts';
import { namesInPatterns, namesOf, shownName } from '../../../src/plan/diff/location.ts';
import { catalog } from '../builders.ts';

const fingerprints = fingerprintsBy('mgmt-secret-1', {
  ...NOTHING_KNOWN,
  isSecret: (text) => text === 'hidden-name',
});
const hidden = `#${fingerprints.of('hidden-name')}`;

test.each([
  ['kimi', 'kimi'],
  ['hidden-name', hidden],
])('a name is shown unless it is a known secret: %s', (name, shown) => {
  expect(shownName(name, fingerprints)).toBe(shown);
});

describe('the names by which a pattern finds an entry', () => {
  const list = catalog.at(['openai-compatibility']);
  const keys = catalog.at(['codex-api-key']);
  if (!list || !keys) throw new Error('the catalog has changed');

  test('include a name that is hidden only because a reference has it', () => {
    const value = { name: 'hidden-name', 'base-url': 'https://a.example' };
    expect(namesOf(list, value, fingerprints)).toContain(hidden);
    expect(namesOf(list, value, fingerprints)).not.toContain('hidden-name');
    expect(namesInPatterns(list, value, fingerprints)).toEqual([
      ...namesOf(list, value, fingerprints),
      'hidden-name',
    ]);
  });

  test('have each name once, no empty one, and never a key', () => {
    const names = namesInPatterns(keys, { 'api-key': 'sk-test-0001', 'base-url': '' }, fingerprints);
    expect(names).toEqual([`#${fingerprints.of('sk-test-0001')}`]);
  });
});
