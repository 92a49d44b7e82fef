// The stream of events: what is sent, how it resumes after a break, and what happens to clients that don't read.
import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { createStreams, type Streams } from '../../../src/daemon/http/server/stream.ts';
import { until } from '../../support/until.ts';
import { retries } from '../setup.ts';
import { action, codeOf, endAll, HTTP, OPERATOR, READER, type Serving, serving } from './serving.ts';

const open: (() => void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) close();
  await endAll();
});

interface Ear {
  readonly heard: () => string;
  readonly events: () => Record<string, unknown>[];
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>;
}

async function listen(fixture: Serving, headers: Record<string, string> = {}): Promise<Ear> {
  const { body } = await request(new URL('/api/v1/events', fixture.url), {
    headers: { authorization: `Bearer ${OPERATOR}`, ...headers },
  });
  open.push(() => body.destroy());
  return ear(body);
}

function ear(stream: Readable): Ear {
  let text = '';
  stream.on('data', (part: Buffer | string) => (text += part.toString()));
  stream.on('error', () => {});
  const ended = new Promise<void>((resolve) => stream.on('close', resolve));
  const events = (): Record<string, unknown>[] =>
    [...text.matchAll(/^data: (.*)\n/gm)].map(
      ([, json]) => JSON.parse(json ?? '') as Record<string, unknown>,
    );
  return { heard: () => text, events, ended };
}

describe('a listener', () => {
  test("gets the events of an apply: the target's progress, the check, the history", async () => {
    const fixture = await serving();
    const { heard, events } = await listen(fixture);
    await until(() => heard().includes('hello'));
    await fixture.declare(retries(4));
    await fixture.ask(action('apply'), { method: 'POST', body: {} });
    await until(() => events().some(({ kind }) => kind === 'history'));
    await until(() => JSON.stringify(events().at(-1)).includes('"applied"'));
    const kinds = new Set(events().map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual(['history', 'look', 'plan', 'settings', 'target']);
    expect(events().find(({ kind }) => kind === 'look')).toMatchObject({
      target: 'home',
      look: { outcome: 'applied' },
    });
    expect(heard()).toMatch(/^retry: \d+\nid: [0-9a-f]{8}-\d+\n/);
    expect(heard()).toMatch(/^event: target$/m);
  });

  test('gets nothing more when the daemon stops, and the daemon does not wait for it', async () => {
    const fixture = await serving();
    const { ended, heard } = await listen(fixture);
    await until(() => heard().includes('hello'));
    await fixture.stop();
    await ended;
  });

  test('hears no more when the token has left the settings', async () => {
    const fixture = await serving();
    const { ended, heard } = await listen(fixture, { authorization: `Bearer ${READER}` });
    await until(() => heard().includes('hello'));
    await fixture.http.follow({ drift: '0 0 1 1 *', http: { ...HTTP, tokens: HTTP.tokens.slice(0, 1) } });
    fixture.http.publish({ kind: 'settings' });
    await ended;
    expect(heard()).not.toContain('event: settings');
  });

  test('and never reads is dropped, while the others go on hearing', async () => {
    const fixture = await serving({ options: { events: { waiting: 1024 * 1024 } } });
    const deaf = await silent(fixture.url);
    const { events, heard } = await listen(fixture);
    await until(() => heard().includes('hello'));
    const long = { url: 'x'.repeat(256 * 1024), ref: 'main' };
    for (let sent = 0; sent < 2000 && !deaf.destroyed; sent += 1) {
      fixture.http.publish({ kind: 'source', source: long });
      await until(() => events().length > sent);
      if (sent % 10 === 0) deaf.write('\r\n'); // a connection that was reset shows when it is used
    }
    expect(deaf.destroyed).toBe(true);
  });

  test('refuses a HEAD request, which would get nothing and never end', async () => {
    const fixture = await serving({ options: { events: { listeners: 1 } } });
    expect((await fixture.ask('/api/v1/events', { method: 'HEAD' })).status).toBe(404);
    const { heard } = await listen(fixture);
    await until(() => heard().includes('hello'));
  });

  test('is one too many when there are many already', async () => {
    const fixture = await serving({ options: { events: { listeners: 1 } } });
    const { heard } = await listen(fixture);
    await until(() => heard().includes('hello'));
    const answer = await fixture.ask('/api/v1/events');
    expect([answer.status, codeOf(answer)]).toEqual([503, 'HF7045']);
  });
});

/** A connection that requests events and reads none of them. */
async function silent(url: URL): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  open.push(() => socket.destroy());
  socket.on('error', () => {});
  socket.pause();
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.write(`GET /api/v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${OPERATOR}\r\n\r\n`);
  return socket;
}

describe('a stream that broke', () => {
  const streams = (): Streams => {
    const made = createStreams({ redact: (value) => value, heartbeat: 5 });
    open.push(() => made.end());
    return made;
  };
  const told = async (from: Streams, lastId?: string): Promise<Ear> => {
    const heard = ear(from.open(lastId, () => true));
    await until(() => heard.heard().includes('hello'));
    return heard;
  };
  const lastIdIn = (text: string): string => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '';

  test('resumes after the last event that was received', async () => {
    const from = streams();
    const first = await told(from);
    from.publish({ kind: 'plan', target: 'a' });
    await until(() => first.events().length === 1);
    const lastId = lastIdIn(first.heard());
    from.publish({ kind: 'plan', target: 'b' });
    const again = await told(from, lastId);
    await until(() => again.events().length === 1);
    expect(again.events()).toEqual([{ kind: 'plan', target: 'b' }]);
  });

  test("starts again if it isn't known what was missed", async () => {
    const from = streams();
    const first = await told(from);
    const lastId = lastIdIn(first.heard());
    from.forget();
    for (const id of [lastId, 'of-another-life', '']) {
      const again = await told(from, id);
      await until(() => again.events().length === 1);
      expect(again.events()).toEqual([{ kind: 'settings' }]);
    }
  });

  test('starts again if more was missed than the buffer of a listener', async () => {
    const from = createStreams({ redact: (value) => value, waiting: 2000 });
    open.push(() => from.end());
    const first = await told(from);
    const lastId = lastIdIn(first.heard());
    for (let i = 0; i < 40; i += 1) from.publish({ kind: 'plan', target: `target-${i}` });
    const again = await told(from, lastId);
    await until(() => again.events().length === 1);
    expect(again.events()).toEqual([{ kind: 'settings' }]);
    from.publish({ kind: 'plan', target: 'a' });
    await until(() => again.events().length === 2);
  });

  test('stays alive without events, and passes everything through the second net', async () => {
    const from = createStreams({ redact: () => ({ kind: 'clean' }) as never, heartbeat: 5 });
    open.push(() => from.end());
    const heard = ear(from.open(undefined, () => true));
    from.publish({ kind: 'plan', target: 'a' });
    await until(() => heard.heard().includes(': alive'));
    expect(heard.events()).toEqual([{ kind: 'clean' }]);
  });
});
