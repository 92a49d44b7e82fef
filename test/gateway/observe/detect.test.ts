// Which API a gateway has, from every response that it or a proxy can give (C v8 §1.4).
import { afterEach, describe, expect, test } from '@jest/globals';
import { detect, generationOf } from '../../../src/gateway/observe/detect.ts';
import type { ApiGeneration, Build } from '../../../src/domain/live.ts';
import { clientOf, closeAll, codesOf, CORS, CPA, makeTarget, reply, serve } from '../builders.ts';

afterEach(closeAll);

const build: Build = { version: 'v8.0.20', commit: 'none', buildDate: 'unknown', supportsPlugins: true };
const JSON_ERROR = (error: string): string => JSON.stringify({ error });

async function answered(status: number, body: string, headers: Record<string, string>) {
  const { url, requests } = await serve(reply(status, body, headers));
  return { client: clientOf(makeTarget(url)), requests };
}

describe('a gateway is of', () => {
  test.each<[string, ApiGeneration, number, string, Record<string, string>]>([
    ['v8 that says 8', 'v8', 200, '8', CPA],
    ['v8 whose stored file is broken', 'v8', 500, JSON_ERROR('invalid_config'), CPA],
    ["v8 whose file can't be read", 'v8', 500, JSON_ERROR('read_failed'), CPA],
    ['v8 without the field', 'v8', 404, JSON_ERROR('not_found'), CPA],
    ['v7, which does not know the path', 'v0', 404, '', CORS],
  ])('%s', async (_, expected, status, body, headers) => {
    const { client } = await answered(status, body, headers);
    expect(await generationOf(client, { build })).toBe(expected);
  });

  test.each<[string, number, string, Record<string, string>, string]>([
    ['another version', 200, '9', CPA, 'HF3026'],
    ['a page of something else', 200, '<html>', {}, 'HF3026'],
    ['Home mode', 503, '', CORS, 'HF3026'],
    ['a refused key, which is never asked again', 401, JSON_ERROR('invalid management key'), CPA, 'HF3007'],
    [
      'a ban',
      403,
      JSON_ERROR('IP banned due to too many failed attempts. Try again in 29m0s'),
      CPA,
      'HF3009',
    ],
  ])('no generation: %s', async (_, status, body, headers, code) => {
    const { client } = await answered(status, body, headers);
    expect(await codesOf(generationOf(client, { build }))).toEqual([code]);
  });
});

describe('what was found', () => {
  test('is remembered for the build', async () => {
    const { client, requests } = await answered(200, '8', CPA);
    const kept = new Map<string, ApiGeneration>();
    const memory = {
      recall: async (name: string) => kept.get(name),
      remember: async (name: string, api: ApiGeneration) => void kept.set(name, api),
    };
    for (const version of ['v8.0.20', 'v8.0.20', 'v8.0.21'])
      expect(await detect(client, { setting: 'auto', build: { ...build, version }, memory })).toBe('v8');
    expect(requests).toHaveLength(2);
  });

  test("yields to the settings, which can't require a missing API", async () => {
    const { client, requests } = await answered(404, '', CORS);
    expect(await detect(client, { setting: 'v0', build: { ...build, version: 'v7.2.140' } })).toBe('v0');
    expect(requests).toHaveLength(0);
    expect(await detect(client, { setting: 'v0', build })).toBe('v0');
    expect(requests).toHaveLength(1);
    expect(await codesOf(detect(client, { setting: 'v8', build }))).toEqual(['HF3036']);
  });
});
