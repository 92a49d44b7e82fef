// `status --watch`: what is told as things change, through a daemon and without.
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LiveEvent } from '../../../src/api-schema/views.ts';
import { eventsIn } from '../../../src/cli/remote/events.ts';
import { followDaemon } from '../../../src/cli/watch/follow-daemon.ts';
import { watch, type WatchFlags } from '../../../src/cli/watch/watch.ts';
import type { Io } from '../../../src/compose/io.ts';
import type { Screen } from '../../../src/compose/terminal/screen.ts';
import { EXIT } from '../../../src/domain/problem/exit.ts';
import { HoldfastError } from '../../../src/domain/problem/problem.ts';
import type { Overview } from '../../../src/report/text/overview.ts';
import { openTerminal } from '../terminal.ts';
import { aTarget, type FakeDaemon, fakeDaemon } from './daemon.ts';

const flagsFor = (via: string): WatchFlags & { readonly via: string } => ({
  via,
  output: 'text',
  color: false,
  every: 30_000,
  interval: '30s',
});

/** Whatever a test waits for, its commands end with it. */
const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

function stopper(): AbortController {
  const stop = new AbortController();
  stops.push(stop);
  return stop;
}

/** A process in which time moves when the test says so. */
function process() {
  const stop = stopper();
  const said: string[] = [];
  let wake: (() => void) | undefined;
  const io: Io = {
    out: (text) => void said.push(text),
    err: (text) => void said.push(text),
    env: {},
    cwd: '/',
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    stdinIsTerminal: false,
    stdin: async () => '',
    ask: async () => '',
    clock: {
      now: () => 0,
      sleep: (_ms, signal) =>
        new Promise((resolve, reject) => {
          wake = resolve;
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    },
    signal: stop.signal,
    exit: EXIT.ok,
  };
  return { io, said, stop: () => stop.abort(), wake: () => wake?.() };
}

/** Resolves with the first value that fits; values before it are gone. */
function inbox<T>() {
  const values: T[] = [];
  let arrived: (() => void) | undefined;
  return {
    put: (value: T): void => {
      values.push(value);
      arrived?.();
    },
    async until(fits: (value: T) => boolean): Promise<T> {
      for (;;) {
        const value = values.shift();
        if (value !== undefined && fits(value)) return value;
        if (value === undefined) await new Promise<void>((resolve) => (arrived = resolve));
      }
    },
  };
}

describe('through a daemon', () => {
  const following = (daemon: FakeDaemon) => {
    const at = process();
    const told = inbox<Overview>();
    const ended = followDaemon(flagsFor(daemon.url), at.io, told.put);
    return { ...at, told, ended };
  };
  const standings = ({ rows }: Overview): string =>
    rows.map(({ target, standing }) => `${target} ${standing}`).join();

  test('shows the targets, and what changes', async () => {
    await using daemon = await fakeDaemon([aTarget(), aTarget({ name: 'us' })]);
    const { told, ended, stop } = following(daemon);
    await told.until((overview) => standings(overview) === 'eu in-sync,us in-sync');
    daemon.send({ kind: 'target', target: aTarget({ standing: 'drifted', why: 'debug', step: 'verify' }) });
    const drifted = await told.until((overview) => standings(overview) === 'eu drifted,us in-sync');
    expect(drifted.rows[0]).toMatchObject({ why: 'debug', doing: 'verifying' });
    const commit = { sha: '8270021c'.padEnd(40, '0'), subject: 'Fewer retries' };
    daemon.send({ kind: 'source', source: { url: 'x', ref: 'main', commit } });
    expect((await told.until(({ source }) => source !== undefined)).source).toBe(
      'main at 8270021c "Fewer retries"',
    );
    daemon.targets = [aTarget({ name: 'apac' })];
    daemon.send({ kind: 'settings' });
    await told.until((overview) => standings(overview) === 'apac in-sync');
    stop();
    await ended;
  });

  test('says since when the daemon is lost, tries again, and sees what happened meanwhile', async () => {
    await using daemon = await fakeDaemon([aTarget()]);
    const { told, ended, stop, wake } = following(daemon);
    await told.until(({ rows }) => rows.length === 1);
    daemon.refuses = 502;
    daemon.cut();
    expect(await told.until(({ lost }) => lost !== undefined)).toMatchObject({
      lost: { since: 0, why: 'the connection was closed' },
      rows: [{ target: 'eu', standing: 'in-sync' }],
    });
    wake();
    await told.until(({ lost }) => lost?.why.includes('502') === true);
    daemon.refuses = undefined;
    daemon.targets = [aTarget({ standing: 'refused' })];
    wake();
    await told.until((overview) => overview.lost === undefined && standings(overview) === 'eu refused');
    stop();
    await ended;
  });

  test.each([401, 403])('a daemon that refuses (%i) is not asked again', async (status) => {
    await using daemon = await fakeDaemon([aTarget()]);
    const { told, ended, wake } = following(daemon);
    const failed = ended.catch((error: unknown) => error);
    await told.until(({ rows }) => rows.length === 1);
    daemon.refuses = status;
    daemon.cut();
    await told.until(({ lost }) => lost !== undefined);
    wake();
    expect(await failed).toBeInstanceOf(HoldfastError);
  });

  test('events are read however the network cuts them', async () => {
    const events: LiveEvent[] = [
      { kind: 'target', target: aTarget({ why: 'größer → kleiner' }) },
      { kind: 'plan', target: 'eu' },
    ];
    const bytes = Buffer.from(
      `retry: 3000\n: hello\n\n${events.map((event) => `id: 1\nevent: x\ndata: ${JSON.stringify(event)}\n\n`).join('')}data: {`,
    );
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length)), async (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const parts = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
        const read: LiveEvent[] = [];
        const body = (async function* () {
          yield* parts;
        })();
        for await (const event of eventsIn(body)) read.push(event);
        expect(read).toEqual(events);
      }),
    );
  });
});

describe('what is shown', () => {
  test('elsewhere than on a terminal is a line for each change, and none for a check', async () => {
    await using daemon = await fakeDaemon([aTarget()]);
    const { io, said, stop } = process();
    const lines = inbox<string>();
    const ended = watch(flagsFor(daemon.url), { ...io, out: lines.put });
    await lines.until((line) => line === '1970-01-01 00:00:00 UTC  eu  in sync\n');
    daemon.send({ kind: 'target', target: aTarget({ step: 'observe' }) });
    daemon.send({ kind: 'target', target: aTarget({ standing: 'drifted', why: 'debug' }) });
    expect(await lines.until(() => true)).toBe('1970-01-01 00:00:00 UTC  eu  drifted  debug\n');
    stop();
    await ended;
    expect(said).toEqual([]);
  });

  test('as JSON is one document for each change', async () => {
    await using daemon = await fakeDaemon([aTarget()]);
    const { io, stop } = process();
    const lines = inbox<string>();
    const ended = watch({ ...flagsFor(daemon.url), output: 'json' }, { ...io, out: lines.put });
    expect(JSON.parse(await lines.until(() => true))).toMatchObject({ target: 'eu', standing: 'in-sync' });
    stop();
    await ended;
  });

  test('on a terminal is a page, and its last state stays when it ends', async () => {
    await using daemon = await fakeDaemon([aTarget()]);
    const { io, said, stop } = process();
    const pages = inbox<readonly string[]>();
    let left = 0;
    const screen: Screen = {
      columns: 80,
      rows: 24,
      draw: pages.put,
      onResize: () => {},
      leave: () => void (left += 1),
    };
    const ended = watch(flagsFor(daemon.url), { ...io, screen });
    await pages.until((page) => page.some((line) => /^eu +in sync/.test(line)));
    stop();
    await ended;
    expect([left, said.join('')]).toEqual([1, expect.stringMatching(/^eu +in sync/m)]);
  });
});

describe('without a daemon', () => {
  test('checks again and again, and writes nothing to the gateway', async () => {
    await using at = await openTerminal();
    const stop = stopper();
    let said = '';
    const out = (text: string): void => {
      said += text;
      if (said.includes('request-retry')) stop.abort();
    };
    const before = await at.read('gateway/config.yaml');
    const ended = at.runWith({ out, signal: stop.signal }, 'status', '--watch');
    await ended;
    expect(said).toMatch(/default +pending +request-retry/);
    expect(await at.read('gateway/config.yaml')).toBe(before);
  });

  test('needs an interval that the gateway can bear', async () => {
    await using at = await openTerminal();
    expect((await at.run('status', '--watch', '--interval', '1s')).exit).toBe(EXIT.usage);
    expect((await at.run('status', '--interval', '10s')).exit).toBe(EXIT.usage);
    expect((await at.run('status', '--watch', '--exit-code')).exit).toBe(EXIT.usage);
  });
});
