// The daemon with receivers: what it does to the gateway does not depend on them.
import { afterEach, describe, expect, test } from '@jest/globals';
import { createNotify } from '../../../src/daemon/notify/notify.ts';
import type { OpenSender } from '../../../src/daemon/notify/channels/delivery.ts';
import { openSender } from '../../../src/daemon/notify/channels/sender.ts';
import type { Services } from '../../../src/daemon/core/service.ts';
import { fail } from '../../../src/domain/problem/problem.ts';
import type { Channel } from '../../../src/settings/settings.ts';
import { MANAGEMENT_KEY } from '../../apply/setup.ts';
import { until } from '../../support/until.ts';
import { daemon, endAll, inMode, type Options, retries } from '../setup.ts';
import { channel, closeAll, DEAD_URL, handClock, httpReceiver, webhook } from './setup.ts';

afterEach(async () => {
  await endAll();
  await closeAll();
});

/** A daemon with these channels; its notifications have a clock of their own. */
async function notifying(options: Options, ...notify: Channel[]) {
  const clock = handClock();
  const notes: string[] = [];
  const silent = notify.find(({ name }) => name === 'silent')?.receiver;
  const services: Services = (operations) => {
    const reporter = { note: (_: string, text: string) => void notes.push(text), failed: () => undefined };
    const open: OpenSender = (one) => openSender(one, one === silent ? 500 : undefined);
    const service = createNotify({ operations, clock, reporter, open });
    return [{ ...service, follow: (settings) => service.follow({ ...settings, notify }) }];
  };
  return { ...(await daemon({ ...options, services })), clock, notes };
}

describe('the daemon with notifications', () => {
  test("applies and corrects while one receiver is down and another doesn't respond", async () => {
    const silent = await httpReceiver({ silent: true });
    const fixture = await notifying(
      { ...inMode('enforce'), desired: retries(4), drift: '* * * * * *' },
      channel(webhook(DEAD_URL), { name: 'gone', on: ['applied'] }),
      channel(webhook(silent.url), { name: 'silent', on: ['applied'] }),
    );
    await fixture.next('applied');
    fixture.clock.pass(5000);
    const gone = 'notifications to "gone" aren\'t delivered: broken while connecting (ECONNREFUSED)';
    await until(
      () => silent.got.length === 1 && fixture.notes.includes(gone),
      () => fixture.notes,
    );
    await fixture.panel('PUT', 'request-retry', { value: 9 });
    await fixture.next('applied');
    expect(await fixture.file()).toContain('request-retry: 4');
  });

  test('reports drift once, with the paths, and its end, without a secret', async () => {
    const receiver = await httpReceiver();
    const fixture = await notifying(
      { ...inMode('apply'), drift: '* * * * * *' },
      channel(webhook(receiver.url)),
    );
    await fixture.next('in-sync');
    await fixture.panel('PUT', 'api-keys', ['sk-test-0001', 'sk-test-stranger']);
    await fixture.next('drifted');
    await fixture.next('drifted');
    fixture.clock.pass(5000);
    await until(() => receiver.got.length === 1);
    await fixture.panel('PUT', 'api-keys', ['sk-test-0001', 'sk-test-0002']);
    await fixture.next('in-sync');
    fixture.clock.pass(5000);
    await until(() => receiver.got.length === 2);
    const bodies = receiver.got.map(({ body }) => body);
    expect(bodies.map((body) => JSON.parse(body) as object)).toMatchObject([
      { kind: 'drifted', target: 'home', previous: 'in-sync' },
      { kind: 'recovered', target: 'home', previous: 'drifted' },
    ]);
    expect(bodies[0]).toContain('api-keys');
    for (const secret of ['sk-test-0001', 'sk-test-0002', 'sk-test-stranger', MANAGEMENT_KEY])
      expect(bodies.join('\n')).not.toContain(secret);
  });

  test('reports that settings have errors, and that they are valid again', async () => {
    const receiver = await httpReceiver();
    let isBroken = true;
    const reopen: Options['reopen'] = (place) => {
      if (isBroken) throw fail('HF1012', 'the settings are broken');
      return place;
    };
    const fixture = await notifying({ reopen }, channel(webhook(receiver.url)));
    await fixture.next('in-sync');
    fixture.hangUp();
    await until(() => fixture.clock.waits().length > 0);
    isBroken = false;
    fixture.clock.pass(5000);
    await until(() => receiver.got.length === 1);
    fixture.hangUp();
    await until(() => fixture.clock.waits().length > 0);
    fixture.clock.pass(5000);
    await until(() => receiver.got.length === 2);
    expect(receiver.got.map(({ body }) => (JSON.parse(body) as { kind: string }).kind)).toEqual([
      'daemon',
      'recovered',
    ]);
  });
});
