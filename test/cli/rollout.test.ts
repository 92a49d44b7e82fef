// `apply` of a fleet in waves, and `rollout`. The second target can't be reached, and never has to be.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Place, place } from './setup.ts';

const KEY = 'mgmt-test-0001';
const settings = (strategy: string): string => `version: 1
targets:
  - { name: first, url: "\${env:HOLDFAST_URL}", key: "\${env:HOLDFAST_KEY}", labels: { stage: canary } }
  - { name: second, url: "http://127.0.0.1:1", key: "\${env:HOLDFAST_KEY}" }
${strategy}`;

let at: Place;
beforeAll(async () => {
  at = await place({
    gateway:
      'port: 8317\nremote-management: { disable-control-panel: true }\nrequest-retry: 1\napi-keys: [sk-test-0001]\n',
    files: {
      'holdfast.yaml': settings('strategy: { order: [canary, rest], soak: 1h }\n'),
      'desired-state/gateway.yaml': 'request-retry: 3\n',
    },
    env: {},
    managementKey: KEY,
  });
});
afterAll(() => at.close());

describe('a fleet with a strategy', () => {
  test('says that there was no rollout yet', async () => {
    expect(await at.holdfast('rollout', 'pause')).toMatchObject({ exit: 64 });
    const status = await at.holdfast('rollout', 'status');
    expect([status.exit, status.out]).toEqual([0, expect.stringMatching(/^There was no rollout yet/)]);
  });

  test('`apply --no-wait` applies to the first wave, and says what waits', async () => {
    const { exit, out } = await at.holdfast('apply', '--no-wait');
    expect(exit).toBe(2);
    expect(out).toMatch(/first {2}applied and verified/);
    expect(out).toMatch(/second {2}waits for wave `rest` \(2 of 2\)/);
  });

  test('`rollout status` shows the waves, the soak and every target', async () => {
    const { exit, out } = await at.holdfast('rollout');
    expect(exit).toBe(0);
    expect(out).toMatch(/^rollout [0-9a-f]{8} {2}running, since /);
    expect(out).toMatch(/wave 1 of 2 {2}canary {2}1 done; soaks until .* UTC \(.* left\)\n {2}first {2}done/);
    expect(out).toMatch(/wave 2 of 2 {2}rest {2}1 waiting\n {2}second {2}waiting/);
    const json = JSON.parse((await at.holdfast('rollout', '--output', 'json')).out);
    expect(json.rollout).toMatchObject({
      phase: 'running',
      waves: [{ state: 'soaking' }, { state: 'waiting' }],
      actions: ['pause', 'abort', 'undo'],
    });
  });

  test('a paused rollout starts nothing; pausing again changes nothing', async () => {
    const [first, again] = [await at.holdfast('rollout', 'pause'), await at.holdfast('rollout', 'pause')];
    expect([first.exit, again.exit]).toEqual([0, 0]);
    const applied = await at.holdfast('apply');
    expect(applied.exit).toBe(2);
    expect(applied.out).toMatch(/second {2}waits for wave `rest` \(2 of 2\); the rollout is paused/);
    expect((await at.holdfast('rollout', 'resume')).out).toMatch(/ running, since/);
  });

  test('--target names what is applied to, without waves', async () => {
    expect((await at.holdfast('apply', '--target', 'second')).exit).toBe(5);
  });

  test('undo restores what the targets had, and the revision waits', async () => {
    const { exit, out } = await at.holdfast('rollout', 'undo');
    expect(exit).toBe(0);
    expect(out).toMatch(/first {2}undone/);
    expect((await at.holdfast('rollout', 'resume')).err).toContain("the rollout can't resume: it is undone");
    expect((await at.holdfast('apply', '--no-wait')).out).toMatch(
      /first {2}waits for wave `canary` \(1 of 2\)/,
    );
  });

  test('settings without a strategy have no rollouts', async () => {
    await at.write({ 'holdfast.yaml': settings('state: { dir: other }\n') });
    const { exit, out } = await at.holdfast('rollout');
    expect([exit, out]).toEqual([0, expect.stringContaining('the settings have no `strategy`')]);
    const paused = await at.holdfast('rollout', 'pause');
    expect([paused.exit, paused.err]).toEqual([64, expect.stringContaining('HF7062')]);
  });
});
