// What a plan costs that takes a commit as its memory, against one that takes the state directory: time and requests. Both
// use the same directory, so that what else it knows (the generation of the gateway) is the same.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeFile } from 'node:fs/promises';
import type { Plan } from '../src/domain/plan/plan.ts';
import type { Tree } from '../src/lib/value.ts';
import { type Figure, figure, interleaved, rounded } from './figure.ts';
import { gatewayWith, withTenChanges } from './inputs.ts';
import { packed } from './packed.ts';
import { MANAGEMENT_KEY, type Fixture, setup } from './setup.ts';
import { elapsed } from './timing.ts';

const run = promisify(execFile);

/** Each is a process of its own on 5,000 keys: a second of work. */
const REPETITIONS = { runs: 7, warmUp: 1 };

export async function baseFigures(): Promise<Figure[]> {
  await using installed = await packed();
  const live = gatewayWith(5000);
  await using place = await setup(live);
  await committed(installed.bin, place, live);
  const record = ['--state', join(place.dir, 'record')];
  const works = {
    record: () => plan(installed.bin, place, record),
    base: () => plan(installed.bin, place, [...record, '--base', 'HEAD~1']),
  };
  const [recorded, based] = [await works.record(), await works.base()];
  const medians = await interleaved(works, elapsed, REPETITIONS);
  const alike = originsOf(recorded.plan) === originsOf(based.plan) && recorded.plan.changes.length > 0;
  const ratio = figure(
    'plan of 5,000 keys with --base / with a state directory',
    'ratio',
    medians.base / medians.record,
    1.6,
    { ...rounded(medians), changes: based.plan.changes.length, alike },
  );
  const more = figure(
    'requests of a plan with --base beyond those with a state directory',
    'requests',
    based.requests - recorded.requests,
    0,
  );
  return [{ ...ratio, ok: ratio.ok && alike }, more];
}

/** What is applied in one commit, other values in the next. */
async function committed(bin: string, place: Fixture, live: Tree): Promise<void> {
  const { host: _, port: __, ...desired } = live;
  const git = (...args: readonly string[]): Promise<unknown> =>
    run('git', ['-C', place.dir, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args]);
  const commit = async (tree: Tree): Promise<void> => {
    await place.declare(tree);
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'state');
  };
  await writeFile(join(place.dir, '.gitignore'), '*\n!desired-state/\n!desired-state/*\n');
  await git('init', '--quiet');
  await commit(desired);
  await holdfast(bin, place, ['apply', '--yes', '--state', join(place.dir, 'record')]);
  await commit(withTenChanges(desired));
}

interface Planned {
  readonly plan: Plan;
  readonly requests: number;
}

async function plan(bin: string, place: Fixture, more: readonly string[]): Promise<Planned> {
  place.sandbox.clearRequests();
  const stdout = await holdfast(bin, place, ['plan', '--output', 'json', '--fail-on', 'never', ...more]);
  const { plans } = JSON.parse(stdout) as { plans: [Plan] };
  return { plan: plans[0], requests: place.sandbox.requests.length };
}

async function holdfast(bin: string, { dir, sandbox }: Fixture, words: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], HOLDFAST_KEY: MANAGEMENT_KEY };
  const where = ['--url', sandbox.url, '--allow', 'literal-secret'];
  const options = { cwd: dir, env, maxBuffer: 2 ** 28 };
  return (await run(process.execPath, [bin, ...words, ...where], options)).stdout;
}

const originsOf = ({ changes }: Plan): string =>
  JSON.stringify(changes.map(({ path, origin }) => [path, origin]));
