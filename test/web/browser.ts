// A real Chromium from an npm package, for the tests of the dashboard: unpacked once below the directory for temporary
// files.
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { NOW } from './fleet.ts';

/** Rejects where this machine cannot run it. */
export async function startBrowser(): Promise<Browser> {
  const { default: packed } = await import('@sparticuz/chromium');
  packed.setGraphicsMode = false;
  return chromium.launch({
    executablePath: await packed.executablePath(),
    args: ['--no-sandbox', '--headless', '--disable-gpu', '--font-render-hinting=none'],
  });
}

export interface Look {
  readonly width?: number;
  readonly dark?: boolean;
  readonly scale?: number;
}

/** A reader in London at the moment of the fleet. */
export async function openContext(
  browser: Browser,
  { width = 1280, dark = false, scale = 1 }: Look = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 780 : 860 },
    colorScheme: dark ? 'dark' : 'light',
    deviceScaleFactor: scale,
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  await context.clock.setSystemTime(NOW);
  return context;
}

export async function logIn(page: Page, url: string, token = 'tok-operate-0001'): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('table', { name: 'Targets' }).waitFor();
}
