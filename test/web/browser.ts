// A real Chromium from an npm package, for the tests of the dashboard: unpacked once below the directory for temporary
// files.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { NOW } from './fleet.ts';

/** ms that a page may take to show something, on a busy machine too. */
const PATIENT_MS = 100_000;

/** Rejects if this machine can't run it. */
export async function startBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: await unpacked(),
    args: ['--no-sandbox', '--headless', '--disable-gpu', '--font-render-hinting=none'],
  });
  return browser.on('context', (context) => context.setDefaultTimeout(PATIENT_MS));
}

/** Two that unpack at once would start each other's half of a file. */
async function unpacked(): Promise<string> {
  // The package brings the libraries that a browser needs, and unpacks them where it believes to be at home.
  process.env['AWS_EXECUTION_ENV'] ??= 'AWS_Lambda_nodejs22.x';
  const { default: packed } = await import('@sparticuz/chromium');
  packed.setGraphicsMode = false;
  const release = await lock(tmpdir(), {
    lockfilePath: join(tmpdir(), 'holdfast-chromium.lock'),
    retries: 20,
  });
  try {
    return await packed.executablePath();
  } finally {
    await release();
  }
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
  await context.clock.setFixedTime(NOW);
  return context;
}

/** Resolves when the page shows the targets and hears of changes. */
export async function logIn(page: Page, url: string, token = 'tok-operate-0001'): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('table', { name: 'Targets' }).waitFor();
  await page.locator('.liveness-live').waitFor();
}
