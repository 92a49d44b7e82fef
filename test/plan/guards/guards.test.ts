// Every guard in both directions, with its message and its override.
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { seal } from '../../../src/domain/secret.ts';
import type { Tree, Value } from '../../../src/lib/value.ts';
import {
  appliedState,
  BASE,
  HOUR,
  NOW,
  planOf,
  refusalsOf,
  verdictLine,
  type Scenario,
} from '../builders.ts';

const base = parse(BASE) as Record<string, Value>;

/** Refusals, with fingerprints masked. */
function refused(scenario: Partial<Scenario>): string[] {
  const lines = refusalsOf(planOf({ file: BASE, desired: {}, withFile: false, ...scenario }));
  return lines.map((line) => line.replaceAll(/#[0-9a-f]{8}/g, '#f'));
}

const guardsOf = (scenario: Partial<Scenario>): string[] =>
  refused(scenario).map((line) => line.split(/[ :]/)[0] ?? '');

function overridesOf(scenario: Partial<Scenario>): (string | undefined)[] {
  return planOf({ file: BASE, desired: {}, withFile: false, ...scenario }).plan.verdicts.map(
    (one) => one.override,
  );
}

const keys = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `sk-test-1${String(i).padStart(3, '0')}`);
const fileOf = (tree: Tree): string => JSON.stringify({ port: 8317, ...tree });

describe('open-gateway', () => {
  test('refuses to remove the last client key', () => {
    const scenario = { desired: { 'api-keys': [] } };
    expect(refused(scenario)).toContain(
      'open-gateway api-keys: leaves no usable client key (2 usable client keys now), so the gateway would be open to everyone',
    );
    expect(overridesOf(scenario)).toContain('--allow open-gateway:api-keys');
    expect(guardsOf({ ...scenario, allow: ['open-gateway:api-keys', 'mass-delete'] })).toEqual([]);
    expect(guardsOf({ ...scenario, allow: ['open-gateway', 'mass-delete'] })).toEqual([]);
  });

  test('refuses blank keys and published samples', () => {
    expect(guardsOf({ desired: { 'api-keys': ['  '] }, allow: ['mass-delete'] })).toEqual(['open-gateway']);
    expect(refused({ desired: { 'api-keys': ['sk-test-0001', 'your-api-key-2'] } })).toEqual([
      "open-gateway api-keys: client keys include `your-api-key-2`, which are published with the gateway's example, so everyone knows them",
    ]);
  });

  test('lets a key go while another stays, and an open gateway be', () => {
    expect(guardsOf({ desired: { 'api-keys': ['sk-test-0001'] } })).toEqual([]);
    expect(guardsOf({ file: 'port: 8317\n', desired: { debug: true } })).toEqual([]);
    expect(guardsOf({ file: 'port: 8317\n', desired: { 'api-keys': ['sk-test-0001'] } })).toEqual([]);
  });
});

describe('duplicate client keys', () => {
  const file = fileOf({
    'api-keys': ['sk-test-0001', 'sk-test-0002', 'sk-test-0001', ' sk-test-0002 ', '', 'sk-test-0001'],
  });
  const kept = ['sk-test-0001', 'sk-test-0002'];

  test("aren't a loss when the others are removed, and no client is refused", () => {
    const prepared = planOf({ file, desired: { 'api-keys': kept } });
    const { plan } = prepared;
    expect(refusalsOf(prepared)).toEqual([]);
    const texts = plan.changes.flatMap(({ kind, consequences }) =>
      consequences.map(({ text }) => [kind, text]),
    );
    expect(texts).toEqual([
      ...Array.from({ length: 2 }, () => [
        'remove',
        'the list contains the same key again, so no client loses access',
      ]),
      ['remove', 'is blank and gives no client access'],
      ['remove', 'the list contains the same key again, so no client loses access'],
    ]);
  });

  test('are one loss when both go', () => {
    const { plan } = planOf({ file, desired: { 'api-keys': ['sk-test-0001'] } });
    const last = plan.changes.flatMap(({ consequences }) => consequences.map(({ text }) => text));
    expect(last).toContain('clients that use this key are refused');
  });
});

describe('last-upstream', () => {
  test('refuses to empty a provider family', () => {
    expect(refused({ desired: { 'gemini-api-key': [] }, allow: ['mass-delete'] })).toEqual([
      'last-upstream gemini-api-key: removes all 2 entries of `gemini-api-key`',
    ]);
  });

  test('refuses to remove the only upstream of a model', () => {
    const desired = { 'openai-compatibility': [(base['openai-compatibility'] as Value[])[0] as Value] };
    expect(refused({ desired, maxDeletes: { fraction: 1 } })).toEqual([
      'last-upstream openai-compatibility[deepseek]: is the only upstream of `deepseek`',
    ]);
    expect(guardsOf({ desired, allow: ['last-upstream:openai-compatibility'] })).toEqual([]);
  });

  test('lets an upstream go whose models another one serves', () => {
    const file = fileOf({
      'openai-compatibility': ['one', 'two'].map((name) => ({
        name,
        'base-url': `https://${name}.example`,
        models: [{ name: 'm', alias: 'kimi' }],
      })),
    });
    const desired = {
      'openai-compatibility': [
        { name: 'one', 'base-url': 'https://one.example', models: [{ name: 'm', alias: 'kimi' }] },
      ],
    };
    expect(guardsOf({ file, desired })).toEqual([]);
  });
});

describe('self-lockout', () => {
  const secret = { 'remote-management': { 'secret-key': 'mgmt-secret-2' } };
  const file = `${BASE}remote-management:\n  secret-key: $2a$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ012345\n  allow-remote: true\n`;
  const facts = (isTargetKey: boolean) => ({ equalsLive: false, isTargetKey, stored: seal('$2b$10$new') });

  // The hidden keys are in the file only.
  const withSecret = { file, withFile: true };

  test('refuses a management secret that Holdfast does not have', () => {
    const refusals = refused({ ...withSecret, desired: secret, managementSecret: facts(false) });
    expect(refusals).toContain(
      "self-lockout remote-management.secret-key: replaces the management secret with one that isn't among the target's `key` references",
    );
    expect(guardsOf({ ...withSecret, desired: secret, managementSecret: facts(true) })).toEqual([]);
  });

  test('refuses to close remote management', () => {
    const desired = { 'remote-management': { 'allow-remote': false } };
    expect(guardsOf({ ...withSecret, desired })).toEqual(['self-lockout']);
    expect(refused({ ...withSecret, desired, url: 'https://gw.example' })).toEqual([
      'self-lockout remote-management.allow-remote: turns remote management off, and this target is managed from another host (gw.example)',
    ]);
  });

  test('refuses an address that the url of the target does not reach', () => {
    expect(refused({ ...withSecret, desired: { port: 9000 } })).toEqual([
      "self-lockout port: listens on port 9000 after the next restart, but the target's url has 8317",
    ]);
    expect(guardsOf({ ...withSecret, desired: { port: 9000 }, url: 'http://127.0.0.1:9000' })).toEqual([]);
    expect(guardsOf({ ...withSecret, desired: { host: '10.0.0.5' } })).toEqual(['self-lockout']);
    expect(guardsOf({ ...withSecret, desired: { host: '0.0.0.0' } })).toEqual([]);
    expect(guardsOf({ ...withSecret, desired: { tls: { enable: true } } })).toEqual(['self-lockout']);
  });
});

describe('mass-delete', () => {
  const file = fileOf({ 'api-keys': keys(9) });

  test('refuses a loss above the threshold, with the numbers', () => {
    const scenario = { file, desired: { 'api-keys': keys(3) } };
    expect(refused(scenario)).toEqual([
      'mass-delete api-keys: removes 6 of 9 entries, 67 %; at most 30 % is allowed',
    ]);
    expect(overridesOf(scenario)).toEqual(['--allow mass-delete:api-keys']);
    expect(guardsOf({ ...scenario, allow: ['mass-delete:api-keys'] })).toEqual([]);
    expect(guardsOf({ ...scenario, allow: ['mass-delete:gemini-api-key'] })).toEqual(['mass-delete']);
  });

  test('counts entries where the threshold is a count', () => {
    expect(guardsOf({ file, desired: { 'api-keys': keys(7) }, maxDeletes: { count: 2 } })).toEqual([]);
    expect(guardsOf({ file, desired: { 'api-keys': keys(6) }, maxDeletes: { count: 2 } })).toEqual([
      'mass-delete',
    ]);
  });

  test('counts the last one only of a short list', () => {
    const short = fileOf({ 'api-keys': keys(3) });
    expect(guardsOf({ file: short, desired: { 'api-keys': keys(1) } })).toEqual([]);
    expect(guardsOf({ file: short, desired: { 'api-keys': [] }, allow: ['open-gateway'] })).toEqual([
      'mass-delete',
    ]);
  });

  test('sees the keys that go with a provider', () => {
    const providers = ['a', 'b', 'c', 'd', 'e'].map((name, i) => ({
      name,
      'base-url': `https://${name}.example`,
      'api-key-entries': keys(i === 0 ? 500 : 1).map((key) => ({ 'api-key': `${key}-${name}` })),
    }));
    const scenario = {
      file: fileOf({ 'openai-compatibility': providers }),
      desired: { 'openai-compatibility': providers.slice(1) },
    };
    expect(refused(scenario)).toEqual([
      'mass-delete openai-compatibility[*].api-key-entries: removes 500 of 504 entries, 99 %; at most 30 % is allowed',
    ]);
    expect(overridesOf(scenario)).toEqual([`--allow 'mass-delete:openai-compatibility[*].api-key-entries'`]);
    expect(guardsOf({ ...scenario, allow: ['mass-delete:openai-compatibility'] })).toEqual([]);
  });

  test('counts the names of a map, wherever it is', () => {
    const headers = Object.fromEntries(['A', 'B', 'C', 'D', 'E', 'F'].map((name) => [`X-${name}`, 'x']));
    const entry = (kept: Tree): Tree => ({ 'api-key': 'sk-test-gem-1', headers: kept });
    const scenario = {
      file: fileOf({ 'gemini-api-key': [entry(headers)] }),
      desired: { 'gemini-api-key': [entry({ 'X-A': 'x', 'X-B': 'x' })] },
    };
    expect(refused(scenario)).toEqual([
      'mass-delete gemini-api-key[#f].headers: removes 4 of 6 entries, 67 %; at most 30 % is allowed',
    ]);
  });

  test('says that nothing is left', () => {
    expect(refused({ file, desired: { 'api-keys': [] }, allow: ['open-gateway'] })).toEqual([
      'mass-delete api-keys: removes all 9 entries; at most 30 % is allowed',
    ]);
    expect(
      refused({
        file: fileOf({ 'api-keys': keys(2) }),
        desired: { 'api-keys': [] },
        allow: ['open-gateway'],
      }),
    ).toEqual(['mass-delete api-keys: removes all 2 entries; emptying a list needs an override']);
  });

  test('counts what is replaced apart', () => {
    const fresh = keys(9).map((key, i) => (i < 7 ? `${key}-new` : key));
    expect(refused({ file, desired: { 'api-keys': fresh } })).toEqual([
      'mass-delete api-keys: replaces 7 of 9 entries, 78 %; at most 50 % is allowed',
    ]);
  });
});

describe('overwrites-edit and takeover', () => {
  const desired = { 'request-retry': 3 };
  const state = appliedState({ file: BASE, desired, withFile: false });
  const edited = BASE.replace('request-retry: 3', 'request-retry: 9');

  test('an edit by others is not overwritten without permission', () => {
    const scenario = { file: edited, desired: { 'request-retry': 5 }, state };
    expect(refused(scenario)).toEqual([
      'overwrites-edit request-retry: overwrites what someone edited on the gateway since the last apply',
    ]);
    expect(guardsOf({ ...scenario, allow: ['overwrites-edit'] })).toEqual([]);
    expect(guardsOf({ ...scenario, mode: 'enforce' })).toEqual([]);
    expect(guardsOf({ ...scenario, file: BASE })).toEqual([]);
  });

  test('nothing is removed from a gateway that was never applied to', () => {
    const scenario = { desired: { 'api-keys': ['sk-test-0001'] }, adopted: false };
    expect(refused(scenario)).toEqual([
      'takeover api-keys[#f]: removes api-keys[#f], and nothing is known of an earlier apply to this gateway',
    ]);
    expect(guardsOf({ ...scenario, adopted: true })).toEqual([]);
    expect(guardsOf({ ...scenario, allow: ['takeover:api-keys'] })).toEqual([]);
    expect(guardsOf({ ...scenario, state })).toEqual(['overwrites-edit']);
  });
});

describe('release-secret and literal-secret', () => {
  const desired = { 'gemini-api-key': base['gemini-api-key'] as Value, debug: false };
  const state = appliedState({ file: BASE, desired, withFile: false });

  test('a credential is not released without permission', () => {
    const scenario = { desired: { debug: false }, state };
    expect(refused(scenario)[0]).toMatch(
      /^release-secret gemini-api-key: releases 2 credentials: nothing declares/,
    );
    expect(guardsOf({ ...scenario, allow: ['release-secret:gemini-api-key'] })).toEqual([]);
    expect(guardsOf({ ...scenario, state: { ...state, released: ['gemini-api-key'] } })).toEqual([]);
    expect(guardsOf({ desired: { 'gemini-api-key': desired['gemini-api-key'] }, state })).toEqual([]);
  });

  test('a plaintext secret in a file is refused, with its place', () => {
    const scenario = { desired: { 'api-keys': ['sk-test-0001', 'sk-test-0002'] }, literals: ['/api-keys/0'] };
    expect(refused(scenario)).toEqual([
      'literal-secret api-keys[0]: is in plain text in a file (desired-state/main.yaml:3:1)',
    ]);
    expect(guardsOf({ ...scenario, allow: ['literal-secret'] })).toEqual([]);
  });
});

describe('the circumstances', () => {
  const desired = { debug: true };
  const change = { desired, withFile: true };

  test('split-brain needs a choice of sides', () => {
    const scenario: Partial<Scenario> = {
      ...change,
      memory: { ...parseMemory(), 'request-retry': 7 },
      agreement: { kind: 'differ', cause: 'split-brain', paths: ['request-retry'] },
    };
    expect(refused(scenario)).toEqual([
      "split-brain: the gateway's memory and its file differ at 1 path (`request-retry`). A write would silently overwrite one side",
    ]);
    expect(overridesOf(scenario)).toEqual(['--allow split-brain=file|memory']);
    expect(guardsOf({ ...scenario, allow: ['split-brain'] })).toEqual(['split-brain']);
    expect(guardsOf({ ...scenario, desired: {} })).toEqual([]);
    expect(guardsOf({ ...scenario, withFile: false })).toEqual(['split-brain']);
    const changesWith = (side: string): string[] =>
      planOf({ file: BASE, desired, ...scenario, allow: [`split-brain=${side}`] }).plan.changes.map(
        (one) => one.path,
      );
    expect(changesWith('file')).toEqual(['debug']);
    expect(changesWith('memory').toSorted()).toEqual(['debug', 'request-retry']);
  });

  test('no-way-back refuses if nothing could be rolled back', () => {
    expect(guardsOf({ ...change, wayBack: 'unavailable' })).toEqual(['no-way-back']);
    expect(guardsOf({ ...change, wayBack: 'unknown' })).toEqual(['no-way-back']);
    expect(guardsOf({ ...change, wayBack: 'available' })).toEqual([]);
    expect(guardsOf({ withFile: true, wayBack: 'unavailable' })).toEqual([]);
  });

  test('no-lasting-backup refuses a write whose backup would vanish, and gives the reason', () => {
    const vanishing = { ...change, state: { backupsVanish: '`state.lasting` is false' } };
    expect(guardsOf(vanishing)).toEqual(['no-lasting-backup']);
    expect(refused(vanishing)).toEqual([
      expect.stringContaining('lost with this run: `state.lasting` is false'),
    ]);
    expect(guardsOf({ withFile: true, state: vanishing.state })).toEqual([]);
    expect(refused({ ...vanishing, allow: ['no-lasting-backup'] })).toEqual([]);
  });

  test('unsupported names the version that knows a key', () => {
    const old = { desired: { 'claude-code': { 'disable-cloaking-model-list': true } }, version: 'v7.0.0' };
    expect(refused(old)[0]).toMatch(
      /^unsupported claude-code\.disable-cloaking-model-list: .* exists since v7\.\d+\.\d+; this gateway is v7\.0\.0$/,
    );
    expect(guardsOf({ ...old, version: 'v7.2.140' })).toEqual([]);
    expect(guardsOf({ ...old, version: 'dev' })).toEqual([]);
  });

  test('frozen while the target is suspended', () => {
    const suspension = { until: NOW + HOUR, reason: 'release weekend' };
    expect(refused({ ...change, state: { suspension } })).toEqual([
      'frozen: the target is suspended until 2026-11-23 19:00:00 UTC: release weekend',
    ]);
    expect(guardsOf({ ...change, state: { suspension: { ...suspension, until: NOW } } })).toEqual([]);
  });

  test('last-upstream if a model changes its upstream and no upstream serves it in between', () => {
    const file = `gemini-api-key:
  - api-key: sk-test-gem-1
    models:
      - name: one
        alias: big
codex-api-key:
  - api-key: sk-test-cdx-1
    base-url: https://codex.example
    models:
      - name: two
        alias: small
`;
    const desired = {
      'gemini-api-key': [{ 'api-key': 'sk-test-gem-1', models: [{ name: 'one', alias: 'small' }] }],
      'codex-api-key': [
        {
          'api-key': 'sk-test-cdx-1',
          'base-url': 'https://codex.example',
          models: [{ name: 'two', alias: 'big' }],
        },
      ],
    };
    const { plan } = planOf({ file, desired });
    expect(plan.writes.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /v0/management/gemini-api-key',
      'PATCH /v0/management/codex-api-key',
    ]);
    expect(plan.verdicts.map(verdictLine)).toEqual([
      'last-upstream: would leave `big` without an upstream between two writes',
    ]);
  });

  test('frozen while a freeze window is open, to the end of its last day in its own time zone', () => {
    const open = (freeze: string): string[] => refused({ ...change, freeze: [freeze] });
    expect(open('2026-11-20/2026-11-23 Europe/Berlin')).toEqual([
      'frozen: a freeze window is open until 2026-11-23 23:00:00 UTC: `2026-11-20/2026-11-23 Europe/Berlin`',
    ]);
    expect(open('2026-11-23T17:00/2026-11-23T20:00 +02:00')).toEqual([]);
    expect(open('2026-11-24/2026-11-30')).toEqual([]);
    expect(open('every monday')).toEqual([
      "frozen: the freeze window isn't valid, so Holdfast treats it as open: `every monday` isn't a valid window",
    ]);
  });

  test('frozen while a window that comes again is open; one open window is enough, and --allow frozen lets pass', () => {
    const freeze = ['2027-01-01/2027-01-02', '0 18 * * mon for 3h Europe/Berlin', '0 12 * * * for 12h'];
    expect(refused({ ...change, freeze })).toEqual([
      'frozen: a freeze window is open until 2026-11-23 20:00:00 UTC: `0 18 * * mon for 3h Europe/Berlin`',
      'frozen: a freeze window is open until 2026-11-24 00:00:00 UTC: `0 12 * * * for 12h`',
    ]);
    expect(refused({ ...change, freeze, allow: ['frozen'] })).toEqual([]);
    expect(refused({ ...change, freeze: ['0 20 * * mon for 3h Europe/Berlin'] })).toEqual([]);
  });

  test('a plan mentions a freeze window that opens within the hour, if it would write', () => {
    const notes = (scenario: Partial<Scenario>): string[] =>
      planOf({ file: BASE, desired: {}, withFile: false, ...scenario }).plan.notes.map(
        ({ code, message }) => `${code} ${message}`,
      );
    const soon = { ...change, freeze: ['30 18 * * mon for 3h', '0 20 * * mon for 3h', '0 12 * * * for 12h'] };
    expect(notes(soon)).toEqual([
      'HF4006 a freeze window opens at 2026-11-23 18:30:00 UTC: `30 18 * * mon for 3h`',
    ]);
    expect(notes({ ...soon, desired: {} })).toEqual([]);
  });

  test('every refusal has a remedy', () => {
    const { plan } = planOf({
      file: BASE,
      desired: { 'api-keys': [], 'gemini-api-key': [] },
      adopted: false,
      withFile: false,
    });
    expect(plan.verdicts.length).toBeGreaterThan(3);
    for (const verdict of plan.verdicts) expect([verdictLine(verdict), verdict.remedy]).not.toContain('');
  });
});

function parseMemory(): Tree {
  return planOf({ file: BASE, desired: {}, withFile: false }).basis.proposed.open();
}
