import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  coversPath,
  entry,
  formatPath,
  key,
  matchesPath,
  parsePath,
  pathOfPointer,
  PathSyntaxError,
  pointerOf,
} from '../../src/domain/path.ts';

describe('the path grammar', () => {
  test.each([
    ['openai-compatibility[openrouter].models[kimi].alias'],
    ['oauth-model-alias.claude[sonnet]'],
    ['plugins.configs["a.b"]'],
    ['openai-compatibility[*].models["moonshotai/kimi-k2"]'],
    ['payload.default[*].params'],
    ['api-keys[#1a2b3c4d]'],
    ['*.enabled'],
  ])('%s is its own canonical spelling', (text) => {
    expect(formatPath(parsePath(text))).toBe(text);
  });

  test.each([
    ['', 0],
    ['a..b', 2],
    ['a[b', 1],
    ['a[]', 2],
    ['a["b]', 1],
    ['a b', 0],
    ['a[b/c]', 2],
    ['a]b', 0],
    ['a[b]c', 4],
  ])('%j is refused at character %i', (text, at) => {
    try {
      parsePath(text);
      throw new Error('it was accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(PathSyntaxError);
      expect((error as PathSyntaxError).at).toBe(at);
    }
  });

  test('any names survive printing and parsing', () => {
    const segment = fc.oneof(
      fc.string().map(entry),
      fc.string({ unit: 'grapheme' }).map(key),
      fc.constant(entry('*')),
      fc.constant(key('"]')),
    );
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), (path) => {
        const again = parsePath(formatPath(path));
        expect(again.map((step) => step.name)).toEqual(path.map((step) => step.name));
        expect(formatPath(again)).toBe(formatPath(path));
      }),
    );
  });

  test('pointers lead there and back', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (names) => {
        const path = names.map(key);
        expect(pathOfPointer(pointerOf(path)).map((step) => step.name)).toEqual(names);
      }),
    );
  });

  test('a pattern matches exactly and covers what is below', () => {
    const path = parsePath('openai-compatibility[openrouter].models[kimi].alias');
    expect(matchesPath(parsePath('openai-compatibility[*].models[*].alias'), path)).toBe(true);
    expect(matchesPath(parsePath('openai-compatibility[*]'), path)).toBe(false);
    expect(coversPath(parsePath('openai-compatibility[*]'), path)).toBe(true);
    expect(coversPath(parsePath('openai-compatibility.openrouter'), path)).toBe(true);
    expect(coversPath(parsePath('openai-compatibility[groq]'), path)).toBe(false);
  });
});
