// Checks the model against a gateway: with random configurations, the gateway must keep, show and store what the
// model predicts. If HOLDFAST_TEST_GATEWAY names a real one, its configuration is overwritten.
// HOLDFAST_TEST_GATEWAY_RUNS and _SEED choose how many and which.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseDocument } from '../../../src/yaml/document.ts';
import { toJson } from '../../../src/gateway/model/json.ts';
import { load } from '../../../src/gateway/model/load.ts';
import { save } from '../../../src/gateway/model/save.ts';
import { brokenBySave, stored } from '../../../src/gateway/model/stored.ts';
import { handle } from '../../../src/gateway/v7/endpoints.ts';
import type { FileDocument } from '../../../src/domain/yaml-node.ts';
import { isReal, type JudgedGateway, openJudged } from '../../support/judged-gateway.ts';
import { configTexts } from './configs.ts';
import { catalog, judged } from './replay.ts';
import { isFailure, type LoadFailure } from '../../../src/yaml/failure.ts';

let gateway: JudgedGateway;
const RUNS = Number(process.env['HOLDFAST_TEST_GATEWAY_RUNS'] ?? 20);
const SEED = Number(process.env['HOLDFAST_TEST_GATEWAY_SEED'] ?? 1);
/** Longer than the watcher's 150 ms and a reload. */
const SETTLE = 400;

const wait = (ms: number): Promise<void> => gateway.clock.sleep(ms);

async function ask(method: string, path: string, body?: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${gateway.url}/v0/management${path}`, {
    method,
    headers: { authorization: `Bearer ${gateway.key}` },
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, text: await answer.text() };
}

function predictedStatus(text: string): number {
  const kept = stored(text, catalog);
  if (typeof kept === 'string') return 200;
  return kept.stage === 'decode' ? 400 : 422;
}

function loaded(document: FileDocument): ReturnType<typeof load> & { ok: true } {
  const result = load(document, catalog);
  if (!result.ok) throw new Error(result.message);
  return result;
}

function parsed(text: string): FileDocument {
  const document = parseDocument(text);
  if (isFailure(document)) throw new Error((document as LoadFailure).message);
  return document as FileDocument;
}

const WRITES = [
  { method: 'PUT', path: '/request-retry', body: '{"value":7}' },
  { method: 'PATCH', path: '/api-keys', body: '{"old":"sk-test-0009","new":"sk-test-0009"}' },
  {
    method: 'PATCH',
    path: '/claude-api-key',
    body: '{"index":0,"value":{"prefix":"p","headers":{"X-A":"1"}}}',
  },
  {
    method: 'PATCH',
    path: '/openai-compatibility',
    body: '{"index":0,"value":{"models":[{"name":"n","alias":"b"}],"disabled":true}}',
  },
  {
    method: 'PUT',
    path: '/gemini-api-key',
    body: '[{"api-key":"sk-test-0002","weight":0},{"api-key":"sk-test-0001","disable-cooling":false,"models":[{"name":"a","alias":""}]}]',
  },
  {
    method: 'PATCH',
    path: '/oauth-model-alias',
    body: '{"channel":"claude","aliases":[{"name":"n","alias":"z"}]}',
  },
  { method: 'PUT', path: '/routing/strategy', body: '{"value":"rr"}' },
] as const;

async function compare(text: string, writes: readonly (typeof WRITES)[number][]): Promise<void> {
  const put = await ask('PUT', '/config.yaml', text);
  expect({ status: predictedStatus(text) }).toEqual({ status: put.status });
  if (put.status !== 200) return;
  await wait(SETTLE);
  let file = String(stored(text, catalog));
  let document = parsed(file);
  let { memory } = loaded(document);
  expect(toJson(memory, catalog) ?? '').toEqual(JSON.parse((await ask('GET', '/config')).text || '""'));
  for (const write of writes) {
    const given = { ...write, path: `/v0/management${write.path}` };
    const answer = handle(memory, given, catalog);
    const real = await ask(write.method, write.path, write.body);
    expect({ write, status: answer.status }).toEqual({ write, status: real.status });
    if (answer.writes === 'none') continue;
    const after = save(document, answer.memory, catalog);
    if (isFailure(after)) throw new Error('the model cannot save');
    await wait(SETTLE);
    const before = file;
    file = (await ask('GET', '/config.yaml')).text;
    if (brokenBySave((after as FileDocument).root) !== undefined) {
      expect(isFailure(parseDocument(file))).toBe(true);
      return;
    }
    expect(judged((after as FileDocument).text)).toEqual(judged(file));
    exact.push((after as FileDocument).text === file);
    document = parsed(file);
    // An unchanged file is not read again (C v0 §4.4), and one it cannot load leaves the gateway's memory as it was.
    const again = load(document, catalog);
    memory = again.ok && file !== before ? again.memory : answer.memory;
    expect(toJson(memory, catalog) ?? '').toEqual(JSON.parse((await ask('GET', '/config')).text || '""'));
  }
}

/** Whether predicted files were the same to the byte; of interest, not required. */
const exact: boolean[] = [];

describe('a gateway', () => {
  let before = '';
  beforeAll(async () => {
    gateway = await openJudged({ key: 'environment' });
    before = (await ask('GET', '/config.yaml')).text;
  });
  afterAll(async () => {
    await ask('PUT', '/config.yaml', before);
    await gateway.close();
    if (isReal) console.log(`${exact.filter(Boolean).length} of ${exact.length} files predicted to the byte`);
  });

  test(
    'keeps, shows and stores what the model predicts',
    async () => {
      const head = before.split(/^api-keys:/m)[0] ?? '';
      await fc.assert(
        fc.asyncProperty(
          configTexts(head),
          fc.shuffledSubarray([...WRITES], { minLength: 2, maxLength: 3 }),
          compare,
        ),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
    },
    RUNS * 30_000,
  );
});
