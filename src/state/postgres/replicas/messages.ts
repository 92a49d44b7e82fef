// Messages between replicas, by NOTIFY. They are small and can be lost: whoever gets one reads what is recorded.
import type { Query } from '../database.ts';

export const CHANNEL = 'holdfast';

export type Message =
  | { readonly by: string; readonly is: 'status' | 'report' }
  | { readonly by: string; readonly is: 'gone'; readonly id: string }
  | { readonly by: string; readonly is: 'progress'; readonly target: string; readonly step?: string };

export async function announce(query: Query, message: Message): Promise<void> {
  await query('select pg_notify($1, $2)', [CHANNEL, JSON.stringify(message)]);
}

/** Undefined for what isn't a message, or one of another version. */
export function messageIn(payload: string | undefined): Message | undefined {
  try {
    const found = JSON.parse(payload ?? '') as Partial<Message> | null;
    return typeof found?.by === 'string' && typeof found.is === 'string' ? (found as Message) : undefined; // checked
  } catch {
    return undefined;
  }
}
