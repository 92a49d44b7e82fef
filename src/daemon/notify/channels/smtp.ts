// E-mail by SMTP, one connection per message.
import type { Transporter } from 'nodemailer';
import { isLoopback } from '../../../lib/loopback.ts';
import type { Receiver, SmtpAccess } from '../../../settings/settings.ts';
import { mailOf } from './email.ts';
import { type Message, pageOf } from './message.ts';
import type { Delivery, Sender } from './delivery.ts';

type Email = Extract<Receiver, { kind: 'email' }>;

export function openMailer(email: Email, timeoutMs: number): Sender {
  let opened: Promise<Transporter> | undefined;
  return {
    async send(message) {
      try {
        opened ??= open(email.smtp, timeoutMs);
        const { response } = (await (await opened).sendMail(envelopeOf(email, message))) as {
          response?: string;
        };
        return { kind: 'delivered', answer: response ?? 'accepted' };
      } catch (error) {
        return failureOf(error);
      }
    },
    close: async () => (await opened)?.close(),
  };
}

/**
 * Loaded for the first e-mail, because most daemons send none. A login is never sent unencrypted to another machine.
 */
async function open({ host, port, secure, login }: SmtpAccess, timeoutMs: number): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host,
    port,
    secure,
    requireTLS: !secure && login !== undefined && !isLoopback(host),
    ...(login && { auth: { user: login.user, pass: login.password.open() } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function envelopeOf({ from, to }: Email, message: Message): object {
  const page = pageOf(message);
  const address = (text: string): object => ({ name: '', address: text });
  return {
    from: address(from),
    to: to.map(address),
    ...mailOf(page),
    date: new Date(page.at),
    messageId: `<${page.id}@holdfast>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** A 5xx of SMTP is final, and so is an invalid address; everything else can be temporary. */
function failureOf(error: unknown): Delivery {
  const { responseCode, code, response } = error as {
    readonly responseCode?: unknown;
    readonly code?: unknown;
    readonly response?: unknown;
  };
  const isFinal = typeof responseCode === 'number' ? responseCode >= 500 : code === 'EENVELOPE';
  const answer = typeof response === 'string' ? response : typeof code === 'string' ? code : 'no answer';
  return { kind: isFinal ? 'refused' : 'failed', answer };
}
