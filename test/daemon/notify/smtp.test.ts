// Mail against an SMTP server of the test's own.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { openSender } from '../../../src/daemon/notify/channels/sender.ts';
import { testNotice } from '../../../src/daemon/notify/notices.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { Receiver, SmtpAccess } from '../../../src/settings/settings.ts';
import { DEAD_PORT, NOON } from './setup.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function mailServer(options: SMTPServerOptions = {}) {
  const letters: { readonly to: readonly string[]; readonly text: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        letters.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          text: Buffer.concat(parts).toString('utf8'),
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  open.push(() => new Promise((resolve) => void server.close(resolve)));
  const { port } = server.server.address() as AddressInfo; // it listens on a port
  return { letters, port };
}

const email = (port: number, login?: SmtpAccess['login']): Receiver => ({
  kind: 'email',
  to: ['ops@example.com', 'night@example.com'],
  from: 'holdfast@example.com',
  smtp: { host: '127.0.0.1', port, secure: false, ...(login && { login }) },
});

async function send(receiver: Receiver, title = 'home: Drifted') {
  const sender = openSender(receiver);
  const notice = { ...testNotice('ops', NOON, 'msg_1'), title };
  const delivery = await sender.send({ kind: 'notice', notice }, NOON);
  await sender.close();
  return delivery;
}

describe('mail', () => {
  test('arrives as text and HTML, to all, with an id that stays', async () => {
    const { letters, port } = await mailServer();
    expect((await send(email(port))).kind).toBe('delivered');
    expect(letters[0]?.to).toEqual(['ops@example.com', 'night@example.com']);
    for (const part of [
      'Subject: [info] home: Drifted',
      'Message-ID: <msg_1@holdfast>',
      'Auto-Submitted: auto-generated',
      'text/plain',
      'text/html',
    ])
      expect(letters[0]?.text).toContain(part);
  });

  test('gets no header and no receiver from a text', async () => {
    const { letters, port } = await mailServer();
    await send(email(port), 'home\r\nBcc: victim@evil.example\r\n\r\n<b>gone</b>');
    expect(letters[0]?.to).toEqual(['ops@example.com', 'night@example.com']);
    expect(letters[0]?.text).not.toMatch(/^Bcc:/im);
  });

  test('logs in, and a login that is refused is final without saying the password', async () => {
    const onAuth: SMTPServerOptions['onAuth'] = ({ password }, _session, done) =>
      password === 'right-password' ? done(null, { user: 'ops' }) : done(new Error('no'));
    const { letters, port } = await mailServer({ authOptional: false, onAuth });
    const login = (password: string) => ({ user: 'ops', password: seal(password) });
    expect((await send(email(port, login('right-password')))).kind).toBe('delivered');
    const refused = await send(email(port, login('wrong-password')));
    expect(refused.kind).toBe('refused');
    expect(refused.answer).not.toContain('wrong-password');
    expect(letters).toHaveLength(1);
  });

  test('that is put off is sent again later, that is refused is not', async () => {
    const saying = (responseCode: number): SMTPServerOptions => ({
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('no'), { responseCode })),
    });
    const busy = await mailServer(saying(451));
    const closed = await mailServer(saying(550));
    expect((await send(email(busy.port))).kind).toBe('failed');
    expect((await send(email(closed.port))).kind).toBe('refused');
  });

  test('to nobody fails, and may work later', async () => {
    expect(await send(email(DEAD_PORT))).toMatchObject({ kind: 'failed' });
  });
});
