// What was declared once and isn't any more: released, and pruned on request, however many runs later.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { DESIRED, GATEWAY_FILE, GATEWAY_FILE_V8, type Fixture, setup, teardown } from './setup.ts';

afterEach(teardown);

/** What is taken out of the files, and what must be gone from the gateway's file afterwards. */
const TAKEN: Readonly<Record<string, string>> = {
  'a scalar': 'max-retry-credentials: 3\n',
  'a scalar in a section': 'quota-exceeded:\n  switch-project: true\n',
  'a whole section': 'routing:\n  strategy: fill-first\n  session-affinity: true\n',
  'a list of entries': 'gemini-api-key:\n  - api-key: ${env:UPSTREAM}\n    priority: 3\n',
  'a provider': 'codex-api-key:\n  - api-key: ${env:UPSTREAM}\n    base-url: https://codex.example/v1\n',
  'a map of lists': 'oauth-excluded-models:\n  claude: [claude-old]\n  codex: [gpt-old]\n',
  'channels of aliases': 'oauth-model-alias:\n  claude:\n    - { name: claude-opus-4-5, alias: opus }\n',
  'settings of a plugin': 'plugins:\n  configs:\n    demo:\n      enabled: true\n      limit: 5\n',
  'rules of payloads':
    'payload:\n  default:\n    - models: [{ name: gpt-5, protocol: codex }]\n      params: { reasoning.effort: high }\n',
  headers: 'claude-header-defaults:\n  timeout: "600"\n',
};

/** Single members of what stays declared. */
const MEMBERS: Readonly<Record<string, readonly [string, string]>> = {
  'a member of a section': [
    'routing:\n  strategy: fill-first\n  session-affinity: true\n',
    'routing:\n  strategy: fill-first\n',
  ],
  'a channel of a map': [
    'oauth-excluded-models:\n  claude: [claude-old]\n  codex: [gpt-old]\n',
    'oauth-excluded-models:\n  claude: [claude-old]\n',
  ],
  'a setting of a plugin': [
    'plugins:\n  configs:\n    demo:\n      enabled: true\n      limit: 5\n',
    'plugins:\n  configs:\n    demo:\n      enabled: true\n',
  ],
  'a plugin of two': [
    'plugins:\n  configs:\n    demo:\n      limit: 5\n    other:\n      limit: 6\n',
    'plugins:\n  configs:\n    demo:\n      limit: 5\n',
  ],
};

const CASES = [
  ...Object.entries(TAKEN).map(([name, text]) => [name, text, ''] as const),
  ...Object.entries(MEMBERS).map(([name, [text, rest]]) => [name, text, rest] as const),
];

const ALLOWED = {
  allow: [{ guard: 'last-upstream' }, { guard: 'release-secret' }, { guard: 'mass-delete' }],
};

const text = (outcome: Outcome): string =>
  [
    outcome.kind,
    ...outcome.problems.map(({ message }) => message),
    ...(outcome.plan?.verdicts ?? []).map(({ message }) => message),
  ].join('; ');

/** Takes it out of the files, applies `between` times, then prunes. */
async function prunes(fixture: Fixture, rest: string, between: number): Promise<void> {
  await fixture.declare(`${DESIRED}${rest}`);
  for (let run = 0; run < between; run += 1) {
    const released = await fixture.reconcile(ALLOWED);
    expect(text(released)).toMatch(/^in-sync/);
    expect(released.plan?.released).not.toEqual([]);
  }
  const outcome = await fixture.reconcile({ ...ALLOWED, prune: true });
  expect(text(outcome)).toMatch(/^applied/);
  const again = await fixture.reconcile({ ...ALLOWED, prune: true });
  expect(text(again)).toMatch(/^in-sync/);
}

for (const api of ['v7', 'v8'] as const) {
  const file = api === 'v7' ? GATEWAY_FILE : GATEWAY_FILE_V8;
  for (const [name, taken, rest] of CASES) {
    describe(`${api}: ${name} taken out of the files`, () => {
      test('is pruned if Holdfast added it, however many runs later', async () => {
        for (const between of [0, 2]) {
          const fixture = await setup({ file, api, desired: `${DESIRED}${taken}` });
          expect(text(await fixture.reconcile(ALLOWED))).toMatch(/^applied/);
          await prunes(fixture, rest, between);
        }
      });

      test('is pruned where it was there before Holdfast came', async () => {
        const fixture = await setup({ file, api, desired: `${DESIRED}${taken}` });
        await fixture.reconcile(ALLOWED);
        await fixture.sandbox.settled();
        const there = (await fixture.file()).replace(/auth-dir: .*/, 'auth-dir: AUTH_DIR');
        for (const between of [0, 2]) {
          const fresh = await setup({ file: there, api, desired: `${DESIRED}${taken}`, adopted: false });
          expect(text(await fresh.reconcile())).toMatch(/^in-sync/);
          await prunes(fresh, rest, between);
        }
      });
    });
  }
}

describe('what was released', () => {
  test('is not pruned if others changed it since', async () => {
    const fixture = await setup({ desired: `${DESIRED}max-retry-credentials: 3\n` });
    await fixture.reconcile();
    await fixture.declare(DESIRED);
    await fixture.reconcile();
    await fixture.panel(
      'PUT',
      'config.yaml',
      (await fixture.file()).replace('max-retry-credentials: 3', 'max-retry-credentials: 7'),
    );
    await fixture.reconcile();
    expect(await fixture.reconcile({ prune: true })).toMatchObject({
      kind: 'refused',
      plan: { verdicts: [{ guard: 'overwrites-edit', path: 'max-retry-credentials' }] },
    });
    expect(await fixture.file()).toContain('max-retry-credentials: 7');
  });

  test('is forgotten if others removed it, and is theirs if it comes back', async () => {
    const fixture = await setup({ desired: `${DESIRED}max-retry-credentials: 3\n` });
    await fixture.reconcile();
    await fixture.declare(DESIRED);
    await fixture.panel(
      'PUT',
      'config.yaml',
      (await fixture.file()).replace('max-retry-credentials: 3\n', ''),
    );
    await fixture.reconcile();
    await fixture.panel('PUT', 'config.yaml', `${await fixture.file()}max-retry-credentials: 3\n`);
    expect(await fixture.reconcile({ prune: true })).toMatchObject({ kind: 'in-sync' });
    expect(await fixture.file()).toContain('max-retry-credentials: 3');
  });
});
