// Settings of plugins in a save: what memory has in the same meaning stays as it is written, what it has differently is
// replaced.
import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { load } from '../../../src/gateway/model/load.ts';
import { save } from '../../../src/gateway/model/save.ts';
import type { FileDocument } from '../../../src/domain/yaml-node.ts';
import type { Tree, Value } from '../../../src/lib/value.ts';
import { parseDocument } from '../../../src/yaml/document.ts';

const catalog = loadCatalog('legacy');

/** The setting in the file after memory was saved, with `value` in its place if there is one. */
function savedSetting(written: string, value?: Value, name = 'a'): string {
  const text = `debug: false\nplugins:\n  configs:\n    p:\n      ${name}: ${written}\n      b: 1\n`;
  const document = parseDocument(text) as FileDocument;
  const loaded = load(document, catalog);
  if (!loaded.ok) throw new Error(loaded.message);
  const { plugins } = loaded.memory as { plugins: { configs: { p: Tree } } };
  const p = value === undefined ? plugins.configs.p : { ...plugins.configs.p, [name]: value };
  const memory = { ...loaded.memory, plugins: { ...plugins, configs: { p } }, debug: true };
  const saved = save(document, memory, catalog) as FileDocument;
  return new RegExp(`^ {6}${name}: ?(.*)$`, 'm').exec(saved.text)?.[1] ?? saved.text;
}

describe('a setting that memory has in the same meaning', () => {
  const numbers = ['1', '0x10', '1.50', '1e3', '1e6', '0.0000001', '!!int "7"'];
  const texts = ['yes', 'off', 'true', 'FALSE', '~', 'null', '"5"', "'on'", 'text', '!!str 7', '!!str text'];
  test.each([...numbers, ...texts])('%s stays as it is written', (written) => {
    expect(savedSetting(written)).toBe(written);
  });

  test.each(['yes', 'off', 'true', 'On', 'True'])('%s stays where the gateway reads a boolean', (written) => {
    expect(savedSetting(written, undefined, 'enabled')).toBe(written);
  });
});

describe('a setting that memory has differently', () => {
  const cases: readonly (readonly [written: string, value: Value, saved: string])[] = [
    ['1', 2, '2'],
    ['0x10', 17, '17'],
    ['yes', false, 'false'],
    ['off', true, 'true'],
    ['~', 'text', 'text'],
    ['null', 0, '0'],
    ['text', null, 'null'],
    ['1.50', 'x', 'x'],
    ['"5"', 6, '"6"'],
  ];
  test.each(cases)('%s is replaced by %j', (written, value, saved) => {
    expect(savedSetting(written, value)).toBe(saved);
  });

  test('a boolean of the gateway, however it is written', () => {
    expect(savedSetting('yes', false, 'enabled')).toBe('false');
    expect(savedSetting('off', true, 'enabled')).toBe('true');
  });
});
