// One message to one receiver, independent of the kind of sender. Types only.
import type { Receiver } from '../../../settings/settings.ts';
import type { Message } from './message.ts';

/** `refused`: sending it again wouldn't change anything. */
export interface Delivery {
  readonly kind: 'delivered' | 'refused' | 'failed';
  /** The receiver's response, or what went wrong, as text. */
  readonly answer: string;
  /** How long the receiver asks to wait, in ms. */
  readonly retryAfterMs?: number;
}

export interface Sender {
  /** Never rejects. */
  send(message: Message, at: number): Promise<Delivery>;
  /** Aborts the current delivery. */
  close(): Promise<void>;
}

export type OpenSender = (receiver: Receiver) => Sender;
