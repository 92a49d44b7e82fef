// `npm run contract`: recorded cases on a gateway that somebody names, here a sandbox that was started for something else.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { contractText } from '../../scripts/contract/findings.ts';
import { type NamedGateway, openNamed } from '../../scripts/contract/named-gateway.ts';
import { replayAll } from '../../scripts/contract/run.ts';
import { skipReason } from '../../scripts/contract/skipped.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { virtualSandbox } from '../support/virtual-clock.ts';
import { casesIn, type RecordedCase } from './support/recorded.ts';

const KEY = 'mgmt-own-1';
const V0 = casesIn(join(import.meta.dirname, 'v0/cases'));
const ALL = [...V0, ...casesIn(join(import.meta.dirname, 'own')), ...casesIn(join(import.meta.dirname, 'v8/cases'))];
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

interface Running {
  readonly sandbox: Sandbox;
  readonly file: string;
  open(key?: string, restarts?: boolean): Promise<NamedGateway>;
}

async function running(more = '', options: { readonly api?: 'v8'; readonly faults?: readonly string[] } = {}): Promise<Running> {
  const dir = join(mkdtempSync(join(tmpdir(), 'holdfast-contract-')), 'gateway');
  mkdirSync(join(dir, 'auths'), { recursive: true });
  const file = join(dir, 'config.yaml');
  writeFileSync(file, more.includes('auth-dir') ? more : `port: 8317\nauth-dir: ${dir}/auths\n${more}`);
  const env = { MANAGEMENT_PASSWORD: KEY, HOME: dir };
  const { sandbox, clock } = await virtualSandbox({ file, port: 0, host: '127.0.0.1', env, ...options });
  ends.push(async () => {
    await sandbox.stop();
    rmSync(join(dir, '..'), { recursive: true, force: true });
  });
  return {
    sandbox,
    file,
    open: (key = KEY, restarts = false) =>
      openNamed({
        url: sandbox.url,
        key,
        sleep: (ms) => clock.sleep(ms),
        ...(restarts && { restart: async () => void (await sandbox.restart()) }),
      }),
  };
}

const named = (cases: readonly RecordedCase[], ...ids: readonly string[]): readonly RecordedCase[] =>
  cases.filter(({ id }) => ids.includes(id));

describe('npm run contract', () => {
  test('finds nothing where a gateway behaves as recorded, and puts its file back', async () => {
    const { sandbox, file, open } = await running('# mine\ndebug: true\n');
    const before = readFileSync(file, 'utf8');
    const gateway = await open(KEY, true);
    const cases = V0.filter(({ id }) => id.startsWith('v0-n01') || id.startsWith('v0-n12') || id === 'v0-probe-safe-mode');
    const report = await replayAll({ url: sandbox.url, gateway, cases });
    expect([report.findings, report.unsteady]).toEqual([[], []]);
    expect([report.api, report.stopped]).toEqual(['v7', undefined]);
    expect(report.replayed).toBeGreaterThan(9);
    expect(report.replayed + report.skipped.length).toBe(cases.length);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('names key and rule where it behaves otherwise', async () => {
    const { sandbox, open } = await running('', { faults: ['drop-writes=request-retry'] });
    const report = await replayAll({
      url: sandbox.url,
      gateway: await open(KEY, true),
      cases: named(V0, 'v0-n01-set-then-zero', 'v0-scalar-bool'),
    });
    expect(new Set(report.findings.map((finding) => finding.case))).toEqual(new Set(['v0-n01-set-then-zero']));
    expect(report.findings).toContainEqual({
      key: 'request-retry',
      rule: 'N1: N1: a scalar present in the file is set to zero and stays',
      case: 'v0-n01-set-then-zero',
      step: 3,
      request: { method: 'GET', path: '/v0/management/config' },
      what: 'body',
      found: { 'error-logs-max-files': 0, 'request-retry': 3, 'ws-auth': true },
      recorded: { 'error-logs-max-files': 0, 'request-retry': 0, 'ws-auth': true },
    });
    const text = contractText(report);
    expect(text).toContain('2 cases replayed, 1 as recorded, 1 not; 0 skipped');
    expect(text).toMatch(/\nrequest-retry\n {2}N1: .*\n {4}v0-n01-set-then-zero, step 3: GET \/v0\/management\/config, body\n/);
  });

  test('replays the cases of v8 on a v8 gateway', async () => {
    const { sandbox, open } = await running('config-version: 8\n', { api: 'v8' });
    const cases = casesIn(join(import.meta.dirname, 'v8/cases')).filter(({ id }) => id.startsWith('v8-tree-keys-'));
    const report = await replayAll({ url: sandbox.url, gateway: await open(), cases });
    expect([report.api, report.findings]).toEqual(['v8', []]);
    expect(report.replayed).toBeGreaterThan(3);
  });

  test('stops when it is told to, and puts the file back', async () => {
    const { sandbox, file, open } = await running('debug: true\n');
    const before = readFileSync(file, 'utf8');
    const stop = new AbortController();
    const report = await replayAll({
      url: sandbox.url,
      gateway: await open(KEY, true),
      cases: named(V0, 'v0-n01-set-then-zero', 'v0-scalar-bool'),
      signal: stop.signal,
      progress: () => stop.abort(),
    });
    expect(report).toMatchObject({ replayed: 1, stopped: 'after 1 of 2 cases: you stopped it' });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test.each([
    ['has client keys', 'api-keys: [sk-test-0001]\n', KEY, /contains 1 keys or other secrets/],
    ['has its secret in the file', 'remote-management: { secret-key: "$2a$10$abcdefghijklmnopqrstuv" }\n', KEY, /contains 1 keys/],
    ['has no absolute auth-dir', 'auth-dir: ~/.cli-proxy-api\n', KEY, /no absolute `auth-dir`/],
    ['refuses the key', '', 'wrong', /answers 401.*five failures ban an address/],
  ])('refuses a gateway that %s, before any write', async (_, more, key, message) => {
    const { sandbox, file, open } = await running(more);
    const before = readFileSync(file, 'utf8');
    await expect(open(key)).rejects.toThrow(message);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(sandbox.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  test('skips what a running gateway cannot be asked, with the reason', () => {
    const reasons = Map.groupBy(ALL, (one) => skipReason(one, false) ?? 'replayed');
    const counts = Object.fromEntries([...reasons].map(([reason, cases]) => [reason, cases.length]));
    expect(Object.keys(counts).toSorted()).toEqual([
      'can crash the gateway',
      'changes the file beside the API',
      'gets the address of the caller banned',
      'leaves the gateway stopped',
      'needs a gateway that can’t write its file',
      'needs a gateway that was just started (give --restart)',
      'needs a gateway that was started with -password',
      'needs a gateway that was started with other variables',
      'needs a gateway that was started without MANAGEMENT_PASSWORD',
      'replayed',
      'restarts the gateway (give --restart)',
      'starts with a management secret in the file',
    ]);
    expect(counts['replayed']).toBeGreaterThan(300);
    expect(skipReason(named(V0, 'v0-race-oauth-map-crash')[0] as RecordedCase, true)).toBe('can crash the gateway');
  });
});
