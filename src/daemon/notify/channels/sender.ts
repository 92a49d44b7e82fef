// Sends one message to one receiver, once: with limits on time and size, never redirected. Reports the result
// without the address and the token.
import { clipped } from '../../../lib/text.ts';
import type { Received } from '../../../gateway/client/transport.ts';
import { openTransport, TransportError } from '../../../gateway/client/transport.ts';
import type { ForgeKind } from '../../../domain/forge.ts';
import type { Receiver } from '../../../settings/settings.ts';
import type { Delivery, Sender } from './delivery.ts';
import { openStatusSender } from './commit-status.ts';
import { discordBody } from './discord.ts';
import { type Message, pageOf } from './message.ts';
import { slackBody } from './slack.ts';
import { openMailer } from './smtp.ts';
import { telegramBody } from './telegram.ts';
import { signedHeaders, webhookBody } from './webhook.ts';
import { oneLine } from '../../../lib/terminal-safe.ts';

/** How long a receiver has to respond, in ms. */
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;

export function openSender(receiver: Receiver, timeoutMs = TIMEOUT_MS): Sender {
  if (receiver.kind === 'email') return openMailer(receiver, timeoutMs);
  if ('repository' in receiver) return openStatusSender(receiver);
  const transport = openTransport(undefined);
  return {
    async send(message, at) {
      try {
        const { url, headers, body } = requestOf(receiver, message, at);
        const received = await transport.exchange({
          url,
          method: 'POST',
          headers: { 'content-type': 'application/json', 'user-agent': 'holdfast', ...headers },
          body,
          timeoutMs,
          maxBytes: MAX_BYTES,
        });
        return deliveryOf(received, at);
      } catch (error) {
        // A response that is too long comes after the message was delivered.
        if (error instanceof TransportError && error.fault === 'too-large')
          return { kind: 'delivered', answer: 'a response longer than 64 KiB' };
        return { kind: 'failed', answer: error instanceof TransportError ? error.message : 'no answer' };
      }
    },
    close: () => transport.close(),
  };
}

interface Request {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function requestOf(
  receiver: Exclude<Receiver, { kind: 'email' | ForgeKind }>,
  message: Message,
  at: number,
): Request {
  if (receiver.kind === 'webhook') {
    const body = webhookBody(message);
    const headers = signedHeaders(idOf(message), at, body, receiver.secret?.open());
    return { url: receiver.url.open(), headers, body };
  }
  const page = pageOf(message);
  if (receiver.kind === 'telegram') {
    const url = new URL(`./bot${receiver.token.open()}/sendMessage`, withSlash(receiver.api)); // without `./`, the colon of the token would end a scheme
    return { url, headers: {}, body: JSON.stringify(telegramBody(page, receiver.chat)) };
  }
  const body = receiver.kind === 'slack' ? slackBody(page) : discordBody(page);
  return { url: receiver.url.open(), headers: {}, body: JSON.stringify(body) };
}

export const idOf = (message: Message): string =>
  message.kind === 'notice' ? message.notice.id : message.digest.id;

const withSlash = (url: URL): string => (url.href.endsWith('/') ? url.href : `${url.href}/`);

/** A redirect isn't a delivery, because the content could be secret to the other server. */
function deliveryOf({ status, headers, body }: Received, at: number): Delivery {
  const said = clipped(oneLine(body.trim()), 200);
  const answer = `HTTP ${status}${said === '' ? '' : `: ${said}`}`;
  if (status >= 200 && status < 300) return { kind: 'delivered', answer };
  if (status < 500 && status !== 408 && status !== 429) return { kind: 'refused', answer };
  const retryAfterMs = retryAfter(headers['retry-after'], body, at);
  return { kind: 'failed', answer, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Seconds or a date, as in HTTP; Telegram also has it in its body. */
function retryAfter(header: string | undefined, body: string, at: number): number | undefined {
  const seconds =
    /^\s*(\d+(?:\.\d+)?)\s*$/.exec(header ?? '')?.[1] ?? /"retry_after":\s*(\d+(?:\.\d+)?)/.exec(body)?.[1];
  if (seconds !== undefined) return Math.ceil(Number(seconds) * 1000);
  const date = Date.parse(header ?? '');
  return Number.isNaN(date) ? undefined : Math.max(0, date - at);
}
