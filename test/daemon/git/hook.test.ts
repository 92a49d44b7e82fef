import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type HookHeaders, hookOf, type Hooked } from '../../../src/daemon/git/hook.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { GitRef } from '../../../src/settings/daemon-source.ts';

const SECRET = 'hook-secret-0001';
/** 32 bytes, as GitLab makes its signing tokens. */
const SIGNING = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const NOW = 1_800_000_000_000;
const PUSH = Buffer.from(JSON.stringify({ ref: 'refs/heads/main', after: 'a'.repeat(40) }));

const hex = (body: Buffer, secret = SECRET): string =>
  createHmac('sha256', secret).update(body).digest('hex');

const github = (body = PUSH, id = 'd-1'): HookHeaders => ({
  'x-github-event': 'push',
  'x-github-delivery': id,
  'x-hub-signature-256': `sha256=${hex(body)}`,
});
const gitea = (body = PUSH): HookHeaders => ({
  'x-gitea-event': 'push',
  'x-gitea-delivery': 'g-1',
  'x-gitea-signature': hex(body),
});
const gitlab = (token = SECRET): HookHeaders => ({
  'x-gitlab-event': 'Push Hook',
  'x-gitlab-event-uuid': 'u-1',
  'x-gitlab-token': token,
});
function signed(body = PUSH, at = NOW / 1000, id = 'w-1'): HookHeaders {
  const mac = createHmac('sha256', Buffer.alloc(32, 7))
    .update(`${id}.${at}.${body.toString()}`)
    .digest('base64');
  return {
    'x-gitlab-event': 'Push Hook',
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': `v1,AAAA v1,${mac}`,
  };
}

interface Hook {
  status(headers: HookHeaders, body?: Buffer): number;
  readonly source: { pokes: number };
  clock: { now: number };
}

function hook(secret: string | undefined = SECRET, ref: GitRef = { kind: 'branch', name: 'main' }): Hook {
  const source = { pokes: 0 };
  const clock = { now: NOW };
  const hooked: Hooked = {
    settings: () => ({ ref, ...(secret !== '' && { webhook: { secret: seal(secret) } }) }),
    poke: () => void (source.pokes += 1),
  };
  const handle = hookOf(hooked, () => clock.now);
  return { status: (headers, body = PUSH) => handle(headers, body).status, source, clock };
}

describe('a webhook', () => {
  // Secret, body and signature of the documentation.
  test('matches the test vector that GitHub publishes', () => {
    const one = hook("It's a Secret to Everybody");
    const body = Buffer.from('Hello, World!');
    const headers = {
      'x-github-event': 'ping',
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    };
    expect(one.status(headers, body)).toBe(200);
    expect(one.status(headers, Buffer.from('Hello, World?'))).toBe(401);
  });

  test.each<[string, string, HookHeaders]>([
    ['GitHub', SECRET, github()],
    ['Gitea and Forgejo', SECRET, gitea()],
    ['GitLab with a secret token', SECRET, gitlab()],
    ['GitLab with a signing token', SIGNING, signed()],
  ])('of %s makes the remote be asked, once', (_forge, secret, headers) => {
    const one = hook(secret);
    expect(one.status(headers)).toBe(202);
    expect(one.status(headers)).toBe(200);
    expect(one.source.pokes).toBe(1);
  });

  test.each<[string, string, HookHeaders, Buffer]>([
    ['without a signature', SECRET, { 'x-github-event': 'push' }, PUSH],
    ['with another body', SECRET, github(), Buffer.from('{"ref":"refs/heads/other"}')],
    ['with a signature by another secret', 'another-secret', github(), PUSH],
    ['with an empty signature', SECRET, { ...gitea(), 'x-gitea-signature': '' }, PUSH],
    ['with the token of somebody else', SECRET, gitlab('hook-secret-0002'), PUSH],
    ['signed ten minutes ago', SIGNING, signed(PUSH, NOW / 1000 - 600), PUSH],
    ['whose time was changed', SIGNING, { ...signed(), 'webhook-timestamp': String(NOW / 1000 + 1) }, PUSH],
    ['whose id was changed', SIGNING, { ...signed(), 'webhook-id': 'w-2' }, PUSH],
  ])('%s is refused', (_what, secret, headers, body) => {
    const one = hook(secret);
    expect(one.status(headers, body)).toBe(401);
    expect(one.source.pokes).toBe(0);
  });

  test('that is repeated under another delivery id is still a repetition', () => {
    const one = hook();
    expect([one.status(github(PUSH, 'd-1')), one.status(github(PUSH, 'd-2'))]).toEqual([202, 200]);
    expect(one.source.pokes).toBe(1);
  });

  test('is forgotten after an hour', () => {
    const one = hook();
    one.status(github());
    one.clock.now += 61 * 60_000;
    expect(one.status(github())).toBe(202);
  });

  test('about another branch, or about something else than a push, changes nothing', () => {
    const one = hook();
    const other = Buffer.from('{"ref":"refs/heads/feature"}');
    const tag = Buffer.from('{"ref":"refs/tags/main"}');
    expect(one.status(github(other, 'a'), other)).toBe(200);
    expect(one.status(github(tag, 'b'), tag)).toBe(200);
    expect(one.status({ ...github(), 'x-github-event': 'issues' })).toBe(200);
    expect(one.source.pokes).toBe(0);
  });

  test('about a tag is for who follows that tag', () => {
    const one = hook(SECRET, { kind: 'tag', name: 'live' });
    const tag = Buffer.from('{"ref":"refs/tags/live"}');
    expect(one.status(github(tag), tag)).toBe(202);
  });

  test("can be a form, which is GitHub's default", () => {
    const body = Buffer.from(new URLSearchParams({ payload: PUSH.toString() }).toString());
    const headers = { ...github(body), 'content-type': 'application/x-www-form-urlencoded' };
    expect(hook().status(headers, body)).toBe(202);
  });

  test("with a body that isn't JSON gets an error", () => {
    const body = Buffer.from('{');
    expect(hook().status(github(body), body)).toBe(400);
  });

  test('is unknown where no secret is set', () => {
    expect(hook('').status(github())).toBe(404);
  });

  test('remembers ten thousand deliveries and no more', () => {
    const one = hook(SECRET);
    for (let i = 0; i < 12_000; i += 1) one.status({ ...gitlab(), 'x-gitlab-event-uuid': `u-${i}` });
    expect(one.source.pokes).toBe(12_000);
    expect(one.status({ ...gitlab(), 'x-gitlab-event-uuid': 'u-11999' })).toBe(200);
    expect(one.status({ ...gitlab(), 'x-gitlab-event-uuid': 'u-0' })).toBe(202);
  });
});
