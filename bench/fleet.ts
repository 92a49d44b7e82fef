// Many gateways in one process: what a check costs in a fleet, whether gateways that hang delay the others, and how much
// memory a target takes. `node bench/fleet.ts --simulate` computes from it what 10,000 and 100,000 targets need.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '../src/gateway/client/http-client.ts';
import { systemClock } from '../src/compose/system-clock.ts';
import { begin, cpuMs, furnish, residentMiB, type Running } from './daemon.ts';
import { cpuOf, type Figure, figure } from './figure.ts';
import { gatewayWith, targetAt } from './inputs.ts';
import { packed } from './packed.ts';
import { setup } from './setup.ts';
import { elapsed } from './timing.ts';

const MANY = 1000;
const SOME = 200;

export async function fleetFigures(): Promise<Figure[]> {
  await using holdfast = await packed();
  const many = await measured(holdfast.bin, MANY, async ({ cycle, memory, gets }) => ({
    ...(await cycle(MANY)),
    mib: await memory(),
    getMs: await gets(),
  }));
  const some = await measured(holdfast.bin, SOME, async ({ cycle, memory, hang }) => {
    const all = await cycle(SOME);
    const mib = await memory();
    hang();
    return { ...all, mib, others: await cycle((SOME / 10) * 9) };
  });
  const perTarget = ((many.mib - some.mib) / (MANY - SOME)) * 1024;
  return [
    figure('CPU of a check, 1,000 targets / 200 targets', 'ratio', many.cpuMs / some.cpuMs, 1.5, {
      [MANY]: many.cpuMs,
      [SOME]: some.cpuMs,
    }),
    figure('CPU of checks of 1,000 targets / bare GETs of the same', 'ratio', many.cpuMs / many.getMs, 60, {
      checkMs: many.cpuMs,
      getMs: many.getMs,
    }),
    figure('checks of 1,000 targets, of a minute on one core', 'percent', (many.cpuMs * MANY) / 600, 100),
    figure('checks of 180 targets while 20 hang / of all 200', 'ratio', some.others.ms / some.ms, 1.5, {
      allMs: some.ms,
      othersMs: some.others.ms,
    }),
    figure('resident memory at rest, 1,000 targets with a gateway each', 'MiB', many.mib, 350),
    figure('resident memory of each further target', 'KiB', perTarget, 200),
  ];
}

/** CPU and time of one round of checks. */
interface Cycle {
  /** CPU of the daemon for each target. */
  readonly cpuMs: number;
  /** Until so many targets were checked. */
  readonly ms: number;
}

interface Fleet {
  /** Checks every target once; resolves when `expected` of them are in sync. */
  cycle(expected: number): Promise<Cycle>;
  memory(): Promise<number>;
  /** CPU of one GET of what a check reads, by the same client, one after the other. */
  gets(): Promise<number>;
  /** From now on a tenth of the gateways don't answer. */
  hang(): void;
}

/** `work` with a daemon that has checked so many targets, each at an address of its own, in sync with its files. */
async function measured<T>(bin: string, count: number, work: (fleet: Fleet) => Promise<T>): Promise<T> {
  await using place = await setup(gatewayWith(20));
  const gateways = await beginGateways(count, place.sandbox.url);
  try {
    await furnish(place, gateways.urls);
    await using daemon = begin([bin, 'run', '--log', 'json'], place);
    await daemon.says('"outcome":"in-sync"', count);
    const found = await work({
      cycle: (expected) => cycle(daemon, expected),
      memory: () => residentMiB(daemon.pid),
      gets: () => getMs(gateways.urls),
      hang: () => void gateways.process.kill('SIGUSR2'),
    });
    gateways.process.kill(); // checks that wait for an answer end
    return found;
  } finally {
    gateways.process.kill();
  }
}

async function cycle(daemon: Running, expected: number): Promise<Cycle> {
  const before = await cpuMs(daemon.pid);
  const ms = await elapsed(async () => {
    const said = daemon.says('"outcome":"in-sync"', expected);
    process.kill(daemon.pid, 'SIGHUP');
    await said;
  });
  return { cpuMs: ((await cpuMs(daemon.pid)) - before) / expected, ms };
}

async function getMs(urls: readonly string[]): Promise<number> {
  const total = await cpuOf(async () => {
    for (const url of urls) {
      const client = createClient(targetAt(url, 'desired-state'), { clock: systemClock });
      await client.send({
        method: 'GET',
        path: '/v0/management/config',
        purpose: 'observe',
        credential: 'management',
      });
      await client.close();
    }
  });
  return total / urls.length;
}

async function beginGateways(
  count: number,
  sandbox: string,
): Promise<{ readonly urls: readonly string[]; readonly process: ChildProcess }> {
  const script = join(import.meta.dirname, 'fleet-gateways.ts');
  const child = spawn(process.execPath, [script, String(count), sandbox], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const ports = JSON.parse(line) as readonly number[]; // as the script prints them
  return { urls: ports.map((port) => `http://127.0.0.1:${port}`), process: child };
}

/** Of a process that checks all the time: the rest is for transactions, the dashboard and moments with more work. */
const BUSY = 0.6;
const ASSUMPTIONS = [
  'Every gateway has 20 upstream keys; a check is one request, and the hourly deep check one more.',
  `A process keeps one core busy at most, ${BUSY * 100} % of it with checks.`,
  'Replicas share the checks evenly, and each knows all targets. What PostgreSQL needs is not included.',
  'Nothing has changed since the last check: a change costs a transaction of 8 requests.',
];

/** What fleets need that nobody started here, from what two small ones take. */
export async function simulate(): Promise<string> {
  await using holdfast = await packed();
  const work = (count: number) =>
    measured(holdfast.bin, count, async (fleet) => ({
      ...(await fleet.cycle(count)),
      mib: await fleet.memory(),
    }));
  const [small, large] = [await work(SOME), await work(SOME * 3)];
  const perTarget = Math.max(0, (large.mib - small.mib) / (SOME * 2));
  const base = small.mib - perTarget * SOME;
  const rows = [10_000, 100_000].flatMap((targets) =>
    [1, 5].map((minutes) => {
      const perSecond = targets / (minutes * 60);
      const cores = (perSecond * large.cpuMs) / 1000;
      return {
        targets,
        'minutes between checks': minutes,
        'requests/s': Math.ceil(perSecond + targets / 3600),
        cores: Math.round(cores * 10) / 10,
        replicas: Math.ceil(cores / BUSY),
        'MiB for each replica': Math.round(base + targets * perTarget),
      };
    }),
  );
  const measures = `Measured: ${large.cpuMs.toFixed(1)} ms of CPU a check, ${Math.round(base)} MiB and ${(perTarget * 1024).toFixed(0)} KiB a target.`;
  return [measures, 'Assumed:', ...ASSUMPTIONS.map((one) => `- ${one}`), '', ...table(rows), ''].join('\n');
}

function table(rows: readonly Readonly<Record<string, number>>[]): string[] {
  const names = Object.keys(rows[0] ?? {});
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(names), line(names.map(() => '---')), ...rows.map((row) => line(Object.values(row)))];
}

if (process.argv[1] === import.meta.filename)
  process.stdout.write(
    process.argv.includes('--simulate')
      ? await simulate()
      : `${JSON.stringify(await fleetFigures(), null, 2)}\n`,
  );
