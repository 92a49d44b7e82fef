// Draws the pictures of the dashboard in docs/images/ from a real daemon on sandbox gateways, each in another state, in fonts
// that are the same on every machine.
import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BrowserContext } from 'playwright-core';
import { logIn, openContext, startBrowser } from '../test/web/browser.ts';
import { startRealFleet } from '../test/web/real-fleet.ts';

const FONTS = [
  ['Inter', 400, import.meta.resolve('@fontsource/inter/files/inter-latin-400-normal.woff2')],
  ['Inter', 500, import.meta.resolve('@fontsource/inter/files/inter-latin-500-normal.woff2')],
  ['Inter', 600, import.meta.resolve('@fontsource/inter/files/inter-latin-600-normal.woff2')],
  [
    'Mono',
    400,
    import.meta.resolve('@fontsource/jetbrains-mono/files/jetbrains-mono-latin-400-normal.woff2'),
  ],
  [
    'Mono',
    600,
    import.meta.resolve('@fontsource/jetbrains-mono/files/jetbrains-mono-latin-600-normal.woff2'),
  ],
] as const;

/** Served from the dashboard's own address: its policy forbids anything else. */
async function useFonts(context: BrowserContext): Promise<void> {
  const faces = FONTS.map(
    ([family, weight], i) =>
      `@font-face { font-family: ${family}; font-weight: ${weight}; src: url(/fonts/${i}.woff2) }`,
  );
  const choice = ':root { --sans: Inter, sans-serif; --mono: Mono, monospace }';
  await context.route('**/*.css', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: [await response.text(), ...faces, choice].join('\n') });
  });
  await context.route('**/fonts/*.woff2', async (route) => {
    const [, , source] =
      FONTS[Number.parseInt(route.request().url().split('/').at(-1) ?? '', 10)] ?? FONTS[0];
    await route.fulfill({ contentType: 'font/woff2', body: await readFile(fileURLToPath(source)) });
  });
}

/** Name, page, height, and whether there is one for dark pages. */
const PICTURES = [
  ['overview', '#/', 1340, true],
  ['target', '#/targets/eu-paris', 960, false],
  ['managed', '#/targets/eu-frankfurt', 960, false],
] as const;

const out = new URL('../docs/images/', import.meta.url);
await mkdir(out, { recursive: true });
await using fleet = await startRealFleet('*/10 * * * *');
const browser = await startBrowser();
for (const dark of [false, true]) {
  const context = await openContext(browser, { dark, scale: 1.25 });
  await useFonts(context);
  const page = await context.newPage();
  await logIn(page, fleet.url, fleet.token);
  for (const [name, fragment, height, inTheDark] of PICTURES) {
    if (dark && !inTheDark) continue;
    await page.setViewportSize({ width: 1280, height });
    await page.goto(fleet.url + fragment);
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
    await page.mouse.move(0, 0);
    await page.screenshot({
      path: fileURLToPath(new URL(`dashboard-${name}${dark ? '-dark' : ''}.png`, out)),
    });
  }
  await context.close();
}
await browser.close();
