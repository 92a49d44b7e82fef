// The results of test messages, one line per channel.
import type { Style } from './style.ts';

export interface TestDelivery {
  readonly channel: string;
  readonly receiver: string;
  readonly result: 'delivered' | 'refused' | 'failed';
  /** The receiver's response, or what went wrong. */
  readonly answer: string;
}

export function deliveriesText(deliveries: readonly TestDelivery[], style: Style): string {
  return deliveries
    .map(({ channel, receiver, result, answer }) => {
      const came = result === 'delivered' ? style.good('✓ delivered') : style.bad(`✗ ${result}`);
      return `${came}  ${style.accent(channel)} (${receiver})  ${style.dim(answer)}`;
    })
    .join('\n');
}
