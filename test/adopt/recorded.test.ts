// `pull` from the start configuration of every recorded case: what people and tests really wrote, comments included.
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { casesIn } from '../contract/support/recorded.ts';
import type { Live } from '../../src/domain/live.ts';
import { viewV8 } from '../../src/gateway/v8/view.ts';
import { liveOf } from '../plan/builders.ts';
import { unkept } from './kept.ts';
import { isLoadedV7, liveV8Of } from './pulled.ts';

interface Recorded {
  readonly texts: ReadonlyMap<string, string>;
  readonly isLoaded: (text: string) => boolean;
  readonly live: (text: string) => Live;
}

/** The texts of a directory by the first case that starts with it. */
function startsIn(directory: string): ReadonlyMap<string, string> {
  const cases = casesIn(join(import.meta.dirname, '../contract', directory));
  return new Map(cases.map(({ id, start }) => [start['config.yaml'], id] as const).toReversed());
}

const V0 = new Map([...startsIn('v0/cases'), ...startsIn('own')]);

describe.each<[string, Recorded]>([
  ['a v7 gateway', { texts: V0, isLoaded: isLoadedV7, live: (file) => liveOf({ file, desired: {} }) }],
  ['a v8 gateway', { texts: startsIn('v8/cases'), isLoaded: (text) => viewV8(text).ok, live: liveV8Of }],
])('a desired state pulled from the recorded files of %s', (_, { texts, isLoaded, live }) => {
  test('changes nothing, loses no comment without a note and contains no secret', async () => {
    const found = new Map<string, readonly string[]>();
    for (const [text, id] of texts) {
      const wrong = isLoaded(text) ? await unkept(live(text)) : undefined;
      if (wrong) found.set(id, wrong);
    }
    expect(found.size).toBeGreaterThan(30);
    expect([...found].filter(([, wrong]) => wrong.length > 0)).toEqual([]);
  });
});
