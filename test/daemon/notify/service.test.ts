// Notifications against receivers that answer, fail, stall and are gone.
import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createNotify } from '../../../src/daemon/notify/notify.ts';
import { testNotice } from '../../../src/daemon/notify/notices.ts';
import type { OpenSender, Sender } from '../../../src/daemon/notify/channels/delivery.ts';
import { openSender } from '../../../src/daemon/notify/channels/sender.ts';
import type { Service } from '../../../src/daemon/core/service.ts';
import type { Outcome } from '../../../src/domain/outcome/outcome.ts';
import { fail } from '../../../src/domain/problem/problem.ts';
import { redactor } from '../../../src/lib/redact.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { Channel } from '../../../src/settings/settings.ts';
import { until } from '../../support/until.ts';
import { outcomeOf } from '../builders.ts';
import { channel, closeAll, DEAD_URL, ground, httpReceiver, webhook } from './setup.ts';

const services: Service[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service[Symbol.asyncDispose]();
  await closeAll();
});

const GATHER = 5000;
const settings = (...notify: Channel[]) => ({ drift: '0 * * * *', notify });
const inSync = (target = 'home'): Outcome => ({ ...outcomeOf({ kind: 'in-sync', depth: 'deep' }), target });
const drifted = (target = 'home'): Outcome => ({ ...outcomeOf({ kind: 'drifted', depth: 'deep' }), target });
const unreachable = (target: string): Outcome => ({ ...outcomeOf({ kind: 'unreachable' }), target });

type Ground = ReturnType<typeof ground>;

async function notifying(at: Ground, channels: readonly Channel[], more: object = {}) {
  const service = createNotify({ ...at.options, ...more });
  services.push(service);
  await service.follow(settings(...channels));
  const see = (...outcomes: readonly Outcome[]): void => {
    for (const outcome of outcomes) service.reporter?.outcome?.(outcome, 'schedule');
  };
  /** Lets the time pass that is waited for. */
  const due = async (): Promise<void> => {
    await until(() => at.clock.waits().length > 0, at.clock.waits);
    at.clock.pass(at.clock.waits()[0] ?? 0);
  };
  return { service, see, due };
}

const kinds = (got: readonly { readonly body: string }[]): string[] =>
  got.map(({ body }) => {
    const { type, kind, total } = JSON.parse(body) as { type: string; kind?: string; total?: number };
    return type === 'digest' ? `digest of ${total}` : String(kind);
  });

test("a message that can't be written is a failed message, and doesn't stop the daemon", async () => {
  const sender = openSender({ kind: 'slack', url: seal(new URL(DEAD_URL)) });
  const notice = { ...testNotice('ops', 0, 'msg_1'), title: 5 as unknown as string };
  expect(await sender.send({ kind: 'notice', notice }, 0)).toEqual({ kind: 'failed', answer: 'no answer' });
  await sender.close();
});

describe('Telegram', () => {
  test('gets the token in the path, including its colon', async () => {
    const receiver = await httpReceiver();
    const token = seal('123456:token-of-a-bot');
    const telegram: Channel['receiver'] = {
      kind: 'telegram',
      api: new URL(receiver.url),
      token,
      chat: '-100',
    };
    const sender = openSender(telegram);
    const notice = testNotice('ops', 0, 'msg_1');
    expect(await sender.send({ kind: 'notice', notice }, 0)).toEqual({
      kind: 'delivered',
      answer: 'HTTP 200: ok',
    });
    expect(receiver.got[0]?.url).toBe('/hook/bot123456:token-of-a-bot/sendMessage');
    await sender.close();
  });
});

describe('notifications', () => {
  test('report a change once, signed, and not again after a restart', async () => {
    const receiver = await httpReceiver();
    const at = ground();
    const ops = channel(webhook(receiver.url, 'whsec_c2VjcmV0LW9mLXRoZS10ZXN0cw=='));
    const first = await notifying(at, [ops]);
    first.see(inSync(), drifted(), drifted());
    await first.due();
    await until(() => at.told()['ops']?.['home']?.standing === 'drifted', at.told);
    await first.service[Symbol.asyncDispose]();

    const second = await notifying(at, [ops]);
    second.see(drifted(), inSync());
    await second.due();
    await until(() => receiver.got.length > 1);
    expect(kinds(receiver.got)).toEqual(['drifted', 'recovered']);
    const [told] = receiver.got;
    const [headers, body] = [told?.headers ?? {}, told?.body ?? ''];
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const signature = createHmac('sha256', 'secret-of-the-tests').update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    expect(headers['webhook-id']).toBe((JSON.parse(body) as { id: string }).id);
  });

  test('that were not delivered before the end are sent by the next daemon', async () => {
    const receiver = await httpReceiver({ status: 503 });
    const at = ground();
    const ops = channel(webhook(receiver.url));
    const first = await notifying(at, [ops]);
    first.see(drifted());
    await first.service[Symbol.asyncDispose]();
    expect(at.notes.at(-1)).toBe('1 notification to "ops" weren\'t delivered before the daemon stopped');
    receiver.answers = [{}];
    const second = await notifying(at, [ops]);
    second.see(drifted());
    await second.due();
    await until(
      () => at.results.includes('ops delivered'),
      () => at.results,
    );
    expect(kinds(receiver.got)).toEqual(['drifted', 'drifted']);
  });

  test('of many targets at once are one message, with a bounded list and the count', async () => {
    const receiver = await httpReceiver();
    const names = Array.from({ length: 500 }, (_, i) => `gateway-${i}`);
    const at = ground(names);
    const { see, due } = await notifying(at, [channel(webhook(receiver.url))]);
    see(...names.map(unreachable));
    await due();
    await until(() => receiver.got.length > 0);
    const digest = JSON.parse(receiver.got[0]?.body ?? '') as Record<string, unknown>;
    expect(digest).toMatchObject({
      type: 'digest',
      total: 500,
      severity: 'critical',
      counts: { unreachable: 500 },
    });
    expect(digest['notices']).toHaveLength(20);
    await until(() => Object.keys(at.told()['ops'] ?? {}).length === 500);
    see(...names.map(unreachable));
    expect(at.clock.waits()).toEqual([]);
    expect(receiver.got).toHaveLength(1);
  });

  test('are one message each while they are few, and collected for as long as `digest` says', async () => {
    const [one, other] = [await httpReceiver(), await httpReceiver()];
    const at = ground(['a', 'b', 'c']);
    const { see } = await notifying(at, [
      channel(webhook(one.url)),
      channel(webhook(other.url), { name: 'calm', digestMs: 300_000 }),
    ]);
    see(...['a', 'b', 'c'].map(unreachable));
    at.clock.pass(GATHER);
    await until(
      () => one.got.length === 3,
      () => kinds(one.got),
    );
    expect(other.got).toEqual([]);
    at.clock.pass(300_000);
    await until(() => other.got.length > 0);
    expect(kinds(one.got)).toEqual(['unreachable', 'unreachable', 'unreachable']);
    expect(kinds(other.got)).toEqual(['digest of 3']);
  });
});

describe('notifications to a receiver that has problems', () => {
  test('are retried while the receiver is down, with increasing delays, and as it asks', async () => {
    const receiver = await httpReceiver(
      { status: 500 },
      { status: 429, headers: { 'retry-after': '77' } },
      { status: 503, headers: { 'retry-after': 'Sat, 28 Nov 2026 12:05:00 GMT' } },
      { status: 408 },
      {},
    );
    const at = ground();
    const { see, due } = await notifying(at, [channel(webhook(receiver.url))]);
    see(drifted());
    const waits: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      await until(() => at.clock.waits().length > 0);
      waits.push(at.clock.waits()[0] ?? 0);
      await due();
    }
    await until(
      () => at.results.at(-1) === 'ops delivered',
      () => at.results,
    );
    expect(waits).toEqual([GATHER, 2000, 77_000, 300_000 - GATHER - 2000 - 77_000, 16_000]);
    expect(at.notes).toEqual([
      'notifications to "ops" aren\'t delivered: HTTP 500: ok',
      'notifications to "ops" are delivered again',
    ]);
    expect(new Set(receiver.got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  test('end with a final response, which is reported once', async () => {
    const receiver = await httpReceiver({ status: 404, body: 'no_service' });
    const at = ground();
    const { see, due } = await notifying(at, [channel(webhook(receiver.url))]);
    see(drifted());
    await due();
    await until(() => at.results.length === 1);
    see(drifted(), unreachable('home'));
    await due();
    await until(() => at.results.length === 2);
    expect(at.results).toEqual(['ops refused', 'ops refused']);
    expect(at.notes).toEqual(['notifications to "ops" aren\'t delivered: HTTP 404: no_service']);
    expect(at.clock.waits()).toEqual([]);
  });

  test('are given up after ten attempts, and sent again when the problem is seen again', async () => {
    const at = ground();
    const { see, due } = await notifying(at, [channel(webhook(DEAD_URL))]);
    see(drifted());
    await due();
    for (let tries = 1; tries < 10; tries += 1) {
      await until(
        () => at.results.length === tries,
        () => at.results,
      );
      await due();
    }
    await until(() => at.results.length === 10);
    expect(at.clock.waits()).toEqual([]);
    expect(at.notes).toHaveLength(1);
    await until(() => {
      see(drifted());
      return at.clock.waits().length > 0;
    });
    expect(at.clock.waits()).toEqual([GATHER]);
  });

  test('do not follow a redirect', async () => {
    const elsewhere = await httpReceiver();
    const receiver = await httpReceiver({ status: 307, headers: { location: elsewhere.url } });
    const at = ground();
    const { see, due } = await notifying(at, [channel(webhook(receiver.url, 'a-secret-of-ours'))]);
    see(drifted());
    await due();
    await until(() => at.results.length > 0);
    expect(at.results).toEqual(['ops refused']);
    expect(elsewhere.got).toEqual([]);
  });

  test("to a receiver that doesn't respond end in time, and others do not wait for it", async () => {
    const silent = await httpReceiver({ silent: true });
    const lively = await httpReceiver();
    const at = ground();
    const channels = [channel(webhook(silent.url), { name: 'silent' }), channel(webhook(lively.url))];
    const isDelivered = (): boolean => at.results.includes('ops delivered');
    const open: OpenSender = (receiver) => {
      if (receiver !== channels[0]?.receiver) return openSender(receiver);
      const sender = openSender(receiver, 100);
      const send: Sender['send'] = async (...message) => {
        const delivery = await sender.send(...message);
        await until(isDelivered);
        return delivery;
      };
      return { ...sender, send };
    };
    const { see, due } = await notifying(at, channels, { open });
    see(drifted());
    await due();
    await until(
      () => at.results.length === 2,
      () => at.results,
    );
    expect(at.results).toEqual(['ops delivered', 'silent failed']);
  });

  test('that pile up while the receiver is down stay bounded, and come as one', async () => {
    const receiver = await httpReceiver({ status: 503 }, {});
    const names = Array.from({ length: 300 }, (_, i) => `gateway-${i}`);
    const at = ground(names);
    const { see, due } = await notifying(at, [channel(webhook(receiver.url))]);
    see(unreachable('gateway-0'));
    await due();
    await until(() => at.results.length === 1);
    for (let turn = 0; turn < 5; turn += 1) see(...names.map(drifted), ...names.map(unreachable));
    await due();
    await until(() => at.results.length === 2);
    await due();
    await until(() => receiver.got.length === 3);
    expect(kinds(receiver.got)).toEqual(['unreachable', 'unreachable', 'digest of 3000']);
    expect(receiver.got[2]?.body.length).toBeLessThan(30_000);
    const known = (): string[] => Object.keys(at.told()['ops'] ?? {});
    await until(() => known().length >= 300, known); // they are saved one after the other
    expect(known()).toHaveLength(300);
  });
});

describe('notifications about settings and state', () => {
  test('of invalid settings, and of valid settings again', async () => {
    const receiver = await httpReceiver();
    const at = ground();
    const { service, due } = await notifying(at, [channel(webhook(receiver.url))]);
    service.reporter?.shared?.('settings');
    service.reporter?.shared?.('settings', fail('HF1012', '`drift` is not a cron expression'));
    service.reporter?.shared?.('source', new Error('broken'));
    service.reporter?.shared?.('settings');
    await due();
    await until(() => receiver.got.length === 3);
    expect(kinds(receiver.got)).toEqual(['daemon', 'source', 'recovered']);
    expect(receiver.got[0]?.body).toContain('`drift` is not a cron expression');
  });

  test('follow the settings: a new channel hears what is wrong, one that is gone nothing', async () => {
    const [one, other] = [await httpReceiver(), await httpReceiver()];
    const at = ground();
    const { service, see, due } = await notifying(at, [channel(webhook(one.url))]);
    see(drifted());
    await due();
    await until(() => one.got.length === 1);
    await service.follow(settings(channel(webhook(other.url), { name: 'new' })));
    see(drifted());
    await due();
    await until(() => other.got.length === 1);
    expect(one.got).toHaveLength(1);
    await until(() => Object.keys(at.told()).join(' ') === 'new', at.told);
  });

  test('contain no secret, and link to the dashboard', async () => {
    const receiver = await httpReceiver({ status: 400, body: 'bad token sk-test-0001' });
    const at = ground();
    const more = {
      clean: redactor(['sk-test-0001']).value,
      publicUrl: () => new URL('https://holdfast.example/'),
    };
    const { see, due } = await notifying(at, [channel(webhook(receiver.url))], more);
    see(outcomeOf({ kind: 'failed', reason: 'could not store sk-test-0001' }));
    await due();
    await until(() => at.results.length === 1);
    expect(receiver.got[0]?.body).not.toContain('sk-test-0001');
    expect(receiver.got[0]?.body).toContain('https://holdfast.example/#/targets/home');
    expect(at.notes).toEqual(['notifications to "ops" aren\'t delivered: HTTP 400: bad token [secret]']);
  });

  test('about a run link to its page, which the backup that it made names', async () => {
    const receiver = await httpReceiver();
    const more = { publicUrl: () => new URL('https://holdfast.example/') };
    const { see, due } = await notifying(ground(), [channel(webhook(receiver.url))], more);
    const [backup, reason] = ['20261123T120301Z-5e6f7a8b', 'the alias was not listed'];
    see(outcomeOf({ kind: 'rolled-back', backup, fidelity: 'exact', reason, evidence: [] }));
    await due();
    await until(() => receiver.got.length === 1);
    expect(receiver.got[0]?.body).toContain(`"https://holdfast.example/#/targets/home/history/${backup}"`);
  });

  test("continue without the record of earlier messages if it can't be read", async () => {
    const receiver = await httpReceiver();
    const at = ground();
    const broken = {
      targets: at.options.operations.targets,
      store: () => ({
        notified: () => Promise.reject(fail('HF6005', 'told.json is damaged')),
        saveNotified: async () => undefined,
      }),
    };
    const { see, due } = await notifying(at, [channel(webhook(receiver.url))], { operations: broken });
    see(drifted());
    await due();
    await until(() => receiver.got.length === 1);
    expect(at.failures).toHaveLength(1);
  });
});
