// What a plan says about the consequences of its changes, for a gateway's operator.
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { isTree, type Tree, type Value } from '../../../src/lib/value.ts';
import { BASE, planOf } from '../builders.ts';

const base = parse(BASE) as Tree;

/** `severity: text` of every change, with fingerprints masked. */
function said(desired: Tree, file = BASE): readonly string[] {
  const { plan } = planOf({ file, desired });
  return plan.changes.flatMap(({ consequences }) =>
    consequences.map(({ severity, text }) => `${severity}: ${text}`.replaceAll(/#[0-9a-f]{8}/g, '#f')),
  );
}

/** The list of `BASE` with members of one entry changed. */
function changed(family: string, index: number, members: Tree): Tree {
  const list = base[family] as readonly Value[];
  return {
    [family]: list.map((entry, i) => (i === index && isTree(entry) ? { ...entry, ...members } : entry)),
  };
}

const off = 'warning: switches this upstream off';
const on = 'note: switches this upstream on again';
const gemini = (entry: Tree, more: Tree = {}): readonly [string, Tree] => [
  JSON.stringify({ 'gemini-api-key': [{ 'api-key': 'sk-test-gem-1', ...entry }] }),
  { 'gemini-api-key': [{ 'api-key': 'sk-test-gem-1', ...more }] },
];

const provider = (entry: Tree, more: Tree): readonly [string, Tree] => {
  const of = (members: Tree): Tree => ({
    'openai-compatibility': [{ name: 'a', 'base-url': 'https://a.example', ...members }],
  });
  return [JSON.stringify(of(entry)), of(more)];
};

describe('an upstream', () => {
  test.each<[what: string, file: readonly [string, Tree], expected: readonly string[]]>([
    ['is switched off', provider({}, { disabled: true }), [off]],
    ['is switched on', provider({ disabled: true }, { disabled: false }), [on]],
    ['loses all its models', gemini({ 'excluded-models': ['a'] }, { 'excluded-models': ['a', '*'] }), [off]],
    ['gets its models back', gemini({ 'excluded-models': ['*'] }, { 'excluded-models': ['a'] }), [on]],
    ['loses one model', gemini({ 'excluded-models': ['a'] }, { 'excluded-models': ['a', 'b'] }), []],
    ['stays off in another way', gemini({ 'excluded-models': ['*'] }, { 'excluded-models': ['*', 'b'] }), []],
    ['gets another priority', gemini({ priority: 1 }, { priority: 2 }), []],
  ])('that %s', (_, [file, desired], expected) => {
    expect(said(desired, file)).toEqual(expected);
  });
});

describe('the address of an upstream', () => {
  const address = (url: string): Tree => changed('openai-compatibility', 1, { 'base-url': url });
  const plain = 'warning: sends its key over plain http';
  const renewed = "note: changes the credential's id: its counters and cooldown start over";

  test.each([
    ['http://deepseek.example/v1', [renewed, plain]],
    ['HTTP://deepseek.example/v1', [renewed, plain]],
    ['https://deepseek.example/v2', [renewed]],
    ['http://127.0.0.1:9000/v1', [renewed]],
    ['http://localhost:9000/v1', [renewed]],
    ['http://[::1]:9000/v1', [renewed]],
  ])('that becomes %s', (url, expected) => {
    expect(said(address(url))).toEqual(expected);
  });

  test('that an entry had none of, or that comes with its entry', () => {
    const claude = (entry: Tree): Tree => ({ 'claude-api-key': [{ 'api-key': 'sk-test-c-1', ...entry }] });
    const http = { 'base-url': 'http://claude.example' };
    expect(said(claude(http), JSON.stringify(claude({})))).toEqual([renewed, plain]);
    expect(said(claude(http), 'port: 8317\n')).toEqual([plain]);
    expect(said(claude({}), JSON.stringify(claude(http)))).toEqual([renewed]);
    expect(said(claude({ ...http, priority: 1 }), JSON.stringify(claude(http)))).toEqual([]);
  });
});

describe('client keys', () => {
  test.each<[keys: readonly string[], file: string, expected: readonly string[]]>([
    [['sk-test-0001'], BASE, ['note: clients that use this key are refused']],
    [['sk-test-0001'], 'port: 8317\n', ['note: the gateway is no longer open to everyone']],
    [['sk-test-0001', 'sk-test-0002', 'sk-test-0003'], BASE, []],
    [
      ['sk-test-0001', 'sk-test-0002', 'your-api-key-1'],
      BASE,
      [
        'danger: is a published sample key: everyone knows it, and the gateway refuses all clients after its next start',
      ],
    ],
  ])('%j', (keys, file, expected) => {
    expect(said({ 'api-keys': keys }, file)).toEqual(expected);
  });

  test('the last of which goes', () => {
    expect(new Set(said({ 'api-keys': [] }))).toEqual(
      new Set(['danger: removes the last client key, which opens the gateway to everyone']),
    );
  });
});

describe('models', () => {
  test('that no upstream serves any more, or a new one', () => {
    const models = [
      { name: 'moonshotai/kimi-k2', alias: 'kimi' },
      { name: 'z-ai/glm-5', alias: 'glm5' },
    ];
    expect(said(changed('openai-compatibility', 0, { models }))).toEqual([
      'warning: stops serving `glm`',
      'note: starts serving `glm5`',
    ]);
  });

  test('that another upstream serves too', () => {
    const [first, second] = base['openai-compatibility'] as readonly [Tree, Tree];
    const both = {
      ...second,
      models: [...(second['models'] as readonly Tree[]), { name: 'k', alias: 'kimi' }],
    };
    const file = JSON.stringify({ ...base, 'openai-compatibility': [first, both] });
    const gone = { ...first, models: (first['models'] as readonly Tree[]).slice(1) };
    expect(said({ 'openai-compatibility': [gone, both] }, file)).toEqual([]);
  });
});

describe('the Management API', () => {
  const remote = (members: Tree): Tree => ({ 'remote-management': members });
  test.each<[Tree, Tree, readonly string[]]>([
    [
      { 'allow-remote': false },
      { 'allow-remote': true },
      ['warning: opens the Management API to other hosts'],
    ],
    [
      { 'allow-remote': true },
      { 'allow-remote': false },
      ['warning: closes the Management API to other hosts'],
    ],
    [{ 'disable-control-panel': false }, { 'disable-control-panel': true }, []],
  ])('%j -> %j', (before, after, expected) => {
    expect(said(remote(after), JSON.stringify(remote(before)))).toEqual(expected);
  });
});
