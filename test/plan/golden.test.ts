// Plans as a reviewer reads them. A change of these snapshots is a change of what people see.
import { describe, expect, test } from '@jest/globals';
import type { Prepared } from '../../src/plan/types/input.ts';
import { appliedState, BASE, planOf } from './builders.ts';

/** Changes, requests and verdicts, one line each. */
function read({ plan }: Prepared): string {
  const changes = plan.changes.flatMap((change) => [
    `${change.id} ${change.kind} ${change.path}: ${JSON.stringify(change.before ?? change.from)} → ${JSON.stringify(change.after)} [${change.origin}${change.attribution ? `, ${change.attribution}` : ''}, ${change.disposition}] ${change.position?.file ?? ''}:${change.position?.line ?? ''}`,
    ...change.consequences.map(({ severity, text }) => `   ${severity}: ${text}`),
  ]);
  const writes = plan.writes.map((write) => `${write.method} ${write.path} makes ${write.makes.join(', ')}`);
  const verdicts = plan.verdicts.map(
    (one) =>
      `${one.allowed ? 'allowed' : 'REFUSED'} ${one.guard} ${one.path ?? ''}: ${one.message} (${one.override ?? 'no override'}) for ${one.changes.join(', ')}`,
  );
  const rest = [
    ...plan.released.map((path) => `released ${path}`),
    ...plan.ignored.map((path) => `ignored ${path}`),
    ...plan.notes.map((note) => `note ${note.code} ${note.message}`),
  ];
  return [...changes, ...writes, ...verdicts, ...rest].join('\n');
}

describe('plans to read', () => {
  test('a first apply with one of everything', () => {
    const prepared = planOf({
      file: BASE,
      adopted: false,
      desired: {
        'api-keys': ['sk-test-0002', 'sk-test-0003'],
        'ws-auth': false,
        port: 8317,
        'commercial-mode': true,
        'openai-compatibility': [
          {
            name: 'openrouter',
            'base-url': 'https://openrouter.example/v1',
            'api-key-entries': [{ 'api-key': 'sk-test-or-1' }, { 'api-key': 'sk-test-or-2', weight: 2 }],
            models: [{ name: 'moonshotai/kimi-k2', alias: 'kimi-k2' }],
          },
        ],
        'gemini-api-key': [
          { 'api-key': 'sk-test-gem-1', headers: { 'X-Team': 'a' } },
          { 'api-key': 'sk-test-gem-2' },
        ],
        'oauth-model-alias': {
          claude: [
            { name: 'claude-sonnet-4-5', alias: 'sonnet' },
            { name: 'claude-opus-4-5', alias: 'opus' },
          ],
        },
      },
    });
    expect(read(prepared)).toMatchSnapshot();
  });

  test('drift and git at once, in mode apply', () => {
    const desired = { 'request-retry': 3, debug: false, 'api-keys': ['sk-test-0001', 'sk-test-0002'] };
    const state = appliedState({ file: BASE, desired });
    const file = BASE.replace('debug: false', 'debug: true').replace('- sk-test-0001', '- sk-test-0008');
    expect(read(planOf({ file, desired: { ...desired, 'request-retry': 4 }, state }))).toMatchSnapshot();
  });

  test('a gateway that did not load its file is made to', () => {
    const prepared = planOf({
      file: BASE,
      desired: { 'request-retry': 3 },
      memory: { ...planOf({ file: BASE, desired: {} }).basis.proposed.open(), 'request-retry': 0 },
      agreement: { kind: 'differ', cause: 'stale-memory', paths: ['request-retry'] },
    });
    expect(prepared.plan.changes).toEqual([]);
    expect(read(prepared)).toMatchSnapshot();
  });
});

describe('the digest', () => {
  const scenario = {
    file: BASE,
    desired: { debug: true, 'api-keys': ['sk-test-0001', 'sk-test-0002'] },
    withFile: false,
  };
  const digestOf = (more: object): string => planOf({ ...scenario, ...more }).plan.digest.value;

  test('is the same for the same decision', () => {
    expect(digestOf({})).toBe(digestOf({}));
    expect(digestOf({ file: BASE.replace('request-retry: 3', 'request-retry: 9') })).toBe(digestOf({}));
  });

  test('changes with the changes, the allowances and the live values at declared paths', () => {
    const all = [
      digestOf({}),
      digestOf({ desired: { ...scenario.desired, debug: false } }),
      digestOf({ allow: ['takeover'] }),
      digestOf({ file: BASE.replace('sk-test-0002', 'sk-test-0004') }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test('says which key made it', () => {
    const { digest } = planOf(scenario).plan;
    expect(digest.keyId).toMatch(/^[0-9a-f]{8}$/);
    expect(digest.value).toMatch(/^[0-9a-f]{64}$/);
  });
});
