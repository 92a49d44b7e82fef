// How long the dashboard is busy while many targets change, in a real browser.
import type { Browser } from 'playwright-core';
import { logIn } from '../test/web/browser.ts';
import { startFakeDaemon } from '../test/web/fake-daemon.ts';
import { manyTargets, targetsView } from '../test/web/fleet.ts';
import { type Figure, figure } from './figure.ts';

export async function eventFigures(browser: Browser): Promise<Figure[]> {
  return [
    await longestTask(browser, { targets: 200, events: 1000, seconds: 0 }),
    await longestTask(browser, { targets: 1000, events: 5000, seconds: 10 }),
  ];
}

interface Load {
  readonly targets: number;
  readonly events: number;
  /** Over which the events come; 0: all at once. */
  readonly seconds: number;
}

const STEP = 20;

/**
 * The longest task of the page's main thread while targets change one after the other, and its share of the time. In CPU
 * time: what else the machine does doesn't count.
 */
async function longestTask(browser: Browser, { targets, events, seconds }: Load): Promise<Figure> {
  await using daemon = await startFakeDaemon();
  const fleet = manyTargets(targets);
  daemon.view = targetsView(fleet);
  const context = await browser.newContext();
  const page = await context.newPage();
  await logIn(page, daemon.url);
  await page.locator('.liveness-live').waitFor();
  await page.waitForTimeout(1000);
  await browser.startTracing(page, { categories: CATEGORIES });
  const startedAt = performance.now();
  const steps = seconds === 0 ? 1 : (seconds * 1000) / STEP;
  for (let step = 0, sent = 0; step < steps; step += 1) {
    for (; sent < ((step + 1) * events) / steps; sent += 1) {
      const target = fleet[sent % targets];
      if (target) daemon.push({ kind: 'target', target: { ...target, differences: sent } });
    }
    await page.waitForTimeout(Math.max(0, (step + 1) * STEP - (performance.now() - startedAt)));
  }
  await page.waitForTimeout(500);
  const took = performance.now() - startedAt;
  const tasks = tasksIn((await browser.stopTracing()).toString());
  await context.close();
  const rate = seconds === 0 ? 'at once' : `in ${seconds} s`;
  const name = `longest task, ${targets} targets and ${events} events ${rate}`;
  const busy = tasks.reduce((sum, ms) => sum + ms, 0) / took;
  return figure(name, 'ms', Math.max(...tasks), 50, { busyPercent: Math.round(100 * busy) });
}

const CATEGORIES = ['toplevel', 'disabled-by-default-devtools.timeline'];

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** µs of CPU. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** ms of each task of the main threads of pages. */
function tasksIn(trace: string): readonly number[] {
  const { traceEvents } = JSON.parse(trace) as { readonly traceEvents: readonly TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const named = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain',
  );
  const mains = new Set(named.map(threadOf));
  return traceEvents
    .filter((event) => event.name.endsWith('RunTask') && mains.has(threadOf(event)))
    .map(({ tdur = 0 }) => tdur / 1000);
}
