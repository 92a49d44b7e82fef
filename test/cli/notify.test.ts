import { afterEach, describe, expect, test } from '@jest/globals';
import { closeAll, httpReceiver } from '../daemon/notify/setup.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const terminals: Terminal[] = [];
afterEach(async () => {
  for (const terminal of terminals.splice(0)) await terminal[Symbol.asyncDispose]();
  await closeAll();
});

async function withChannels(channels: string, env: Readonly<Record<string, string>>) {
  const opened = await openTerminal({
    'holdfast.yaml': `version: 1\ntargets: [{ name: home, key: "\${env:HOLDFAST_KEY}" }]\ndaemon:\n  notify: ${channels}\n`,
  });
  terminals.push(opened);
  const run = (...words: string[]) =>
    opened.runWith({ env: { HOLDFAST_KEY: 'mgmt-secret-1', ...env } }, 'notify', 'test', ...words);
  return { run };
}

const TWO = '[{ name: ops, webhook: "${env:OPS}" }, { slack: "${env:SLACK}" }]';

describe('holdfast notify test', () => {
  test('sends one message to every channel and shows how they responded', async () => {
    const [ops, slack] = [await httpReceiver({ body: 'thank you' }), await httpReceiver({ status: 204 })];
    const { run } = await withChannels(TWO, { OPS: ops.url, SLACK: slack.url });
    const { exit, out } = await run();
    expect(exit).toBe(0);
    expect(out).toContain('✓ delivered  ops (webhook)  HTTP 200: thank you');
    expect(out).toContain('✓ delivered  slack (slack)  HTTP 204');
    expect(JSON.parse(ops.got[0]?.body ?? '')).toMatchObject({ type: 'notice', kind: 'test' });
    expect(slack.got).toHaveLength(1);
  });

  test('to one of them, with what it refused and without where it is', async () => {
    const ops = await httpReceiver({ status: 403, body: 'no: /hook is closed' });
    const { run } = await withChannels(TWO, { OPS: ops.url, SLACK: 'http://127.0.0.1:1/never' });
    const { exit, out, err } = await run('--channel', 'ops');
    expect(exit).toBe(5);
    expect(out).toContain('✗ refused  ops (webhook)  HTTP 403: no: /hook is closed');
    expect(err).toContain('HF7055');
    expect(out + err).not.toContain(ops.url);
  });

  test('answers in JSON too', async () => {
    const ops = await httpReceiver();
    const { run } = await withChannels(TWO, { OPS: ops.url, SLACK: 'http://127.0.0.1:1/never' });
    const { exit, out } = await run('--output', 'json');
    expect(exit).toBe(5);
    expect(JSON.parse(out)).toMatchObject({
      exit: 5,
      deliveries: [
        { channel: 'ops', receiver: 'webhook', result: 'delivered' },
        { channel: 'slack', result: 'failed', answer: 'broken while connecting (ECONNREFUSED)' },
      ],
      problems: [{ code: 'HF7055' }],
    });
  });

  test('lists the channels for an unknown name, and reports if there are none', async () => {
    const { run } = await withChannels(TWO, { OPS: 'http://127.0.0.1:1', SLACK: 'http://127.0.0.1:1' });
    const { exit, err } = await run('--channel', 'oops');
    expect(exit).toBe(64);
    expect(err).toContain('there is no channel "oops". The channels are ops, slack');
    const none = await withChannels('[]', {});
    expect((await none.run()).err).toContain('the settings have no `daemon.notify`');
  });
});
