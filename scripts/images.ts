// Draws the pictures of the dashboard in docs/images/ from the fleet of the tests, at its fixed moment and in fonts that
// are the same on every machine.
import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BrowserContext } from 'playwright-core';
import { logIn, openContext, startBrowser } from '../test/web/browser.ts';
import { startFakeDaemon } from '../test/web/fake-daemon.ts';
import { FLEET, targetsView } from '../test/web/fleet.ts';

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

const PICTURES = [
  ['overview', '#/', 880],
  ['target', '#/targets/eu-paris', 960],
] as const;

const out = new URL('../docs/images/', import.meta.url);
await mkdir(out, { recursive: true });
await using daemon = await startFakeDaemon();
const LEFT_OUT = new Set(['lab', 'staging', FLEET.at(-1)?.name]);
daemon.view = targetsView(FLEET.filter(({ name }) => !LEFT_OUT.has(name)));
const browser = await startBrowser();
for (const dark of [false, true]) {
  const context = await openContext(browser, { dark, scale: 1.25 });
  await useFonts(context);
  const page = await context.newPage();
  await logIn(page, daemon.url);
  for (const [name, fragment, height] of PICTURES) {
    await page.setViewportSize({ width: 1280, height });
    await page.goto(daemon.url + fragment);
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
    await page.mouse.move(0, 0);
    await page.screenshot({
      path: fileURLToPath(new URL(`dashboard-${name}${dark ? '-dark' : ''}.png`, out)),
    });
  }
  await context.close();
}
await browser.close();
