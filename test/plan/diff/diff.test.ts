import { describe, expect, test } from '@jest/globals';
import jsonPatch, { type Operation } from 'fast-json-patch';
import { parse } from 'yaml';
import type { Tree, Value } from '../../../src/lib/value.ts';
import { BASE, linesOf, planOf, type Scenario } from '../builders.ts';

const changesOf = (desired: Tree, more: Partial<Scenario> = {}): string[] =>
  linesOf(planOf({ file: BASE, desired, withFile: false, ...more }));

const base = parse(BASE) as Record<string, Value>;
const section = (name: string): Value => structuredClone(base[name] as Value);

/** The provider list with one thing done to it. */
function providers(edit: (list: Record<string, Value>[]) => void): Tree {
  const list = section('openai-compatibility') as unknown as Record<string, Value>[];
  edit(list);
  return { 'openai-compatibility': list };
}

describe('what differs', () => {
  test('nothing, if the files match the gateway', () => {
    const { host: _host, port: _port, ...declared } = base;
    expect(changesOf(declared)).toEqual([]);
  });

  test("nothing of what the files don't declare", () => {
    expect(changesOf({})).toEqual([]);
  });

  test("scalars by the gateway's interpretation", () => {
    expect(changesOf({ debug: false, 'request-retry': 5 })).toEqual(['update request-retry 3 → 5 (first)']);
  });

  test('a list that is declared empty loses every entry', () => {
    expect(changesOf({ 'oauth-model-alias': { claude: [] } })).toHaveLength(1);
  });

  test('an empty map must be empty', () => {
    expect(changesOf({ 'oauth-model-alias': {} })).toEqual([
      'remove oauth-model-alias.claude [{"name":"claude-sonnet-4-5","alias":"sonnet"}] →  (first)',
    ]);
  });

  test('an OAuth map is owned key by key', () => {
    const desired = { 'oauth-model-alias': { codex: [{ name: 'gpt-5', alias: 'five' }] } };
    expect(changesOf(desired)).toEqual([
      'add oauth-model-alias.codex[five]  → {"name":"gpt-5","alias":"five"} (first)',
    ]);
  });

  test('sets by membership, whatever their order', () => {
    const keys = ['sk-test-0003', 'sk-test-0002'];
    const lines = changesOf({ 'api-keys': keys });
    expect(lines.map((line) => line.replaceAll(/[0-9a-f]{8}/g, 'f'))).toEqual([
      'remove api-keys[#f] {"$secret":"f"} →  (first)',
      'add api-keys[#f]  → {"$secret":"f"} (first)',
    ]);
    expect(changesOf({ 'api-keys': ['sk-test-0002', 'sk-test-0001'] })).toEqual([]);
  });

  test('a model with another alias is renamed', () => {
    const desired = providers((list) => {
      const models = list[0]?.['models'] as unknown as Record<string, Value>[];
      (models[0] as Record<string, Value>)['alias'] = 'kimi-k2';
    });
    expect(changesOf(desired)).toEqual([
      'rename openai-compatibility[openrouter].models[kimi-k2] "kimi" → "kimi-k2" (first)',
    ]);
  });

  test('a provider with another name and nothing else is renamed', () => {
    const desired = providers((list) => {
      (list[1] as Record<string, Value>)['name'] = 'deepseek-eu';
    });
    expect(changesOf(desired)).toEqual([
      'rename openai-compatibility[deepseek-eu] "deepseek" → "deepseek-eu" (first)',
    ]);
  });

  test('an entry in another order is the same entry', () => {
    const list = section('openai-compatibility') as Value[];
    expect(changesOf({ 'openai-compatibility': list.toReversed() })).toEqual([]);
  });

  test('a member of an entry that the files leave out is removed', () => {
    const desired = {
      'gemini-api-key': [
        { 'api-key': 'sk-test-gem-1', headers: { 'X-Team': 'a' } },
        { 'api-key': 'sk-test-gem-2' },
      ],
    };
    const lines = changesOf(desired).map((line) => line.replaceAll(/[0-9a-f]{8}/g, 'f'));
    expect(lines).toEqual([
      'remove gemini-api-key[#f].headers.X-Cost {"$secret":"f"} →  (first)',
      'remove gemini-api-key[#f].excluded-models ["*"] →  (first)',
    ]);
  });

  test('entries that share their identity are paired by likeness', () => {
    const entry = (priority: number, prefix: string): Tree => ({
      'api-key': 'sk-test-c',
      'base-url': 'https://c.example',
      priority,
      prefix,
    });
    const file = `claude-api-key: ${JSON.stringify([entry(1, 'a'), entry(2, 'b')])}\n`;
    const lines = changesOf({ 'claude-api-key': [entry(3, 'b'), entry(1, 'a')] }, { file });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^update claude-api-key\["#[0-9a-f]{8}@https:\/\/c\.example~2"\]\.priority 2 → 3/,
    );
  });

  test('the patch puts what moved where it is declared, at the front, in the middle and at the end', () => {
    const rule = (name: string): Tree => ({ models: [{ name }], params: { a: 1 } });
    const payload = (order: string): Tree => ({ payload: { override: [...order].map(rule) } });
    for (const order of ['bacd', 'acbd', 'dabc', 'bcda', 'badc', 'dcba', 'cadb']) {
      const file = JSON.stringify(payload('abcd'));
      const { plan } = planOf({ file, desired: payload(order), withFile: false });
      const patched = jsonPatch.applyPatch(payload('abcd'), structuredClone([...plan.patch]) as Operation[]);
      expect(plan.patch.some(({ op }) => op === 'move')).toBe(true);
      expect(patched.newDocument).toEqual(payload(order));
    }
  });

  test('what has an order is compared in order, and what moved is a move', () => {
    const rule = (name: string): Tree => ({ models: [{ name }], params: { 'a.b': name } });
    const file = `payload:\n  override: ${JSON.stringify(['one', 'two', 'three'].map(rule))}\n`;
    const desired = { payload: { override: ['two', 'three', 'one'].map(rule) } };
    expect(changesOf(desired, { file })).toEqual(['move payload.override[2] 0 → 2 (first)']);
  });

  test('an entry put into the middle of a sequence is one addition', () => {
    const rule = (name: string): Tree => ({ models: [{ name }], params: { 'a.b': name } });
    const file = `payload:\n  override: ${JSON.stringify(['one', 'three'].map(rule))}\n`;
    const prepared = planOf({
      file,
      desired: { payload: { override: ['one', 'two', 'three'].map(rule) } },
      withFile: false,
    });
    expect(prepared.plan.patch.map(({ op, path }) => `${op} ${path}`)).toEqual(['add /payload/override/1']);
  });
});

describe('whose it is', () => {
  const mine = { 'api-keys': ['sk-test-0003'] };

  test('entries of others stay under `ownership: entries`', () => {
    const kinds = planOf({
      file: BASE,
      desired: mine,
      ownership: { 'api-keys': 'entries' },
      withFile: false,
    });
    expect(kinds.plan.changes.map((change) => change.kind)).toEqual(['add']);
  });

  test('only declared members are compared under `ownership: members`', () => {
    const desired = { 'gemini-api-key': [{ 'api-key': 'sk-test-gem-1', priority: 5 }] };
    const lines = changesOf(desired, { ownership: { 'gemini-api-key': 'members' } });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('.priority');
  });

  test('what is ignored is carried over inside an owned list, and reported', () => {
    const desired = { 'gemini-api-key': [{ 'api-key': 'sk-test-gem-1' }, { 'api-key': 'sk-test-gem-2' }] };
    const prepared = planOf({
      file: BASE,
      desired,
      ignore: ['gemini-api-key[*].headers.X-Team', 'gemini-api-key[*].excluded-models'],
      withFile: false,
    });
    expect(prepared.plan.changes.map((change) => change.path.replace(/#\w+/, '#f'))).toEqual([
      'gemini-api-key[#f].headers.X-Cost',
    ]);
    expect(prepared.plan.ignored).toHaveLength(2);
  });

  test('a whole ignored entry stays, declared or not', () => {
    const desired = providers((list) => list.shift());
    expect(changesOf(desired, { ignore: ['openai-compatibility[openrouter]'] })).toEqual([]);
  });
});
