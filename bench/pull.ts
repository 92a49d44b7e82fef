// What a pull of thousands of keys costs, against a plan of what it pulled: CPU time of the installed command.
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Figure, figure, interleaved, rounded } from './figure.ts';
import { gatewayWith } from './inputs.ts';
import { packed } from './packed.ts';
import { MANAGEMENT_KEY, type Fixture, setup } from './setup.ts';

const run = promisify(execFile);

/** Each is a process of its own on 5,000 keys: a second of work. */
const REPETITIONS = { runs: 9, warmUp: 1 };

/** Written by the process at its end, ms. */
const TELL = `import { writeFileSync } from 'node:fs';
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeFileSync(process.env.BENCH_CPU, String((user + system) / 1000));
});
`;

export async function pullFigures(): Promise<Figure[]> {
  await using installed = await packed();
  await using place = await setup(gatewayWith(5000));
  await writeFile(join(place.dir, 'tell.mjs'), TELL);
  const pulled = join(place.dir, 'pulled');
  const pull = async (): Promise<number> => {
    await rm(pulled, { recursive: true, force: true });
    return cpu(installed.bin, place, ['pull', '--output-dir', pulled, '--write-env', join(pulled, '.env')]);
  };
  const plan = (): Promise<number> =>
    cpu(installed.bin, place, [
      'plan',
      '--exit-code',
      '--desired',
      pulled,
      '--variables',
      join(pulled, '.env'),
    ]);
  const medians = await interleaved({ pull, plan }, (work) => work() as Promise<number>, REPETITIONS); // both are
  const name = 'CPU of a pull of 5,000 keys / of a plan of what it pulled';
  return [figure(name, 'ratio', medians.pull / medians.plan, 1.5, rounded(medians))];
}

async function cpu(bin: string, { dir, sandbox }: Fixture, words: readonly string[]): Promise<number> {
  const told = join(dir, 'cpu');
  const env = {
    PATH: process.env['PATH'],
    HOLDFAST_KEY: MANAGEMENT_KEY,
    BENCH_CPU: told,
    NODE_OPTIONS: `--import ${pathToFileURL(join(dir, 'tell.mjs')).href}`,
  };
  const where = ['--url', sandbox.url, '--state', join(dir, 'record')];
  await run(process.execPath, [bin, ...words, ...where], { cwd: dir, env, maxBuffer: 2 ** 28 });
  return Number(await readFile(told, 'utf8'));
}
