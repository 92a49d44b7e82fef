// Writes to a long v8 file are predicted on its nodes, not on its text. Both have the same result.
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { seal } from '../../../src/domain/secret.ts';
import type { Tree } from '../../../src/lib/value.ts';
import { CHANGES_V8, commentedV8 } from './commented-v8.ts';
import { withoutComments } from './commented.ts';
import { planV8 } from './plan-v8.ts';

const [sample] = fc.sample(commentedV8, { numRuns: 1, seed: 1 });
const FILE = withoutComments(sample?.text ?? '');
const PADDING = `# ${'padding '.repeat(2_500)}\n`;

/** The requests of a plan, and what the gateway would have after each. */
function planned(file: string, desired: Tree): unknown {
  return planV8(file, desired).writes.map(({ write, body, contentType, prediction }) => {
    const sent = contentType === 'application/json' ? body(seal(file)).open() : contentType;
    const { method, path, footprint } = write;
    return { method, path, sent, footprint, memory: prediction.memory.open(), file: prediction.file.open() };
  });
}

test.each(CHANGES_V8)('$name', ({ edit }) => {
  const { 'config-version': _version, server: _server, ...desired } = parse(edit(FILE)) as Tree;
  const short = planned(FILE, desired);
  expect(short).toHaveLength(1);
  expect(planned(`${PADDING}${FILE}`, desired)).toEqual(short);
});

test('what the gateway would refuse to load is not sent', () => {
  const desired: Tree = { routing: { retry: { 'request-retry': 'many' } } };
  const refused = (file: string): readonly string[] => {
    const { writes, plan } = planV8(file, desired);
    expect(writes).toEqual([]);
    return plan.verdicts.map(({ guard, message }) => `${guard}: ${message}`);
  };
  const why = 'cannot unmarshal !!str `many` into int (desired-state/main.yaml:4:1)';
  expect(refused(FILE)).toEqual([expect.stringContaining(`yaml: unmarshal errors:\n  line 6: ${why}`)]);
  expect(refused(`${PADDING}${FILE}`)).toEqual([
    `unsupported: the gateway could not load what it would store: yaml: unmarshal errors:\n  ${why}`,
  ]);
});
