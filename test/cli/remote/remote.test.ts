// `--via`: the command line as a client of a running daemon, with the same output as without.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Place, openPlace } from './setup.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function place(mode = 'apply'): Promise<Place> {
  const at = await openPlace(mode);
  open.push(at);
  return at;
}

describe('through a daemon', () => {
  test('plan, diff and drift say what they would say here, with the same exit codes', async () => {
    const at = await place('observe');
    await at.declare(3);
    for (const words of [
      ['plan'],
      ['diff'],
      ['drift'],
      ['plan', '--output', 'markdown'],
      ['diff', '--output', 'json'],
    ]) {
      const here = await at.here(...words);
      const there = await at.via(...words);
      expect([words, there.exit]).toEqual([words, here.exit]);
      expect(timeless(there.out)).toBe(timeless(here.out));
    }
    expect((await at.via('diff')).exit).toBe(2);
    expect(await at.gatewayFile()).toContain('request-retry: 1');
  });

  test('an approved plan is applied exactly, by a CI job that has no state; its name is in the history', async () => {
    const at = await place('enforce');
    await at.panel(7);
    expect((await at.via('plan', '-o', 'plan.json')).exit).toBe(0);
    await at.panel(8);
    const stale = await at.via('apply', 'plan.json');
    expect([stale.exit, stale.out + stale.err]).toEqual([8, expect.stringContaining('HF5003')]);
    expect(await at.gatewayFile()).toContain('request-retry: 8');
    await at.panel(7);
    const applied = await at.via('apply', 'plan.json', '--output', 'json');
    expect(JSON.parse(applied.out)).toMatchObject({ command: 'apply', outcomes: [{ kind: 'applied' }] });
    expect(applied.exit).toBe(0);
    expect(await at.gatewayFile()).toContain('request-retry: 1');
    const history = await at.via('history');
    const id = /^([0-9a-f]{12})/m.exec(history.out)?.[1] ?? '';
    expect((await at.via('history', id.slice(0, 6))).out).toContain('asked for by ci');
    expect((await at.here('history', id)).out).toContain('asked for by ci');
    expect(await at.via('history', 'ffffffffffff')).toMatchObject({ exit: 3 });
  });

  test('a plan signed with another key is distinguished from a stale one', async () => {
    const at = await place('enforce');
    await at.panel(7);
    await at.via('plan', '-o', 'plan.json');
    const plan = JSON.parse(await at.read('plan.json')) as { digest: { keyId: string } };
    await at.write('plan.json', JSON.stringify({ ...plan, digest: { ...plan.digest, keyId: 'ffffffff' } }));
    const other = await at.via('apply', 'plan.json');
    expect([other.exit, other.out + other.err]).toEqual([8, expect.stringContaining('HF5004')]);
    expect(other.out + other.err).toContain('digest-key');
  });

  test('status shows what the daemon knows', async () => {
    const at = await place();
    const here = JSON.parse((await at.here('status', '--offline', '--output', 'json')).out) as object;
    const there = JSON.parse((await at.via('status', '--output', 'json')).out) as object;
    expect(there).toMatchObject({
      command: 'status',
      targets: [{ target: 'home', mode: 'apply', released: [] }],
    });
    const declared = (from: object): unknown =>
      (from as { targets: { declared?: string }[] }).targets[0]?.declared;
    expect(declared(there)).toBe(declared(here));
    expect((await at.via('status')).out).toContain('in sync (deep check');
  });

  test("--mode enforce corrects drift once that the mode doesn't correct; nothing is written in mode observe", async () => {
    const at = await place('apply');
    await at.panel(7);
    expect((await at.via('apply')).exit).toBe(2);
    expect(await at.gatewayFile()).toContain('request-retry: 7');
    expect(await at.via('apply', '--mode', 'enforce')).toMatchObject({ exit: 0 });
    expect(await at.gatewayFile()).toContain('request-retry: 1');
    const observed = await place('observe');
    await observed.panel(7);
    const refused = await observed.via('apply', '--mode', 'enforce');
    expect(refused).toMatchObject({
      exit: 3,
      err: expect.stringContaining('the settings only allow observing "home"'),
    });
    expect(await observed.gatewayFile()).toContain('request-retry: 7');
  });

  test('a plan is shown and confirmed on a terminal, and a declined one is not applied', async () => {
    const at = await place('enforce');
    await at.panel(7);
    const asked: string[] = [];
    const declined = await at.onTerminal(asked, 'n', 'apply');
    expect(asked).toEqual([expect.stringContaining('Apply this to home?')]);
    expect([declined.exit, declined.out]).toEqual([4, expect.stringContaining('request-retry')]);
    expect(await at.gatewayFile()).toContain('request-retry: 7');
    expect((await at.onTerminal(asked, 'y', 'apply')).exit).toBe(0);
    expect(await at.gatewayFile()).toContain('request-retry: 1');
    expect((await at.onTerminal(asked, 'n', 'apply')).exit).toBe(0);
    expect(asked).toHaveLength(2);
  });

  test('no token, a wrong one, a read-only one: exit 5 with the remedy', async () => {
    const at = await place();
    const wrong = await at.withToken('wrong-token-wrong-token', 'apply');
    expect(wrong).toMatchObject({ exit: 5, err: expect.stringContaining('HOLDFAST_TOKEN') });
    expect(wrong.err).not.toContain('wrong-token-wrong-token');
    expect(await at.withToken(undefined, 'status')).toMatchObject({
      exit: 5,
      err: expect.stringContaining('HF7037'),
    });
    const reader = await at.withToken(at.reader, 'apply');
    expect(reader).toMatchObject({ exit: 5, err: expect.stringContaining('HF7038') });
    expect((await at.withToken(at.reader, 'plan')).exit).toBe(0);
    await at.write('token', `${at.reader}\n`);
    expect((await at.withToken(undefined, 'plan', '--via-token-file', 'token')).exit).toBe(0);
    expect(await at.withToken(undefined, 'plan', '--via-token-file', 'none')).toMatchObject({
      exit: 3,
      err: expect.stringContaining('HF7049'),
    });
  });

  test('an unknown target is refused by name, and so are flags about what the daemon knows', async () => {
    const at = await place();
    expect(await at.via('plan', '--target', 'other')).toMatchObject({
      exit: 64,
      err: expect.stringContaining('Use one of: home'),
    });
    for (const flag of [
      ['--url', 'http://x'],
      ['--desired', 'x'],
      ['--settings', 'x.yaml'],
    ])
      expect(await at.via('plan', ...flag)).toMatchObject({
        exit: 64,
        err: expect.stringContaining(flag[0] ?? ''),
      });
  });
});

describe('a daemon that is not there', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  });
  const answering = async (status: number, text: string): Promise<string> => {
    const server = createServer((_request, response) => response.writeHead(status).end(text));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  test('ends with 5 and gives the reason', async () => {
    const at = await place();
    expect(await at.holdfast('plan', '--via', 'http://127.0.0.1:1')).toMatchObject({
      exit: 5,
      err: expect.stringContaining('nothing listens at this address'),
    });
    for (const url of [
      await answering(200, '{}'),
      await answering(502, '<html>'),
      await answering(200, 'hello'),
    ])
      expect(await at.holdfast('plan', '--via', url)).toMatchObject({
        exit: 5,
        err: expect.stringContaining('HF7048'),
      });
    for (const url of ['nonsense', 'ftp://x', 'http://user@x'])
      expect((await at.holdfast('plan', '--via', url)).exit).toBe(64);
  });
});

/** Without what differs from moment to moment. */
function timeless(text: string): string {
  return text.replaceAll(/"createdAt": "[^"]*"/g, '');
}
