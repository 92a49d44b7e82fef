// `--base`: git as the memory of the last apply, on a fresh clone with nothing else.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Plan } from '../../src/domain/plan/plan.ts';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { removeRepositories, repositoryAt, type Repo } from '../support/repository.ts';
import { type Place, place, type Ran } from './setup.ts';

const KEY = 'mgmt-secret-1';

const GATEWAY = `port: 8317
remote-management: { secret-key: ${KEY} }
api-keys: [sk-test-0001, sk-test-0002]
claude-api-key:
  - api-key: sk-test-cl-1
  - api-key: sk-test-cl-2
gemini-api-key:
  - api-key: sk-test-gem-1
request-retry: 3
debug: false
`;

const CLIENTS = 'api-keys: ["${env:CLIENT_1}", "${env:CLIENT_2}"]\n';
const CLAUDE = 'claude-api-key:\n  - api-key: "${env:CLAUDE_1}"\n  - api-key: "${env:CLAUDE_2}"\n';
const REST = 'request-retry: 3\ndebug: false\n';
const FILE = 'desired-state/gateway.yaml';

const ENV = {
  CLIENT_1: 'sk-test-0001',
  CLIENT_2: 'sk-test-0002',
  CLAUDE_1: 'sk-test-cl-1',
  CLAUDE_2: 'sk-test-cl-2',
};

let at: Place;
let repo: Repo;
let states = 0;

async function begin(more: Readonly<Record<string, string>> = {}): Promise<void> {
  at = await place({ gateway: GATEWAY, files: {}, env: { ...ENV, ...more }, managementKey: KEY });
  repo = repositoryAt(at.dir);
  repo.git('init', '--quiet', '--initial-branch=main');
  repo.commit('everything', {
    [FILE]: CLIENTS + CLAUDE + REST,
    '.gitignore': 'gateway/\nstate*/\nbin/\n*.json\n',
  });
}

beforeEach(() => begin());
afterEach(async () => {
  await at.close();
  removeRepositories();
});

/** A run with a state directory that is new. */
const fresh = (...argv: readonly string[]): Promise<Ran> => {
  states += 1;
  return at.holdfast(...argv, '--state', join(at.dir, `state-${states}`));
};

const json = ({
  out,
}: Ran): { plans: Plan[]; problems: { code: string; position?: { file: string; line: number } }[] } =>
  JSON.parse(out) as ReturnType<typeof json>;

const planOf = async (...argv: readonly string[]): Promise<Plan> => {
  const [plan] = json(await fresh('plan', '--output', 'json', ...argv)).plans;
  if (!plan) throw new Error('no plan');
  return plan;
};

const codesOf = (ran: Ran): string[] => json(ran).problems.map(({ code }) => code);

async function panel(path: string, value: unknown): Promise<void> {
  const headers = { authorization: `Bearer ${KEY}` };
  const body = JSON.stringify({ value });
  await fetch(`${at.sandbox.url}/v0/management/${path}`, { method: 'PUT', headers, body });
  await at.sandbox.settled();
}

describe('a runner that remembers nothing', () => {
  test('removes with --prune what left the files, and refuses to leave the keys without a word', async () => {
    repo.commit('no claude', { [FILE]: CLIENTS + REST });
    const released = await planOf('--base', 'HEAD~1');
    expect(released).toMatchObject({ released: ['claude-api-key'], state: 'known' });
    expect(released.verdicts).toMatchObject([{ guard: 'release-secret', allowed: false }]);
    const pruned = await planOf('--base', 'HEAD~1', '--prune');
    expect(pruned.changes).toMatchObject([{ kind: 'remove', path: 'claude-api-key', origin: 'git' }]);
    const allowed = ['--allow', 'last-upstream', '--allow', 'mass-delete'];
    expect((await fresh('apply', '--base', 'HEAD~1', '--prune', '--yes', ...allowed)).exit).toBe(EXIT.ok);
    expect((await planOf('--base', 'HEAD')).changes).toEqual([]);
    expect((await planOf('--base', 'HEAD')).released).toEqual([]);
  });

  test('keeps an edit made in the panel, and reports it', async () => {
    repo.commit('debug', { [FILE]: CLIENTS + CLAUDE + REST.replace('false', 'true') });
    await panel('request-retry', 7);
    const applied = await fresh('apply', '--base', 'HEAD~1', '--yes');
    expect(applied.exit).toBe(EXIT.ok);
    expect(applied.out).toContain('declared 3, the gateway has 7');
    const left = await planOf('--base', 'HEAD');
    expect(left.changes).toMatchObject([{ path: 'request-retry', origin: 'drift', disposition: 'report' }]);
    expect((await fresh('diff', '--base', 'HEAD')).exit).toBe(EXIT.differences);
  });

  test('refuses to overwrite what somebody edited and the files changed too', async () => {
    repo.commit('retry', { [FILE]: CLIENTS + CLAUDE + REST.replace('3', '5') });
    await panel('request-retry', 7);
    const plan = await planOf('--base', 'HEAD~1');
    expect(plan.changes).toMatchObject([{ path: 'request-retry', origin: 'both' }]);
    expect(plan.verdicts).toMatchObject([{ guard: 'overwrites-edit', allowed: false }]);
  });

  test('rotates a client key, and tells what follows', async () => {
    await at.close();
    await begin({ CLIENT_3: 'sk-test-0003' });
    repo.commit('rotate', { [FILE]: CLIENTS.replace('CLIENT_2', 'CLIENT_3') + CLAUDE + REST });
    const plan = await planOf('--base', 'HEAD~1');
    expect(plan.verdicts.filter(({ allowed }) => !allowed)).toEqual([]);
    expect(plan.changes.map(({ kind, origin }) => `${kind} ${origin}`).toSorted()).toEqual([
      'add git',
      'remove git',
    ]);
    expect(plan.changes.flatMap(({ consequences }) => consequences.map(({ text }) => text))).toContain(
      'clients that use this key are refused',
    );
    expect((await fresh('apply', '--base', 'HEAD~1', '--yes')).exit).toBe(EXIT.ok);
  });

  test('rotates a key whose old value is gone only where somebody allows it', async () => {
    repo.commit('old', { [FILE]: CLIENTS.replace('CLIENT_2', 'GONE') + CLAUDE + REST });
    repo.commit('rotate', { [FILE]: CLIENTS.replace(', "${env:CLIENT_2}"', '') + CLAUDE + REST });
    const ran = await fresh('plan', '--base', 'HEAD~1');
    expect(ran.exit).toBe(EXIT.refused);
    expect(ran.out).toContain('overwrites-edit');
    expect(ran.out).toMatch(
      /HF4013 the value of `api-keys\[1\]` in the base \(\$\{env:GONE\}\) can't be resolved/,
    );
    expect(ran.out).not.toContain('sk-test-0002');
  });

  test('counts a reference that is the same in both as unchanged, and says what else it may be', async () => {
    expect((await fresh('plan', '--base', 'HEAD')).out).toContain('In sync');
    await at.close();
    await begin({ CLIENT_2: 'sk-test-0009' });
    const ran = await fresh('plan', '--base', 'HEAD');
    expect(ran.out).toContain("HF4014 the gateway doesn't have the value of ${env:CLIENT_2}");
    expect(ran.out).toContain('2 differences not changed');
  });
});

describe('what a plan was compared with', () => {
  const FORMATS = ['text', 'json', 'markdown', 'github', 'junit'] as const;

  test.each(FORMATS)('is said in %s', async (format) => {
    const sha = repo.git('rev-parse', 'HEAD').slice(0, 12);
    const { out } = await fresh('plan', '--base', 'main', '--output', format);
    expect(out.replaceAll(/[\\]|&quot;/g, '"')).toMatch(
      new RegExp(`ompared with commit ${sha} "+everything"+ \\(--base main;`),
    );
  });

  test.each(FORMATS)('is nothing, and comes first, in %s', async (format) => {
    const { out } = await fresh('plan', '--output', format);
    const said = out.toLowerCase().replaceAll('&apos;', "'");
    const place = said.indexOf('holdfast has no record of an earlier apply to this gateway');
    expect(place).toBeGreaterThanOrEqual(0);
    for (const later of ['in sync', '"changes"', 'nothing to do']) {
      const found = said.indexOf(later);
      if (found >= 0 && format !== 'markdown') expect(place).toBeLessThan(found);
    }
    if (format !== 'junit')
      for (const way of ['--base rev', '--via url', 'state directory']) expect(said).toContain(way);
  });

  test('is refused where the settings require a memory, even if nothing differs', async () => {
    await at.write({
      'holdfast.yaml': `version: 1\ntargets: [{ name: gw, url: "${at.sandbox.url}", key: "\${env:HOLDFAST_KEY}" }]\npolicy: { memory: required }\n`,
    });
    const refused = await fresh('apply', '--yes');
    expect(refused.exit).toBe(EXIT.refused);
    expect(refused.out).toContain('no-memory');
    expect((await fresh('apply', '--yes', '--allow', 'no-memory')).exit).toBe(EXIT.ok);
    repo.commit('settings');
    expect((await fresh('apply', '--yes', '--base', 'HEAD')).exit).toBe(EXIT.ok);
  });

  test('is the base that somebody named, else the state directory, else the base of the job', async () => {
    const first = repo.git('rev-parse', 'HEAD');
    repo.commit('debug', { [FILE]: CLIENTS + CLAUDE + REST.replace('false', 'true') });
    const path = join(at.dir, 'event.json');
    writeFileSync(path, JSON.stringify({ ref: 'refs/heads/main', before: first }));
    const inJob = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: path };
    const found = await at.holdfastWith(inJob, 'plan', '--state', join(at.dir, 'state-job'));
    expect(found.out).toContain(
      `Compared with commit ${first.slice(0, 12)} "everything" (the commit before this push).`,
    );
    expect(found.out).toContain('~ debug');
    await at.holdfastWith(
      inJob,
      'apply',
      '--yes',
      '--state',
      join(at.dir, 'state-job'),
      '--allow',
      'no-lasting-backup',
    );
    const recorded = await at.holdfastWith(inJob, 'plan', '--state', join(at.dir, 'state-job'));
    expect(recorded.out).toContain(
      'Compared with the last apply in the state directory, not with the commit before this push.',
    );
    const named = await at.holdfastWith(
      inJob,
      'plan',
      '--state',
      join(at.dir, 'state-job'),
      '--base',
      'HEAD',
    );
    expect(named.out).toContain('(--base HEAD;');
  });

  test('is nothing where the base of the job cannot be used, and the plan says why and what to fetch', async () => {
    const path = join(at.dir, 'event.json');
    const missing = 'f'.repeat(40);
    writeFileSync(path, JSON.stringify({ ref: 'refs/heads/main', before: missing }));
    const inJob = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: path };
    const ran = await at.holdfastWith(inJob, 'plan', '--state', join(at.dir, 'state-job'));
    expect(ran.exit).toBe(EXIT.ok);
    expect(ran.out).toContain("what others edited on the gateway (commit ffffffffffff isn't in this clone");
    expect(ran.out).toContain(`git fetch --depth=1 origin ${missing}`);
  });
});

describe('a base that cannot be used', () => {
  const refusal = async (
    ...argv: readonly string[]
  ): Promise<{ exit: number; codes: string[]; out: string }> => {
    const ran = await fresh('plan', '--output', 'json', ...argv);
    return { exit: ran.exit, codes: codesOf(ran), out: ran.out };
  };

  test('because it does not exist', async () => {
    expect(await refusal('--base', 'nowhere')).toMatchObject({ exit: EXIT.invalid, codes: ['HF2081'] });
  });

  test('because it went on elsewhere', async () => {
    repo.git('checkout', '--quiet', '-b', 'topic');
    repo.commit('topic', { 'x.txt': '1' });
    repo.git('checkout', '--quiet', 'main');
    repo.commit('main', { 'y.txt': '1' });
    const { codes, out } = await refusal('--base', 'topic');
    expect(codes).toEqual(['HF2083']);
    expect(out).toContain('--base merge-base:topic');
    expect((await planOf('--base', 'merge-base:topic')).changes).toEqual([]);
  });

  test('because it has no desired state', async () => {
    repo.git('rm', '-r', '--quiet', 'desired-state');
    repo.commit('nothing');
    repo.commit('again', { [FILE]: CLIENTS + CLAUDE + REST });
    const { exit, codes, out } = await refusal('--base', 'HEAD~1');
    expect({ exit, codes }).toEqual({ exit: EXIT.invalid, codes: ['HF2084'] });
    expect(out).toContain("doesn't contain desired-state");
  });

  test('because its files are invalid, at the line in that commit', async () => {
    const sha = repo.commit('wrong', { [FILE]: `${CLIENTS}request-retry: many\n` });
    repo.commit('right', { [FILE]: CLIENTS + CLAUDE + REST });
    const { exit, codes, out } = await refusal('--base', 'HEAD~1');
    expect(exit).toBe(EXIT.invalid);
    expect(codes[0]).toBe('HF2085');
    expect(out).toContain(`"file": "${sha.slice(0, 12)}:${FILE}"`);
    expect(out).toMatch(/"line": 2,/);
  });

  test('because the files are in no repository', async () => {
    rmSync(join(at.dir, '.git'), { recursive: true });
    expect(await refusal('--base', 'HEAD')).toMatchObject({ exit: EXIT.invalid, codes: ['HF2080'] });
  });

  test('because a daemon remembers by itself', async () => {
    const ran = await at.holdfast('plan', '--base', 'HEAD', '--via', 'http://127.0.0.1:1');
    expect(ran.exit).toBe(EXIT.usage);
    expect(ran.err + ran.out).toContain("--base can't be used with --via");
  });
});

describe('a base with other settings', () => {
  const settings = (...targets: readonly string[]): string =>
    `version: 1\ntargets:\n${targets.map((one) => `  - ${one}\n`).join('')}`;
  const target = (name: string, desired: string): string =>
    `{ name: ${name}, url: "${at.sandbox.url}", key: "\${env:HOLDFAST_KEY}", desired: ${desired} }`;

  test('is read where its directories, files and settings were then', async () => {
    repo.commit('settings', {
      'ops/holdfast.yaml': settings(target('gw', 'files')),
      'ops/files/gateway.yaml': CLIENTS + CLAUDE + REST,
    });
    repo.git('mv', 'ops', 'deploy');
    repo.git('mv', 'deploy/files', 'deploy/moved');
    repo.git('mv', 'deploy/moved/gateway.yaml', 'deploy/moved/main.yaml');
    repo.commit('moved', {
      'deploy/holdfast.yaml': settings(target('home', 'moved')),
      'deploy/moved/main.yaml': CLIENTS + REST,
    });
    const plan = await planOf('--base', 'HEAD~1', '--settings', 'deploy/holdfast.yaml', '--prune');
    expect(plan.changes).toMatchObject([{ kind: 'remove', path: 'claude-api-key', origin: 'git' }]);
  });

  test('has the layers that each target of a fleet had, and none for a target that is new', async () => {
    repo.commit('fleet', {
      'holdfast.yaml': settings(target('a', '[common, a]'), target('b', '[common]')),
      'common/main.yaml': CLIENTS + REST,
      'a/main.yaml': 'request-retry: 4\n',
    });
    repo.commit('overlay', {
      'holdfast.yaml': settings(target('a', '[common, a]'), target('b', '[common]'), target('c', '[common]')),
      'a/main.yaml': 'request-retry: 5\n',
    });
    const ran = await fresh('plan', '--output', 'json', '--base', 'HEAD~1');
    const origins = json(ran).plans.map(({ target: name, changes, memory }) => [
      name,
      memory.source,
      changes.map(({ path, origin }) => `${path} ${origin}`),
    ]);
    expect(origins).toEqual([
      ['a', 'base', ['request-retry both']],
      ['b', 'base', []],
      ['c', 'none', []],
    ]);
    expect(ran.out).toContain('doesn\'t have a target \\"c\\" yet');
  });

  test('owned lists whole, where they are shared now', async () => {
    repo.commit('whole', { 'holdfast.yaml': settings(target('gw', 'desired-state')) });
    repo.commit('shared', {
      'holdfast.yaml': `${settings(target('gw', 'desired-state'))}policy: { ownership: { api-keys: entries } }\n`,
      [FILE]: CLIENTS.replace(', "${env:CLIENT_2}"', '') + CLAUDE + REST,
    });
    const plan = await planOf('--base', 'HEAD~1');
    expect(plan.changes).toMatchObject([{ kind: 'remove', origin: 'git' }]);
  });
});

describe('a base with encrypted files', () => {
  const encrypted = (cipher: string): string =>
    `api-keys:\n  - ENC[${cipher}]\n  - ENC[two]\nsops:\n  mac: ENC[x]\n  version: 3.9.0\n`;

  /** A stand-in for the real program, which reads what it is given and knows one file only. */
  function withSops(known: string): Record<string, string> {
    mkdirSync(join(at.dir, 'bin'), { recursive: true });
    const path = join(at.dir, 'bin/sops');
    const script = `#!/bin/sh\nfor last; do :; done\nif grep -q '${known}' "$last"; then printf 'api-keys:\\n  - sk-test-0001\\n  - sk-test-0002\\n'; else printf 'api-keys:\\n  - sk-test-0001\\n'; fi\n`;
    writeFileSync(path, script);
    chmodSync(path, 0o755);
    return { PATH: `${join(at.dir, 'bin')}:${process.env['PATH'] ?? ''}` };
  }

  test('decrypts them as they were then', async () => {
    repo.commit('sealed', { [FILE]: encrypted('old') });
    repo.commit('rotated', { [FILE]: encrypted('new') });
    const ran = await at.holdfastWith(
      withSops('old'),
      'plan',
      '--output',
      'json',
      '--base',
      'HEAD~1',
      '--state',
      join(at.dir, 'state-sops'),
    );
    expect(json(ran).plans[0]?.changes).toMatchObject([{ kind: 'remove', origin: 'git' }]);
  });
});

describe('a saved plan', () => {
  test('is applied with the base that it was made with', async () => {
    repo.commit('debug', { [FILE]: CLIENTS + CLAUDE + REST.replace('false', 'true') });
    await panel('request-retry', 7);
    await fresh('plan', '--base', 'HEAD~1', '-o', 'plan.json');
    const applied = await fresh('apply', 'plan.json');
    expect(applied.out).toContain('applied and verified 1 change');
    expect(applied.exit).toBe(EXIT.ok);
  });
});

describe('validate --base', () => {
  test('names what is no longer declared, without a gateway', async () => {
    const sha = repo.git('rev-parse', 'HEAD');
    repo.commit('no claude', { [FILE]: CLIENTS + REST });
    const ran = await fresh('validate', '--base', 'HEAD~1', '--output', 'json');
    expect(ran.exit).toBe(EXIT.ok);
    expect(json(ran).problems).toMatchObject([
      { code: 'HF2086', position: { file: `${sha.slice(0, 12)}:${FILE}`, line: 2 } },
    ]);
    expect(codesOf(await fresh('validate', '--base', 'nowhere', '--output', 'json'))).toEqual(['HF2081']);
  });
});
