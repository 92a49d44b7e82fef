// The daemon as it runs for a team: how soon it reacts to a saved file, what it costs at rest, what its dashboard weighs.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Figure, figure, interleaved, rounded } from './figure.ts';
import { gatewayWith } from './inputs.ts';
import { packed } from './packed.ts';
import { MANAGEMENT_KEY, type Fixture, setup } from './setup.ts';
import { elapsed } from './timing.ts';

export const TOKEN = 'tok-operate-0001';

export async function daemonFigures(): Promise<Figure[]> {
  await using holdfast = await packed();
  return [
    await reaction(holdfast.bin),
    ...(await atRest(holdfast.bin, 1)),
    ...(await atRest(holdfast.bin, 200)),
  ];
}

/** From a saved file to the outcome, against the same change applied by hand. */
async function reaction(bin: string): Promise<Figure> {
  await using watched = await household(1);
  await using byHand = await household(1);
  await using daemon = begin([bin, 'run', '--log', 'json'], watched);
  await daemon.says('"outcome":"in-sync"');
  let count = 10;
  const save = (place: Fixture): Promise<void> => declare(place, (count += 1));
  const medians = await interleaved(
    {
      daemon: async () => {
        const seen = daemon.says('"outcome":"applied"');
        await save(watched);
        await seen;
      },
      byHand: async () => {
        await save(byHand);
        await using apply = begin([bin, 'apply', '--yes', '--quiet'], byHand);
        await apply.ended();
      },
    },
    elapsed,
    { runs: 7, warmUp: 1 },
  );
  const ratio = medians.daemon / medians.byHand;
  return figure('reaction to a saved file / one apply by hand', 'ratio', ratio, 1.5, rounded(medians));
}

const MINUTE = 60_000;

export interface Daemon extends AsyncDisposable {
  readonly pid: number;
  /** Of its HTTP API. */
  readonly url: string;
}

/** A daemon that has looked at so many targets, and now has nothing to do. */
export async function beginDaemon(bin: string, targets: number): Promise<Daemon> {
  const place = await household(targets);
  const daemon = begin([bin, 'run', '--log', 'json'], place);
  await daemon.says('"outcome":"in-sync"', targets);
  return {
    pid: daemon.pid,
    url: /HTTP API at (http:[^"]+)/.exec(daemon.said())?.[1] ?? '',
    async [Symbol.asyncDispose]() {
      await daemon[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

/** CPU over a minute without looks, dashboard and API open, and what stays in memory. */
async function atRest(bin: string, targets: number): Promise<Figure[]> {
  await using daemon = await beginDaemon(bin, targets);
  await pause(2000);
  const before = await cpuMs(daemon.pid);
  await pause(MINUTE);
  const percent = ((await cpuMs(daemon.pid)) - before) / (MINUTE / 100);
  const name = `${targets} ${targets === 1 ? 'target' : 'targets'}`;
  return [
    figure(`CPU at rest over a minute, ${name}`, 'percent', percent, targets === 1 ? 1 : 2),
    figure(
      `resident memory at rest, ${name}`,
      'MiB',
      await residentMiB(daemon.pid),
      targets === 1 ? 200 : 400,
    ),
  ];
}

/** One gateway of an ordinary household under so many names, in step with its files. */
async function household(targets: number): Promise<Fixture> {
  const place = await setup(gatewayWith(20));
  await furnish(
    place,
    Array.from({ length: targets }, () => place.sandbox.url),
  );
  return place;
}

/** Settings with a target for each address, whose files declare what the gateway of this setup has. */
export async function furnish(place: Fixture, urls: readonly string[]): Promise<void> {
  await declare(place, 3);
  await writeFile(
    join(place.dir, 'holdfast.yaml'),
    stringify({
      version: 1,
      targets: urls.map((url, i) => ({
        name: `gateway-${i}`,
        url,
        key: '${env:HOLDFAST_KEY}',
        adopted: true,
        policy: { allow: ['literal-secret'] },
      })),
      daemon: { drift: '0 0 1 1 *', http: { listen: '127.0.0.1:0', token: '${env:HOLDFAST_TOKEN}' } },
    }),
  );
}

function declare(place: Fixture, retries: number): Promise<void> {
  const { host: _, port: __, ...desired } = gatewayWith(20);
  return place.declare({ ...desired, 'request-retry': retries });
}

export interface Running extends AsyncDisposable {
  readonly pid: number;
  /** Everything so far. */
  said(): string;
  /** Resolves when it has said so, that many times from now on. */
  says(text: string, times?: number): Promise<void>;
  /** Rejects when it ends with anything but 0. */
  ended(): Promise<void>;
}

export function begin(words: readonly string[], { dir }: Fixture): Running {
  const child: ChildProcess = spawn(process.execPath, words, {
    cwd: dir,
    env: { PATH: process.env['PATH'], HOLDFAST_KEY: MANAGEMENT_KEY, HOLDFAST_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  return {
    pid: child.pid ?? 0,
    said: () => said,
    says(text, times = 1) {
      const from = said.length;
      return new Promise((done) => {
        const hear = (): void => {
          if (said.slice(from).split(text).length <= times) return;
          child.stdout?.off('data', hear);
          done();
        };
        child.stdout?.on('data', hear);
      });
    },
    async ended() {
      const [code] = await ended;
      if (code !== 0) throw new Error(`${words.slice(1).join(' ')} ended with ${code}`);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Of user and system since the start, as /proc counts them in ticks of 10 ms; NaN where there is none. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
  return ((user ?? NaN) + (system ?? NaN)) * 10;
}

/** NaN where the system has no /proc. */
export async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? NaN) / 1024;
}
