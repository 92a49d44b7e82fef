// The pipelines in examples/, as their forges run them: every job is a process on a fresh clone in a fresh directory.
// Nothing is remembered between them but what is in git, on the forge, on the gateway, and in the encrypted backup.
// If HOLDFAST_TEST_GATEWAY names a real gateway, its configuration is overwritten.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { parse, stringify } from 'yaml';
import { type JudgedGateway, openJudged } from '../support/judged-gateway.ts';
import { until } from '../support/until.ts';
import { type Ran, runWorkflows } from '../support/pipelines/actions.ts';
import { runPipeline } from '../support/pipelines/gitlab.ts';
import { execute, filesIn, openWorld, ROOT, type World } from '../support/pipelines/world.ts';

const SECRETS = {
  GW_CLIENT_KEY_1: 'sk-test-client-0001',
  GW_CLIENT_KEY_2: 'sk-test-client-0002',
  GW_CLAUDE_KEY: 'sk-test-claude-0001',
  GW_OPENROUTER_KEY: 'sk-test-openrouter-0001',
};
const NEW_KEY = 'sk-test-client-0003';

const GATEWAY = `api-keys:
  - ${SECRETS.GW_CLIENT_KEY_1}
  - ${SECRETS.GW_CLIENT_KEY_2}
claude-api-key:
  - api-key: ${SECRETS.GW_CLAUDE_KEY}
    base-url: https://claude.example.com
openai-compatibility:
  - name: openrouter
    base-url: https://openrouter.example.com/api/v1
    api-key-entries:
      - api-key: ${SECRETS.GW_OPENROUTER_KEY}
    models:
      - { name: moonshotai/kimi-k2, alias: kimi }
request-retry: 3
debug: false
`;

/** How one forge runs the same four moments. */
interface Runs {
  readonly change: (world: World, pull: Pull) => Promise<readonly Ran[]>;
  readonly merged: (world: World, merge: { before: string; after: string }) => Promise<readonly Ran[]>;
  readonly byHand: (world: World, sha: string) => Promise<readonly Ran[]>;
  readonly night: (world: World, sha: string) => Promise<readonly Ran[]>;
  readonly files: readonly string[];
}

type Pull = { number: number; head: string; base: string; merge: string; isFromFork?: boolean };

const actions = (dir: string): Runs => ({
  change: (world, { number, head, base, merge, isFromFork = false }) =>
    runWorkflows(world, dir, {
      name: 'pull_request',
      ref: `refs/pull/${number}/merge`,
      sha: merge,
      head,
      pull: number,
      base,
      isFromFork,
    }),
  merged: (world, { before, after }) =>
    runWorkflows(world, dir, { name: 'push', ref: after, sha: after, before }),
  byHand: (world, sha) =>
    runWorkflows(world, dir, { name: 'workflow_dispatch', workflow: 'apply.yml', ref: sha, sha }),
  night: (world, sha) => runWorkflows(world, dir, { name: 'schedule', ref: sha, sha }),
  files: ['pull-request.yml', 'apply.yml', 'drift.yml'].map((name) => `${dir}/${name}`),
});

const gitlab: Runs = {
  change: (world, { number, head, base, isFromFork = false }) =>
    runPipeline(world, {
      source: 'merge_request_event',
      ref: `refs/pull/${number}/head`,
      commit: head,
      pull: number,
      base,
      isFromFork,
    }),
  merged: (world, { before, after }) =>
    runPipeline(world, { source: 'push', ref: after, commit: after, before }),
  byHand: (world, sha) => runPipeline(world, { source: 'web', ref: sha, commit: sha }),
  night: (world, sha) => runPipeline(world, { source: 'schedule', ref: sha, commit: sha }),
  files: [],
};

const FORGES = [
  ['github', actions('.github/workflows')],
  ['gitea', actions('.gitea/workflows')],
  ['gitlab', gitlab],
] as const;

// Of the forge whose tests run.
let world: World;
let judged: JudgedGateway;
let identity: string;

const manage = (method: string, path: string, body?: string): Promise<Response> =>
  fetch(`${judged.url}/v0/management/${path}`, {
    method,
    headers: { authorization: `Bearer ${judged.key}` },
    ...(body !== undefined && { body }),
  });
const gateway = async (): Promise<string> => (await manage('GET', 'config.yaml')).text();
const config = async (): Promise<string> => JSON.stringify(await (await manage('GET', 'config')).json());
const settled = (has: string): Promise<void> => until(async () => (await config()).includes(has));
/** The configuration that the story begins with; where it listens and its key stay. */
const configured = async (): Promise<void> => {
  const { host, port, 'remote-management': management } = parse(await gateway()) as Record<string, unknown>;
  const text = stringify({ host, port, 'remote-management': management }) + GATEWAY;
  expect((await manage('PUT', 'config.yaml', text)).status).toBe(200);
  await settled(SECRETS.GW_CLAUDE_KEY);
};
const inPanel = async (path: string, value: unknown): Promise<void> => {
  expect((await manage('PUT', path, JSON.stringify({ value }))).status).toBe(200);
  await settled(`"${path}":${JSON.stringify(value)}`);
};
const comment = (): string => world.forge.comments.find(({ on }) => on === 3)?.body ?? '';
const statuses = (commit: string): string[] =>
  world.forge.statuses
    .filter((status) => status.commit === commit)
    .map(({ context, state }) => `${context} ${state}`);
/** Of each job; the log where it failed. */
const results = (ran: readonly Ran[]): string[] =>
  ran.map(({ job, result, log }) => `${job} ${result}${result === 'failure' ? `: ${log}` : ''}`);

async function setUp(kind: (typeof FORGES)[number][0]): Promise<void> {
  world = await openWorld(kind, kind);
  judged = await openJudged({ time: 'real' });
  await configured();
  identity = await generateIdentity();
  Object.assign(world.secrets, SECRETS, {
    MANAGEMENT_PASSWORD: judged.key,
    HOLDFAST_TOKEN: 'ghs-test-token-0001',
  });
  Object.assign(world.variables, {
    GATEWAY_URL: judged.url,
    BACKUP_RECIPIENT: await identityToRecipient(identity),
  });
}

describe.each(FORGES)('examples/%s', (kind, runs) => {
  beforeAll(() => setUp(kind));
  afterAll(async () => {
    await judged?.close();
    await world?.[Symbol.asyncDispose]();
  });

  const named = (name: string): string => (kind === 'gitlab' ? `holdfast-${name}` : name);
  const failed = kind === 'gitlab' ? 'failed' : 'failure';

  /** The files of a pull request: it removes a provider, rotates a client key and renames an alias. */
  const proposal = async (): Promise<Record<string, string>> => {
    const desired = await world.git('show', 'main:desired-state/gateway.yaml');
    const withoutClaude = desired.replace(/claude-api-key:\n(?: .*\n)+/, '');
    const files: Record<string, string> = {
      'desired-state/gateway.yaml': `${withoutClaude}\n`
        .replace('GW_CLIENT_KEY_2', 'GW_CLIENT_KEY_3')
        .replace('alias: kimi', 'alias: k2'),
    };
    for (const file of runs.files) {
      const text = await world.git('show', `main:${file}`);
      const line = 'GW_CLIENT_KEY_2: ${{ secrets.GW_CLIENT_KEY_2 }}';
      files[file] =
        `${text.replace(line, `${line}\n          GW_CLIENT_KEY_3: \${{ secrets.GW_CLIENT_KEY_3 }}`)}\n`;
    }
    return files;
  };

  test('a change is planned, refused, approved, merged and applied on another machine', async () => {
    world.secrets['GW_CLIENT_KEY_3'] = NEW_KEY;
    await inPanel('request-retry', 7); // somebody's edit: declared, and not part of the pull request
    await world.commit('change', await proposal(), 'Remove Claude, rotate a client key, rename kimi');
    const first = await world.pull(3, 'change');

    const refused = await runs.change(world, first);
    expect(results(refused)).toEqual([`${named('validate')} success`, `${named('plan')} success`]);
    expect(comment()).toContain('⛔ home');
    expect(comment()).toContain('Override: `--allow mass-delete:claude-api-key`');
    expect(statuses(first.head)).toEqual(['holdfast/plan/home pending', `holdfast/plan/home ${failed}`]);

    const settings = await world.git('show', 'change:holdfast.yaml');
    const allowed = settings.replace(
      'prune: true',
      'allow: [mass-delete:claude-api-key, last-upstream:claude-api-key]\n  prune: true',
    );
    await world.commit('change', { 'holdfast.yaml': `${allowed}\n` }, 'Claude is to go');
    const second = await world.pull(3, 'change');
    await runs.change(world, second);
    expect(world.forge.comments.filter(({ on }) => on === 3)).toHaveLength(1);
    expect(comment()).toContain('📝 home');
    for (const row of [
      /\| remove \| `claude-api-key/,
      /\| add \| `api-keys\[#[0-9a-f]{8}\]` \|.*•••[0-9a-f]{8} \(GW_CLIENT_KEY_3\)/,
      /\| rename \|.*`kimi` \| `k2`/,
      /\| update \| `request-retry` \| `7` \| `3` \| drift<br>not changed/,
    ])
      expect(comment()).toMatch(row);
    expect(statuses(second.head).at(-1)).toBe('holdfast/plan/home success');
    expect(await gateway()).toContain(SECRETS.GW_CLAUDE_KEY);

    await inPanel('debug', true); // and one that nobody declares, after the plan
    const merge = await world.merge(3, 'change');
    const applied = await runs.merged(world, merge);
    expect(results(applied)).toEqual([`${named('apply')} success`]);
    const after = await gateway();
    for (const kept of ['request-retry: 7', 'debug: true', NEW_KEY, 'alias: k2', SECRETS.GW_CLIENT_KEY_1])
      expect(after).toContain(kept);
    for (const gone of [SECRETS.GW_CLAUDE_KEY, SECRETS.GW_CLIENT_KEY_2, 'alias: kimi'])
      expect(after).not.toContain(gone);
    expect(statuses(merge.after)).toEqual(['holdfast/apply/home pending', 'holdfast/apply/home success']);
  });

  test('the backup of the vanished machine is encrypted, and its owner can read it', async () => {
    const [, dir = ''] = [...world.artifacts].find(([name]) => name.includes('backup')) ?? [];
    const file = (await filesIn(dir)).find((name) => name.endsWith('.age')) ?? '';
    const bytes = await readFile(join(dir, file));
    expect(bytes.toString('latin1')).toMatch(/^age-encryption\.org\/v1/);
    expect(bytes.toString('latin1')).not.toContain(SECRETS.GW_CLAUDE_KEY);
    const place = await world.checkout('refs/heads/main', 1);
    await writeFile(join(place, 'key.txt'), `${identity}\n`);
    const env = { PATH: world.path, HOME: place, ...world.variables, ...world.secrets };
    const shown = await execute(
      process.execPath,
      [join(ROOT, 'bin/holdfast.js'), 'restore', join(dir, file), '--identity', 'key.txt', '--dry-run'],
      { cwd: place, env },
    );
    expect([shown.exit, shown.log]).toEqual([2, expect.stringContaining('dry run')]);
  });

  test('the nightly job reports the edits once, and closes the report when they are gone', async () => {
    const sha = await world.git('rev-parse', 'main');
    for (const _ of [1, 2])
      expect(results(await runs.night(world, sha))).toEqual([`${named('drift')} success`]);
    expect(world.forge.issues).toHaveLength(1);
    expect(world.forge.issues[0]!.body).toContain('request-retry');
    expect(world.forge.issues[0]!.body).not.toContain('debug');
    await inPanel('request-retry', 3);
    await runs.night(world, sha);
    expect(world.forge.issues.map(({ state }) => state)).toEqual(['closed']);
  });

  test('a gateway that changed after the plan is not written; an apply by hand takes the change in', async () => {
    const files = await world.git('show', 'main:desired-state/gateway.yaml');
    await world.commit(
      'retry',
      { 'desired-state/gateway.yaml': `${files.replace('request-retry: 3', 'request-retry: 4')}\n` },
      'Retry more',
    );
    await runs.change(world, await world.pull(4, 'retry'));
    await inPanel('request-retry', 9);
    const merge = await world.merge(4, 'retry');
    const stale = await runs.merged(world, merge);
    expect(stale[0]).toMatchObject({ result: 'failure', exit: 8 });
    expect(await gateway()).toContain('request-retry: 9');
    expect(statuses(merge.after).at(-1)).toBe(`holdfast/apply/home ${failed}`);
    const byHand = await runs.byHand(world, merge.after);
    expect(results(byHand)).toEqual([kind === 'gitlab' ? 'holdfast-apply-now success' : 'apply success']);
    expect(await gateway()).toContain('request-retry: 4');
  });

  test('a pull request from a fork is validated, and nothing else runs', async () => {
    const calls = world.forge.calls.length;
    await world.commit('fork', { 'desired-state/more.yaml': 'debug: ${env:GW_CLIENT_KEY_1}\n' }, 'Hello');
    const ran = await runs.change(world, { ...(await world.pull(5, 'fork')), isFromFork: true });
    expect([
      results(ran).filter((one) => !one.endsWith('skipped')),
      ran.map(({ log }) => log).join(''),
    ]).toEqual([[`${named('validate')} success`], expect.not.stringContaining('::error')]);
    expect(world.forge.calls.length).toBe(calls);
  });

  test('no call and no log has more than it should', () => {
    expect(world.forge.violations).toEqual([]);
    const told = JSON.stringify([world.forge.comments, world.forge.issues, world.forge.statuses]);
    for (const secret of [...Object.values(SECRETS), NEW_KEY]) expect(told).not.toContain(secret);
  });
});
