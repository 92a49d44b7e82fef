import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { type Place, place } from './setup.ts';

let work: Place;
/** Whatever a test waits for, its commands end with it. */
let stop: AbortController;
beforeEach(async () => {
  stop = new AbortController();
  work = await place({
    gateway: 'api-keys: [sk-test-0001]\nrequest-retry: 1\n',
    files: {},
    env: {},
    managementKey: 'management-key-for-tests',
  });
});
afterEach(async () => {
  stop.abort();
  await work.close();
});

describe('status', () => {
  test('before there are files says how to begin, and is no error', async () => {
    const { exit, out } = await work.holdfast('status');
    expect(exit).toBe(EXIT.ok);
    expect(out).toContain(
      "desired-state directory desired-state doesn't exist; `holdfast pull` writes the files",
    );
    expect((await work.holdfast('status', '--exit-code')).exit).toBe(EXIT.differences);
  });

  test('speaks the states of the dashboard, and --exit-code tells whether all is well', async () => {
    await work.write({ 'desired-state/gateway.yaml': 'request-retry: 1\n' });
    expect((await work.holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
    expect((await work.holdfast('status', '--exit-code')).exit).toBe(EXIT.ok);
    await work.write({ 'desired-state/gateway.yaml': 'request-retry: 2\n' });
    await work.holdfast('plan');
    const drifted = await work.holdfast('status', '--exit-code');
    expect(drifted.exit).toBe(EXIT.differences);
    // As `drift` says: the gateway didn't change.
    expect(drifted.out).toMatch(/state +pending\n/);
    expect(drifted.out).toMatch(/gateway +differs \(deep check [^)]*\)\n/);
    expect((await work.holdfast('drift')).out).toContain('No drift');
  });

  test('says drifted for what the panel changed, in sync once it is adopted, and restored after a restore', async () => {
    await work.write({ 'desired-state/gateway.yaml': 'request-retry: 1\n' });
    expect((await work.holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
    const answer = await fetch(`${work.sandbox.url}/v0/management/request-retry`, {
      method: 'PUT',
      headers: { authorization: 'Bearer management-key-for-tests', 'content-type': 'application/json' },
      body: JSON.stringify({ value: 7 }),
    });
    expect(answer.status).toBe(200);
    await work.holdfast('drift');
    expect((await work.holdfast('status')).out).toMatch(/state +drifted\n/);
    expect((await work.holdfast('adopt', '--write')).exit).toBe(EXIT.ok);
    const adopted = await work.holdfast('status', '--exit-code');
    expect(adopted.exit).toBe(EXIT.ok);
    expect(adopted.out).toMatch(/state +in sync\n/);
    expect(adopted.out).not.toContain('the files changed since');

    expect((await work.holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
    await work.write({ 'desired-state/gateway.yaml': 'request-retry: 2\n' });
    expect((await work.holdfast('status')).out).toContain('in sync (deep check');
    expect((await work.holdfast('status')).out).toContain('; the files changed since');
    expect((await work.holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
    expect((await work.holdfast('restore', '--latest', '--yes')).exit).toBe(EXIT.ok);
    expect((await work.holdfast('status')).out).toMatch(/state +restored\n/);
  });

  test('a wrong management key does not look like changed files, and its end is seen at once', async () => {
    await work.write({ 'desired-state/gateway.yaml': 'request-retry: 1\n' });
    expect((await work.holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
    const wrong = await work.holdfastWith({ HOLDFAST_KEY: 'management-key-mistyped' }, 'status');
    expect(wrong.out).toMatch(/state +unreachable: http\S+ refused the management key\n/);
    expect(wrong.out).toContain("can't be compared: the management key isn't the one of the last apply");
    expect(wrong.out).not.toContain('the files changed');
    expect(wrong.out).toMatch(/access +not tried again before [^:]+:\d\d:\d\d UTC\n/);
    const none = await work.holdfastWith({ HOLDFAST_KEY: '' }, 'status');
    expect(none.out).toContain("can't be compared: the target has no management key");
    const right = await work.holdfast('status');
    expect(right.out).toMatch(/state +in sync\n/);
    expect(right.out).not.toMatch(/login/);
  });

  test('with a git source, names the daemon that has the files', async () => {
    const settings = {
      version: 1,
      targets: [{ name: 'home', url: '${env:HOLDFAST_URL}', desired: 'home' }],
      daemon: {
        source: { git: { url: 'https://git.example/gateways.git' } },
        http: { listen: '127.0.0.1:8318', auth: 'none' },
      },
    };
    await work.write({ 'holdfast.yaml': JSON.stringify(settings) });
    const { exit, out } = await work.holdfast('status');
    expect(exit).toBe(EXIT.ok);
    const advice = 'in the repository that the daemon follows; ask it with `--via http://127.0.0.1:8318`';
    expect(out).toContain(advice);
    const io = work.io();
    let said = '';
    const hears = (text: string): void => {
      said += text;
      if (text.includes('invalid')) stop.abort();
    };
    await io.run?.(['status', '--watch'], { ...io, out: hears, signal: stop.signal });
    expect(said).toContain(advice);
  });

  test('files that were there and are gone are an error', async () => {
    await work.write({ 'desired-state/gateway.yaml': 'request-retry: 3\n' });
    expect((await work.holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
    await rm(join(work.dir, 'desired-state'), { recursive: true });
    const { exit, out } = await work.holdfast('status');
    expect(exit).toBe(EXIT.invalid);
    expect(out).toMatch(/state +invalid\n/);
  });
});
