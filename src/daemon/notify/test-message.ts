// Sends one message to one channel on request, to test the delivery.
import type { Channel } from '../../settings/settings.ts';
import { newMessageId } from './channels/id.ts';
import { testNotice } from './notices.ts';
import type { Delivery } from './channels/delivery.ts';
import { openSender } from './channels/sender.ts';

/** `at` in ms since the epoch. Never rejects. */
export async function sendTestMessage({ name, receiver }: Channel, at: number): Promise<Delivery> {
  const sender = openSender(receiver);
  try {
    return await sender.send({ kind: 'notice', notice: testNotice(name, at, newMessageId()) }, at);
  } finally {
    await sender.close();
  }
}
