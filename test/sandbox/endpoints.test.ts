import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { loadCatalog } from '../../src/gateway/catalog/catalog.ts';
import { parseDocument } from '../../src/yaml/document.ts';
import { load } from '../../src/gateway/model/load.ts';
import { type Memory } from '../../src/gateway/model/model.ts';
import { type EndpointAnswer, handle } from '../../src/gateway/v7/endpoints.ts';
import { isList, isTree, type Value } from '../../src/lib/value.ts';
import { isFailure } from '../../src/yaml/failure.ts';

const catalog = loadCatalog('legacy');

function memoryOf(text: string): Memory {
  const document = parseDocument(text);
  const loaded = isFailure(document) ? document : load(document, catalog);
  if (isFailure(loaded)) throw new Error(loaded.message);
  return loaded.memory;
}

const MEMORY = memoryOf(`
api-keys: [sk-test-0001, sk-test-0002]
gemini-api-key:
  - {api-key: sk-a, base-url: https://one.example, headers: {X-A: "1"}}
  - {api-key: sk-a, base-url: https://two.example}
codex-api-key:
  - {api-key: sk-c, base-url: https://c.example, disable-cooling: true, weight: 3}
openai-compatibility:
  - {name: p, base-url: https://p.example, api-key-entries: [{api-key: sk-o}]}
oauth-excluded-models: {claude: [a]}
`);

const call = (method: string, path: string, body?: unknown, query = {}): EndpointAnswer =>
  handle(
    MEMORY,
    { method, path: `/v0/management${path}`, query, ...(body !== undefined && { body: String(body) }) },
    catalog,
  );

const entry = (answer: EndpointAnswer, list: string, at = 0): Value | undefined => {
  const held = answer.memory[list];
  return isList(held) ? held[at] : undefined;
};

describe('the configuration endpoints on memory alone', () => {
  test('any other path gets an empty 404, never 405', () => {
    for (const [method, path] of [
      ['POST', '/api-keys'],
      ['PUT', '/config'],
      ['GET', '/routing'],
      ['GET', '/Debug'],
      ['DELETE', '/debug'],
      ['GET', '/constructor'],
    ] as const)
      expect(call(method, path, '{}')).toMatchObject({
        status: 404,
        body: '',
        writes: 'none',
        memory: MEMORY,
      });
  });

  test('names match regardless of case, the last of duplicates counts, garbage behind a PATCH body is ignored', () => {
    const answer = call('PATCH', '/request-retry', '{"VALUE":1,"value":2} and more');
    expect(answer).toMatchObject({ status: 200, writes: 'file' });
    expect(answer.memory['request-retry']).toBe(2);
    expect(call('PUT', '/api-keys', '["a"] and more').status).toBe(400);
  });

  test('integers are written as integers', () => {
    for (const value of ['3.0', '1e1', '"3"', 'true', 'null', '9223372036854775808'])
      expect(call('PUT', '/request-retry', `{"value":${value}}`).status).toBe(400);
  });

  test('null unsets weight and disable-cooling, changes nothing elsewhere', () => {
    const value =
      '{"index":0,"value":{"weight":null,"disable-cooling":null,"base-url":null,"websockets":true}}';
    const patched = entry(call('PATCH', '/codex-api-key', value), 'codex-api-key');
    expect(isTree(patched) && Object.keys(patched)).not.toContain('weight');
    expect(patched).not.toHaveProperty('disable-cooling');
    expect(patched).not.toHaveProperty('websockets');
    expect(patched).toHaveProperty('base-url', 'https://c.example');
  });

  test('of several mistakes the first check answers', () => {
    const bad = '{"index":0,"value":{"weight":1000001,"base-url":" ","disable-cooling":"x"}}';
    expect(call('PATCH', '/codex-api-key', bad).body).toBe('{"error":"weight must not exceed 1000000"}');
    const blank = '{"index":0,"value":{"base-url":" ","disable-cooling":"x"}}';
    expect(call('PATCH', '/codex-api-key', blank).memory['codex-api-key']).toEqual([]);
  });

  test('an ambiguous key needs its base-url', () => {
    const body = '{"match":"sk-a","value":{"prefix":"t"}}';
    expect(call('PATCH', '/gemini-api-key', body).status).toBe(400);
    const query = { 'base-url': 'https://two.example' };
    expect(entry(call('PATCH', '/gemini-api-key', body, query), 'gemini-api-key', 1)).toHaveProperty(
      'prefix',
      't',
    );
    expect(call('DELETE', '/gemini-api-key', undefined, { 'api-key': 'sk-a' }).body).toContain(
      'base-url is required',
    );
  });

  test('a mistyped OAuth map wipes the whole map with 200', () => {
    const answer = call('PUT', '/oauth-excluded-models', '{"claude":"a"}');
    expect(answer.status).toBe(200);
    expect(answer.memory).not.toHaveProperty('oauth-excluded-models');
  });

  test('memory is never changed in place, whatever is sent', () => {
    const before = JSON.stringify(MEMORY);
    const paths = [
      '/api-keys',
      '/gemini-api-key',
      '/codex-api-key',
      '/openai-compatibility',
      '/oauth-model-alias',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom('PUT', 'PATCH', 'DELETE'),
        fc.constantFrom(...paths),
        fc.oneof(fc.json(), fc.constant('{"index":0,"value":{}}'), fc.string()),
        fc.constantFrom({}, { index: '0' }, { 'api-key': 'sk-a' }, { name: 'p' }, { channel: 'claude' }),
        (method, path, body, query) => {
          const answer = call(method, path, body, query);
          expect([200, 400, 404]).toContain(answer.status);
          expect(answer.writes).toBe(answer.status === 200 ? 'file' : 'none');
          expect(JSON.stringify(MEMORY)).toBe(before);
        },
      ),
      { numRuns: 300 },
    );
  });
});
