// The daemon's stream of server-sent events, as daemon/http/server/stream.ts writes it: one line of JSON for each.
import { Check } from 'typebox/value';
import { type LiveEvent, TargetView } from '../../api-schema/views.ts';

/** Lines may be cut anywhere. What isn't an event of this version is left out. */
export async function* eventsIn(body: AsyncIterable<Uint8Array>): AsyncGenerator<LiveEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of body) {
    rest += decoder.decode(part, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = line.startsWith('data:') ? eventOf(line.slice(5)) : undefined;
      if (event) yield event;
    }
  }
}

function eventOf(text: string): LiveEvent | undefined {
  try {
    const value = JSON.parse(text) as LiveEvent; // its target is checked below; nothing else of it is used blindly
    return value.kind === 'target' && !Check(TargetView, value.target) ? { kind: 'settings' } : value;
  } catch {
    return undefined;
  }
}
