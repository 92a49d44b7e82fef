import { V7 } from '../../../src/gateway/dialect.ts';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Field } from '../../../src/gateway/catalog/field.ts';
import { parseDocument } from '../../../src/yaml/document.ts';
import { sameAt } from '../../../src/gateway/model/equal.ts';
import { save } from '../../../src/gateway/model/save.ts';
import { stored } from '../../../src/gateway/model/stored.ts';
import { handle } from '../../../src/gateway/v7/endpoints.ts';
import type { FileDocument } from '../../../src/domain/yaml-node.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { Value } from '../../../src/lib/value.ts';
import type { PreparedWrite } from '../../../src/domain/plan/write.ts';
import { isState, settled } from '../../../src/plan/prediction/predict.ts';
import { renderBlock } from '../../../src/yaml/splice/render.ts';
import { catalog, documentOf, routed, stateOf } from './changes.ts';
import { isFailure } from '../../../src/yaml/failure.ts';

/** Keys whose values must fit each other, or that a file needs to stay manageable. */
const FIXED = new Set(['remote-management', 'credential-in-flight', 'credential-concurrency', 'codex', 'host', 'port', 'tls']); // prettier-ignore

const word = fc.constantFrom('one', 'two', 'three', 'Four', ' five ', 'https://x.example', '0123', 'yes');

function valueOf(field: Field): fc.Arbitrary<Value> {
  if (field.name === 'weight') return fc.constantFrom(1, 2, 0);
  if (field.choices) return fc.constantFrom(...field.choices);
  switch (field.kind) {
    case 'string':
      return word;
    case 'integer':
    case 'number':
      return fc.integer({ min: 0, max: 20 });
    case 'boolean':
      return fc.boolean();
    case 'duration':
      return fc.constantFrom('3s', '250ms', '1m0s');
    case 'list':
      return fc.array(field.item ? valueOf(field.item) : word, { maxLength: 3 });
    case 'map':
      return fc.dictionary(fc.constantFrom('claude', 'codex', 'X-A', 'X-B'), field.value ? valueOf(field.value) : word, { maxKeys: 2, noNullPrototype: true }); // prettier-ignore
    case 'struct':
      return structOf(field);
    case 'any':
      return field.name === 'disable-image-generation'
        ? fc.constantFrom<Value>(true, false, 'chat')
        : fc.dictionary(fc.constantFrom('mode', 'limit', 'deep'), fc.oneof(word, fc.integer(), fc.boolean()), { maxKeys: 3, noNullPrototype: true }); // prettier-ignore
  }
}

function structOf(field: Field): fc.Arbitrary<Value> {
  const model: Record<string, fc.Arbitrary<Value>> = {};
  for (const [name, member] of field.fields ?? [])
    if (!(field.name === '' && FIXED.has(name)) && name !== 'store-auth') model[name] = valueOf(member);
  return fc.record(model, { requiredKeys: [], noNullPrototype: true }) as fc.Arbitrary<Value>;
}

const topLevel = [...(catalog.root.fields ?? [])].filter(([name]) => !FIXED.has(name) && name !== 'plugins');
const writable = topLevel.filter(([, field]) => field.route.kind !== 'file' && field.route.kind !== 'within');
const config = fc
  .oneof(
    fc.subarray(topLevel, { minLength: 2, maxLength: 8 }),
    fc.subarray(writable, { minLength: 2, maxLength: 4 }),
  )
  .chain((chosen) =>
    fc.record(Object.fromEntries(chosen.map(([name, field]) => [name, valueOf(field)] as const))),
  )
  .map((tree): Record<string, Value> => ({ ...(tree as Record<string, Value>), port: 8317 }));
const textOf = (value: Value): string =>
  renderBlock(value, 0, { eol: '\n', step: 2, listStep: 2, quote: 'plain' })
    .map((line) => `${line}\n`)
    .join('');

const loads = (text: string): boolean => isState(settled(documentOf(text), V7));

/** A pair of configurations that share most keys. */
const pairs = fc
  .tuple(config, config, fc.array(fc.nat(60), { minLength: 1, maxLength: 4 }))
  .map(([before, other, picks]) => {
    const after: Record<string, Value> = { ...before };
    const names = Object.keys(other);
    for (const pick of picks) {
      const name = names[pick % names.length] ?? 'port';
      if (name in after && pick % 7 === 0 && name !== 'port') delete after[name];
      else after[name] = other[name] ?? 8317;
    }
    return [textOf(before), textOf(after)] as const;
  })
  .filter(([before, after]) => loads(before) && loads(after));

/** The file after a write, as the gateway would leave it. */
function written(text: string, { write, body, contentType }: PreparedWrite): string {
  const sent = body(seal(text)).open();
  if (contentType === 'application/yaml') {
    const result = stored(sent, catalog);
    if (typeof result !== 'string') throw new Error(result.message);
    return result;
  }
  const answer = handle(
    stateOf(text).memory,
    { method: write.method, path: write.path, body: sent },
    catalog,
  );
  if (answer.status !== 200) throw new Error(answer.body);
  const saved = save(documentOf(text), answer.memory, catalog);
  if (isFailure(saved)) throw new Error(saved.message);
  return (saved as FileDocument).text;
}

describe('for any configuration and any change', () => {
  test('what is routed, sent and loaded again is what was wanted, and nothing else changed', () => {
    const routes = { field: 0, file: 0, none: 0, refused: 0 };
    fc.assert(
      fc.property(pairs, ([before, after]) => {
        const proposed = stateOf(after).image;
        const { writes, verdicts, states } = routed(before, proposed);
        if (verdicts.length > 0) {
          routes.refused += 1;
          expect(verdicts.map(({ guard, message }) => `${guard} ${message}`)).toEqual([]);
        }
        routes[writes.length === 0 ? 'none' : writes[0]?.contentType === 'application/yaml' ? 'file' : 'field'] += 1;
        const end = writes.reduce(written, before);
        expect(isFailure(parseDocument(end))).toBe(false);
        const image = stateOf(end).image;
        for (const name of new Set([...Object.keys(image), ...Object.keys(proposed)])) {
          const field = catalog.child(catalog.root, name);
          if (field && !sameAt(field, image[name], proposed[name])) expect({ [name]: image[name] }).toEqual({ [name]: proposed[name] });
        }
        if (writes.length > 0) expect(states).toHaveLength(writes.length);
      }),
      { numRuns: 100 },
    );
    expect(routes.field).toBeGreaterThan(0);
    expect(routes.file).toBeGreaterThan(0);
  });
}); // prettier-ignore
