import { describe, expect, test } from '@jest/globals';
import type { Layout } from '../../../src/domain/desired.ts';
import { formatPath, parsePath } from '../../../src/domain/path.ts';
import { pathsIn } from '../../../src/gateway/layout/locate.ts';
import { layoutTable } from '../../../src/gateway/layout/table.ts';

const located = (to: Layout, path: string, spoken: Layout): readonly string[] =>
  pathsIn(to, parsePath(path), spoken).map(formatPath);

/** Every name and section of a layout. */
function namesOf(layout: Layout): readonly string[] {
  const { rows, families } = layoutTable();
  const all = [...rows, ...families].flatMap((each) => {
    const steps = each[layout]?.split('.') ?? [];
    return steps.map((_, i) => steps.slice(0, i + 1).join('.'));
  });
  return [...new Set(all)];
}

describe('a path of settings and flags', () => {
  test.each(['legacy', 'v8'] as const)('in the layout of files and gateway (%s) means itself', (layout) => {
    for (const name of namesOf(layout)) expect(located(layout, name, layout)).toEqual([name]);
  });

  test.each([
    // Names that both layouts have.
    ['v8', 'api-keys', 'legacy', ['access.api-keys']],
    ['legacy', 'api-keys', 'legacy', ['api-keys']],
    ['v8', 'api-keys', 'v8', ['api-keys']],
    ['legacy', 'api-keys', 'v8', expect.arrayContaining(['gemini-api-key', 'openai-compatibility'])],
    ['legacy', 'routing', 'legacy', ['routing']],
    ['legacy', 'routing', 'v8', expect.arrayContaining(['request-retry', 'routing.strategy'])],
    // Names of the other layout alone.
    ['v8', 'api-keys.gemini', 'legacy', ['api-keys.gemini']],
    ['legacy', 'api-keys.gemini', 'legacy', ['gemini-api-key']],
    ['v8', 'api-keys[#15ee35cf]', 'legacy', ['access.api-keys[#15ee35cf]']],
    ['legacy', 'api-keys[#15ee35cf]', 'legacy', ['api-keys[#15ee35cf]']],
    ['legacy', 'access.api-keys', 'legacy', ['api-keys']],
    ['v8', 'request-retry', 'v8', ['routing.retry.request-retry']],
    ['v8', 'request-retry', 'legacy', ['routing.retry.request-retry']],
    // Names that nobody has.
    ['legacy', 'nobody.knows', 'legacy', ['nobody.knows']],
    ['v8', 'nobody.knows', 'legacy', ['nobody.knows']],
  ] as const)('in %s: `%s` of %s files', (to, path, spoken, expected) => {
    expect(located(to, path, spoken)).toEqual(expected);
  });
});
