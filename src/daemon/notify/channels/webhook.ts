// The generic webhook: the notice as JSON, signed according to Standard Webhooks (standardwebhooks.com), so that
// their libraries can verify it. docs/notifications.md documents the format. Pure.
import { createHmac } from 'node:crypto';
import type { Notice } from '../../../domain/outcome/notice.ts';
import type { Message } from './message.ts';

const NOTICE_FORMAT = 'holdfast.notice/1';

export function webhookBody(message: Message): string {
  if (message.kind === 'notice')
    return JSON.stringify({ format: NOTICE_FORMAT, type: 'notice', ...written(message.notice) });
  const { notices, at, ...digest } = message.digest;
  const whole = { ...digest, at: new Date(at).toISOString(), notices: notices.map(written) };
  return JSON.stringify({ format: NOTICE_FORMAT, type: 'digest', ...whole });
}

const written = (notice: Notice): object => ({ ...notice, at: new Date(notice.at).toISOString() });

/** `at` in ms since the epoch. Without a secret, only the headers that identify the message, and no signature. */
export function signedHeaders(
  id: string,
  at: number,
  body: string,
  secret: string | undefined,
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secret === undefined) return headers;
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}

/** `whsec_` and base64, as generators of such secrets write them; any other text is the key itself. */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret, 'utf8');
}
