import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { seal } from '../../../src/domain/secret.ts';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import type { Tree } from '../../../src/lib/value.ts';
import { isManagementSecret } from '../../../src/plan/diff/origin.ts';
import { appliedState, BASE, linesOf, planOf, type Scenario } from '../builders.ts';

const DECLARED: Tree = {
  'request-retry': 3,
  'api-keys': ['sk-test-0001', 'sk-test-0002'],
  'gemini-api-key': [
    { 'api-key': 'sk-test-gem-1', headers: { 'X-Team': 'a', 'X-Cost': 'b' } },
    { 'api-key': 'sk-test-gem-2', 'excluded-models': ['*'] },
  ],
};

const state = appliedState({ file: BASE, desired: DECLARED, withFile: false });

/** After `DECLARED` was applied: the file became `file`, the files `desired`. */
function later(file: string, desired: Tree, more: Partial<Scenario> = {}): string[] {
  const lines = linesOf(planOf({ file, desired, state, withFile: false, ...more }));
  return lines.map((line) => line.replaceAll(/#[0-9a-f]{8}/g, '#f').replaceAll(/"[0-9a-f]{8}"/g, '"f"'));
}

const edited = (from: string, to: string): string => {
  expect(BASE).toContain(from);
  return BASE.replace(from, to);
};

describe('which side moved since the last apply', () => {
  test('nobody: nothing differs', () => {
    expect(later(BASE, DECLARED)).toEqual([]);
  });

  test('the files: git', () => {
    expect(later(BASE, { ...DECLARED, 'request-retry': 5 })).toEqual(['update request-retry 3 → 5 (git)']);
  });

  test('the gateway: drift, which mode apply only reports', () => {
    const file = edited('request-retry: 3', 'request-retry: 9');
    expect(later(file, DECLARED)).toEqual(['report: update request-retry 9 → 3 (drift)']);
    expect(later(file, DECLARED, { mode: 'enforce' })).toEqual(['update request-retry 9 → 3 (drift)']);
    expect(later(file, DECLARED, { mode: 'observe' })).toEqual([
      'report: update request-retry 9 → 3 (drift)',
    ]);
  });

  test('both', () => {
    const file = edited('request-retry: 3', 'request-retry: 9');
    expect(later(file, { ...DECLARED, 'request-retry': 5 })).toEqual(['update request-retry 9 → 5 (both)']);
  });

  test('neither knows: a path declared for the first time', () => {
    expect(later(BASE, { ...DECLARED, debug: true })).toEqual(['update debug false → true (first)']);
  });

  test('settings that leave the files whole: git if they are as applied, both if others edited them', () => {
    const settings = (nested: Tree): Tree => ({
      plugins: { configs: { demo: { mode: 'fast', ...nested } } },
    });
    const nested = { deep: { list: [1], on: true } };
    const applied = appliedState({ file: BASE, desired: settings(nested) });
    const file = (deep: string): string =>
      `${BASE}plugins:\n  configs:\n    demo:\n      mode: fast\n      deep:\n        list: [1]\n${deep}`;
    const none = { plugins: { configs: {} } };
    const without = { withFile: true, state: applied };
    expect(later(file('        on: true\n'), none, without)).toEqual([
      expect.stringMatching(/^remove plugins\.configs\.demo .*\(git\)$/),
    ]);
    expect(later(file('        on: false\n'), none, without)).toEqual([
      expect.stringMatching(/^remove plugins\.configs\.demo .*\(both\)$/),
    ]);
  });

  test('an entry that others added is drift; one that left the files is git', () => {
    const file = edited('  - sk-test-0002\n', '  - sk-test-0002\n  - sk-test-0009\n');
    expect(later(file, { ...DECLARED, 'api-keys': ['sk-test-0001'] })).toEqual([
      'remove api-keys[#f] {"$secret":"f"} →  (git)',
      'report: remove api-keys[#f] {"$secret":"f"} →  (drift)',
    ]);
  });

  test('members of one entry are distinguished', () => {
    const file = edited('X-Team: a', 'X-Team: c');
    const desired = {
      ...DECLARED,
      'gemini-api-key': [
        { 'api-key': 'sk-test-gem-1', priority: 2, headers: { 'X-Team': 'a', 'X-Cost': 'b' } },
        { 'api-key': 'sk-test-gem-2', 'excluded-models': ['*'] },
      ],
    };
    expect(later(file, desired)).toEqual([
      'add gemini-api-key[#f].priority  → 2 (git)',
      'report: update gemini-api-key[#f].headers.X-Team {"$secret":"f"} → "a" (drift)',
    ]);
  });

  test('an entry that got another address is distinguished too, though its address is part of its name', () => {
    const declared = (base: string): Tree => ({
      'gemini-api-key': [{ 'api-key': 'sk-test-gem-1', 'base-url': base, priority: 1, prefix: 'team' }],
    });
    const file = (base: string): string =>
      `gemini-api-key:\n  - api-key: sk-test-gem-1\n    base-url: ${base}\n    priority: 1\n    prefix: team\n`;
    const [a, b] = ['https://a.example', 'https://b.example'];
    const applied = appliedState({ file: file(a), desired: declared(a), withFile: false });
    const origins = (held: string, proposed: string): string[] =>
      planOf({
        file: file(held),
        desired: declared(proposed),
        state: applied,
        withFile: false,
      }).plan.changes.map(({ kind, origin }) => `${kind} ${origin}`);
    expect(origins(a, a)).toEqual([]);
    expect(origins(a, b)).toEqual(['rename git']);
    expect(origins(b, a)).toEqual(['rename drift']);
    expect(origins(b, 'https://c.example')).toEqual(['rename both']);
  });

  test.each([
    ['the files add one in front', 'a', 'a', 'b a', ['add git']],
    ['the files take the first one away', 'a b', 'a b', 'b', ['remove git']],
    ['the panel adds one in front', 'a', 'b a', 'a', ['report: remove drift']],
    ['the panel takes the first one away', 'a b', 'b', 'a b', ['report: add drift']],
    ['the panel adds a copy', 'a', 'a a', 'a', ['report: remove drift']],
    ['the files add a copy', 'a', 'a', 'a a', ['add git']],
  ])('of entries with one key and address: %s', (_, before, now, next, expected) => {
    const declared = (text: string): Tree => ({ 'codex-api-key': entries(text) });
    const entries = (text: string): Tree[] => text.split(' ').map((prefix) => ({ ...same, prefix }));
    const same = { 'api-key': 'sk-test-codex', 'base-url': 'https://c.example' };
    const file = (text: string): string => stringify(declared(text), { aliasDuplicateObjects: false });
    const applied = appliedState({ file: file(before), desired: declared(before), withFile: false });
    const { changes } = planOf({
      file: file(now),
      desired: declared(next),
      state: applied,
      withFile: false,
    }).plan;
    expect(
      changes.map(
        ({ kind, origin, disposition }) => `${disposition === 'apply' ? '' : 'report: '}${kind} ${origin}`,
      ),
    ).toEqual(expected);
  });

  test("what isn't corrected stays as it is in the image that is written", () => {
    const file = edited('  - sk-test-0002\n', '  - sk-test-0002\n  - sk-test-0009\n');
    const { plan } = planOf({
      file,
      desired: { ...DECLARED, 'api-keys': ['sk-test-0001'] },
      state,
      withFile: false,
    });
    expect(plan.patch.map(({ op, path }) => `${op} ${path}`)).toEqual(['remove /api-keys/1']);
  });

  test("held paths aren't corrected in mode enforce", () => {
    const file = edited('request-retry: 3', 'request-retry: 9');
    const held = { ...state, held: [{ path: 'request-retry' }] };
    const lines = later(file, DECLARED, { mode: 'enforce', state: held });
    expect(lines).toEqual(['held: update request-retry 9 → 3 (drift)']);
  });
});

describe('the management secret, of which only hashes are known', () => {
  const [OLD, OTHER, NEW] = ['o', 'p', 'n'].map((letter) => `$2b$10$${letter.repeat(53)}`);
  const fileWith = (secret = ''): string => `port: 8317\nremote-management:\n  secret-key: ${secret}\n`;
  const scenario = (file: string, secret: string): Scenario => ({
    file,
    desired: { 'remote-management': { 'secret-key': secret } },
    managementSecret: { equalsLive: false, isTargetKey: true, stored: seal(NEW ?? '') },
  });
  const applied = appliedState({
    ...scenario(fileWith(OLD), 'secret-1'),
    managementSecret: { equalsLive: true, isTargetKey: true, stored: seal(OLD ?? '') },
  });
  const origins = (held: string | undefined, secret: string, known = applied): string[] =>
    planOf({ ...scenario(fileWith(held), secret), state: known }).plan.changes.map(({ origin }) => origin);

  test('was changed by the files if the gateway has the hash that was applied', () => {
    expect(origins(OLD, 'secret-2')).toEqual(['git']);
  });

  test('was changed by both if the gateway has another hash and the files are others', () => {
    expect(origins(OTHER, 'secret-2')).toEqual(['both']);
  });

  test('is declared for the first time', () => {
    const others = appliedState({ file: BASE, desired: { debug: false } });
    expect(origins(OTHER, 'secret-1', others)).toEqual(['first']);
  });

  test.each([
    ['legacy', 'remote-management.secret-key', true],
    ['v8', 'management.secret-key', true],
    ['legacy', 'remote-management.allow-remote', false],
  ] as const)('is in the %s layout %s: %p', (layout, path, is) => {
    const field = loadCatalog(layout).at(path.split('.'));
    expect(field && isManagementSecret(field)).toBe(is);
  });
});

describe('who did it', () => {
  const attributions = (file: string): (string | undefined)[] =>
    planOf({ file, desired: DECLARED, state, withFile: false }).plan.changes.map(
      (change) => change.attribution,
    );

  test('the panel, which switches a key off by a star', () => {
    const file = edited('      X-Cost: b\n', "      X-Cost: b\n    excluded-models: ['*']\n");
    expect(attributions(file)).toEqual(['panel-toggle']);
  });

  // At least three settings, and more than half of those that drifted, have the defaults of the gateway.
  const ALL = ['debug', 'request-retry', 'max-retry-interval', 'proxy-url', 'force-model-prefix', 'host'];
  const edits = { 'request-retry': 9, 'max-retry-interval': 40 };
  test.each<[string, Tree, readonly string[]]>([
    ['all of them are back at their defaults', {}, ALL],
    ['four of six are', edits, ['debug', 'proxy-url', 'force-model-prefix', 'host']],
    ['three of six are', { ...edits, 'proxy-url': 'http://b.example' }, []],
    [
      'two of two are',
      {
        debug: true,
        'request-retry': 3,
        'max-retry-interval': 30,
        'force-model-prefix': true,
      },
      [],
    ],
  ])('an installer that reset settings: %s', (_, now, reset) => {
    const declared = {
      debug: true,
      'request-retry': 3,
      'max-retry-interval': 30,
      'proxy-url': 'http://a.example',
      'force-model-prefix': true,
      host: 'a.example',
    };
    const applied = appliedState({ file: stringify(declared), desired: declared, withFile: false });
    const file = stringify({ port: 8317, ...now });
    const { plan } = planOf({ file, desired: declared, state: applied, withFile: false });
    const found = plan.changes.filter(({ attribution }) => attribution === 'installer-reset');
    expect(found.map(({ path }) => path).toSorted()).toEqual(reset.toSorted());
  });
});

describe('what left the files', () => {
  const { 'request-retry': _, ...without } = DECLARED;

  test('is released: it stays, and is listed until it is declared again', () => {
    const first = planOf({ file: BASE, desired: without, state, withFile: false });
    expect(first.plan.changes).toEqual([]);
    expect(first.plan.released).toEqual(['request-retry']);
    const after = appliedState({ file: BASE, desired: without, state, withFile: false });
    expect(planOf({ file: BASE, desired: without, state: after, withFile: false }).plan.released).toEqual([
      'request-retry',
    ]);
    expect(planOf({ file: BASE, desired: DECLARED, state: after, withFile: false }).plan.released).toEqual(
      [],
    );
  });

  test('is removed when pruning', () => {
    expect(later(BASE, without, { prune: true })).toEqual(['remove request-retry 3 →  (git)']);
  });

  test('under `ownership: entries` is removed only if Holdfast added it', () => {
    const ownership = { 'api-keys': 'entries' } as const;
    const more = { ownership, withFile: false };
    const desired = { 'api-keys': ['sk-test-0001', 'sk-test-0007'] };
    const applied = appliedState({ file: BASE, desired, ...more });
    const file = edited('  - sk-test-0002\n', '  - sk-test-0002\n  - sk-test-0007\n');
    const { plan } = planOf({ file, desired: { 'api-keys': [] }, state: applied, ...more });
    expect(plan.patch.map(({ op, path }) => `${op} ${path}`)).toEqual(['remove /api-keys/2']);
  });
});
