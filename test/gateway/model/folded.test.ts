// Folded texts as the gateway's encoder prints and reads them, as seen on a running v7.2.140.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { contentOf } from '../../../src/gateway/model/decode.ts';
import { parseDocument } from '../../../src/yaml/document.ts';
import { load } from '../../../src/gateway/model/load.ts';
import { save } from '../../../src/gateway/model/save.ts';
import type { FileDocument } from '../../../src/domain/yaml-node.ts';
import { catalog } from './replay.ts';
import { isFailure } from '../../../src/yaml/failure.ts';

function read(text: string): FileDocument {
  const document = parseDocument(text);
  if (isFailure(document)) throw new Error(`${text} does not parse`);
  return document;
}

/** The file after a field write that changes nothing. */
function saved(document: FileDocument): FileDocument {
  const loaded = load(document, catalog);
  if (!loaded.ok) throw new Error(loaded.message);
  const after = save(document, loaded.memory, catalog);
  if (isFailure(after)) throw new Error('it cannot be saved');
  return after;
}

const fileWith = (text: string): string => `x-mine: >\n  plain\nx-note: ${text}\nport: 8317\n`;

describe('a folded text that the gateway saves', () => {
  test.each([
    ['>-\n  x\n    y\n    z\n  w', 'x\n  y\n  z\nw', '>-\n  x\n\n    y\n    z\n  w'],
    ['>-\n  v\n\n\n    u', 'v\n\n\n  u', '>-\n  v\n\n\n\n    u'],
    ['>-\n  a\n\n    b\n\n  c', 'a\n\n  b\n\nc', '>-\n  a\n\n\n    b\n\n  c'],
    ['>-\n  one\n  \ttab\n  two', 'one\n\ttab\ntwo', '>-\n  one\n\n  \ttab\n  two'],
    ['>\n  clip', 'clip\n', '>\n  clip\n'],
    ['>+\n  k\n    l\n', 'k\n  l\n\n', '>+\n  k\n\n    l\n'],
    ['>2-\n    lead\n  x\n    z', '  lead\nx\n  z', '>2-\n    lead\n  x\n    z'],
    ['|-\n  x\n    y', 'x\n  y', '|-\n  x\n    y'],
  ])('%j', (before, held, after) => {
    const document = read(fileWith(before));
    expect(contentOf(document, catalog)['x-note']).toBe(held);
    expect(saved(document).text).toContain(`x-note: ${after}\n`);
  });

  test('is predicted as it will be read', () => {
    const line = fc.constantFrom('a', 'b c', '  in', '\tt', '');
    const folded = fc
      .array(line, { minLength: 1, maxLength: 6 })
      .chain((lines) =>
        fc
          .constantFrom('>', '>-', '>+')
          .map((mark) => `${mark}\n${lines.map((one) => `  ${one}`.trimEnd()).join('\n')}`),
      );
    fc.assert(
      fc.property(folded, (text) => {
        const document = parseDocument(fileWith(text));
        fc.pre(!isFailure(document));
        const after = saved(document as FileDocument);
        expect(contentOf(read(after.text), catalog)).toEqual(contentOf(after, catalog));
      }),
      { numRuns: 300 },
    );
  });
});
