// One message to one receiver, as everybody but the sender itself knows it. Types only.
import type { Receiver } from '../../../settings/settings.ts';
import type { Message } from './message.ts';

/** `refused`: sending it again would change nothing. */
export interface Delivery {
  readonly kind: 'delivered' | 'refused' | 'failed';
  /** What the receiver said, or what went wrong, for people. */
  readonly answer: string;
  /** ms that the receiver asks to be left alone for. */
  readonly retryAfterMs?: number;
}

export interface Sender {
  /** Never rejects. */
  send(message: Message, at: number): Promise<Delivery>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

export type OpenSender = (receiver: Receiver) => Sender;
