// What a reader of the dashboard waits for: bytes over the wire, and the first thing to see, in a real browser.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { logIn, startBrowser } from '../test/web/browser.ts';
import { beginDaemon, TOKEN } from './daemon.ts';
import { eventFigures } from './dashboard-events.ts';
import { type Figure, figure, interleaved, rounded } from './figure.ts';
import { packed } from './packed.ts';

export async function dashboardFigures(): Promise<Figure[]> {
  await using holdfast = await packed();
  await using daemon = await beginDaemon(holdfast.bin, 200);
  const browser = await startBrowser();
  try {
    return [
      await weight(browser, daemon.url),
      await firstPaint(browser, daemon.url),
      ...(await eventFigures(browser)),
    ];
  } finally {
    await browser.close();
  }
}

/** Everything that comes over the wire until the table of 200 targets is there, packed as it is sent. */
async function weight(browser: Browser, url: string): Promise<Figure> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const kinds: Record<string, number> = {};
  const counted: Promise<void>[] = [];
  page.on('requestfinished', (request) => {
    if (request.resourceType() === 'eventsource') return;
    const count = async (): Promise<void> => {
      const { responseBodySize } = await request.sizes();
      const kind = request.url().includes('/api/') ? 'api' : 'assets';
      kinds[kind] = (kinds[kind] ?? 0) + responseBodySize / 1024;
    };
    counted.push(count());
  });
  await logIn(page, url, TOKEN);
  await Promise.all(counted);
  await context.close();
  return figure('transfer size of the dashboard', 'KiB', kinds['assets'] ?? NaN, 60, {
    apiKiB: Math.round(kinds['api'] ?? 0),
  });
}

/** Against a page of one line, from another server on this machine. */
async function firstPaint(browser: Browser, url: string): Promise<Figure> {
  const plain = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>plain</title><p>plain</p>');
  }).listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const { port } = plain.address() as AddressInfo; // it listens on a port
  const measured = { dashboard: [] as number[], plain: [] as number[] };
  const paint = async (name: keyof typeof measured, address: string): Promise<void> => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(address);
    measured[name].push(await page.evaluate<number>(FIRST_PAINT));
    await context.close();
  };
  const works = {
    dashboard: () => paint('dashboard', url),
    plain: () => paint('plain', `http://127.0.0.1:${port}`),
  };
  const last = (name: keyof typeof measured): number => measured[name].at(-1) ?? NaN;
  const medians = await interleaved(
    works,
    async (work) => {
      await work();
      return last(work === works.plain ? 'plain' : 'dashboard');
    },
    { runs: 7, warmUp: 1 },
  );
  plain.close();
  return figure('first paint of the dashboard / of one line', 'ratio', medians.dashboard / medians.plain, 5, {
    ...rounded(medians),
  });
}

const FIRST_PAINT = `new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntriesByName('first-contentful-paint')[0].startTime))
    .observe({ type: 'paint', buffered: true });
})`;
