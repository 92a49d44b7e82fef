// A priority that is no integer stays in the settings of a plugin, and is cut where it is used (C v0 §2.3).
import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { sameAt } from '../../../src/gateway/model/equal.ts';
import { toJson } from '../../../src/gateway/model/json.ts';
import { load } from '../../../src/gateway/model/load.ts';
import { parseDocument } from '../../../src/yaml/document.ts';

const catalog = loadCatalog('legacy');

describe.each([
  ['1.5', 1.5, { enabled: false, priority: 1 }],
  ['2.0', 2, { enabled: false, priority: 2 }],
  ['-0.5', -0.5, { enabled: false }],
])('priority: %s', (text, held, shown) => {
  const document = parseDocument(`plugins:\n  configs:\n    demo:\n      priority: ${text}\n`);
  const loaded = 'root' in document ? load(document, catalog) : undefined;

  test('is kept in memory and cut in the JSON view', () => {
    const memory = loaded?.ok ? loaded.memory : {};
    expect(memory).toMatchObject({ plugins: { configs: { demo: { priority: held } } } });
    expect(toJson(memory, catalog)).toMatchObject({ plugins: { configs: { demo: shown } } });
  });

  test('is no other value than the integer that it is cut to', () => {
    const field = catalog.at(['plugins', 'configs', 'demo', 'priority']);
    expect(field && sameAt(field, held, Math.trunc(held))).toBe(true);
    expect(field && sameAt(field, held, Math.trunc(held) + 1)).toBe(false);
  });
});
