// `npm run bench`: measures what the design promises, in one run, on the sandbox. One JSON document on stdout, a summary
// for people on stderr; exit code 1 when a bound is missed.
import { cpus } from 'node:os';
import type { Figure } from './figure.ts';
import { baseFigures } from './base.ts';
import { dashboardFigures } from './dashboard.ts';
import { daemonFigures } from './daemon.ts';
import { fleetFigures } from './fleet.ts';
import { planFigures } from './plan.ts';
import { treePlanFigures } from './plan-v8.ts';
import { pullFigures } from './pull.ts';
import { requestFigures, treeRequestFigures } from './requests.ts';
import { shortcutFigures } from './shortcuts.ts';
import { settleFigure } from './settle.ts';
import { lookFigure, startFigures } from './start.ts';
import { stateFigures } from './state.ts';

const figures: Figure[] = [
  ...(await requestFigures()),
  ...(await treeRequestFigures()),
  ...(await planFigures()),
  ...(await treePlanFigures()),
  ...(await shortcutFigures()),
  await settleFigure(),
  await lookFigure(),
  ...(await startFigures()),
  ...(await baseFigures()),
  ...(await pullFigures()),
  ...(await stateFigures()),
  ...(await daemonFigures()),
  ...(await fleetFigures()),
  ...(await dashboardFigures()),
];
const ok = figures.every((one) => one.ok);
const machine = { node: process.version, platform: process.platform, cores: cpus().length };
process.stdout.write(`${JSON.stringify({ format: 'holdfast.bench/1', ok, machine, figures }, null, 2)}\n`);
for (const one of figures) process.stderr.write(`${line(one)}\n`);
process.exitCode = ok ? 0 : 1;

function line({ name, value, unit, bound, ok }: Figure): string {
  const limit = bound === undefined ? '' : `  at most ${bound}`;
  return `${ok ? 'ok    ' : 'MISSED'}  ${name.padEnd(62)} ${String(value).padStart(8)} ${unit.padEnd(8)}${limit}`;
}
