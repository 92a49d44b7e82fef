// How fast the installed command starts, against Node itself; and what the daemon and a look cost.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { reconcile } from '../src/apply/apply.ts';
import { cpuOf, type Figure, figure, interleaved, rounded } from './figure.ts';
import { gatewayWith } from './inputs.ts';
import { residentMiB } from './daemon.ts';
import { packed } from './packed.ts';
import { MANAGEMENT_KEY, type Fixture, setup } from './setup.ts';
import { elapsed } from './timing.ts';

const REPETITIONS = { runs: 11, warmUp: 2 };

export async function startFigures(): Promise<Figure[]> {
  await using holdfast = await packed();
  await using place = await homeGateway();
  const plan = [holdfast.bin, 'plan', '--exit-code', ...wordsFor(place)];
  const medians = await interleaved(
    {
      node: () => ended(['-e', '0'], place),
      version: () => ended([holdfast.bin, '--version'], place),
      plan: () => ended(plan, place),
    },
    elapsed,
    REPETITIONS,
  );
  const detail = { ...rounded(medians), installedBy: holdfast.how };
  return [
    figure('start of --version / node -e 0', 'ratio', medians.version / medians.node, 3, detail),
    figure('plan of an unchanged target / node -e 0', 'ratio', medians.plan / medians.node, 10, detail),
    await memory(holdfast.bin, place),
  ];
}

/** A gateway of an ordinary household, in step with its files. */
async function homeGateway(): Promise<Fixture> {
  const live = gatewayWith(20);
  const place = await setup(live);
  const { host: _, port: __, ...desired } = live;
  await place.declare(desired);
  const outcome = await reconcile(place.context);
  if (outcome.kind !== 'in-sync') throw new Error(`the household is not in sync: ${outcome.kind}`);
  return place;
}

const wordsFor = ({ dir, sandbox }: Fixture): string[] => {
  const [desired, state] = [join(dir, 'desired-state'), join(dir, 'state')];
  return ['--url', sandbox.url, '--desired', desired, '--state', state, '--allow', 'literal-secret'];
};

function begin(words: readonly string[], { dir }: Fixture): ChildProcess {
  return spawn(process.execPath, words, {
    cwd: dir,
    env: { PATH: process.env['PATH'], HOLDFAST_KEY: MANAGEMENT_KEY },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Rejects when the process ends with anything but 0. */
async function ended(words: readonly string[], place: Fixture): Promise<void> {
  const child = begin(words, place);
  child.stdout?.resume();
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(`${words.slice(0, 3).join(' ')} ended with ${code}`);
}

/** MiB that a bound allows to a daemon that looks after one gateway. */
const SMALL_PROCESS = 160;

/** Of the installed daemon, at rest after its first look. */
async function memory(bin: string, place: Fixture): Promise<Figure> {
  const child = begin([bin, 'run', '--log', 'json', ...wordsFor(place)], place);
  try {
    let said = '';
    for await (const part of child.stdout ?? []) {
      said += String(part);
      if (said.includes('"outcome":')) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return figure('resident memory of the daemon', 'MiB', await residentMiB(child.pid ?? 0), SMALL_PROCESS);
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended; // it writes to the end
  }
}

/** What a look of the daemon costs us, loading the files and planning included, the gateway's own work not. */
export async function lookFigure(): Promise<Figure> {
  const live = gatewayWith(2000);
  const { host: _, port: __, ...desired } = live;
  await using place = await setup(live);
  await place.declare(desired);
  await reconcile(place.context);
  const answer = stringify(live);
  const medians = await interleaved(
    {
      look: () => reconcile(place.context, { depth: 'shallow' }),
      parseTwice: () => [parse(answer), parse(answer)],
    },
    cpuOf,
    { runs: 7, warmUp: 4 },
  );
  return figure(
    'own CPU of a shallow check / parsing what the gateway holds twice',
    'ratio',
    medians.look / medians.parseTwice,
    1,
    rounded(medians),
  );
}
