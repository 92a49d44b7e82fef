// Real targets in each state, in a real browser: what each page says first, and which action it recommends.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { logIn, startBrowser } from './browser.ts';
import { type RealFleet, startRealFleet } from './real-fleet.ts';

// That a browser starts where it must is asserted in dashboard.test.ts.
const started = await startBrowser().catch(() => undefined);
const inBrowser = started ? describe : describe.skip;
const browser = started as Browser; // nothing below runs without one

inBrowser('a target page', () => {
  let [fleet, page] = [] as unknown as [RealFleet, Page]; // set before the tests

  beforeAll(async () => {
    fleet = await startRealFleet();
    page = await browser.newPage();
    await logIn(page, fleet.url, fleet.token);
  }, 300_000);

  afterAll(async () => {
    await browser.close();
    await fleet[Symbol.asyncDispose]();
  });

  test.each([
    ['eu-frankfurt', 'In sync', undefined],
    ['eu-paris', 'Refused', undefined],
    ['eu-london', 'Rolled back by operator', 'Retry the revision…'],
    ['us-east', 'Pending', undefined],
    ['us-west', /Rolled back|Quarantined/, 'Retry the revision…'],
    ['ap-singapore', 'Suspended', 'Resume'],
    ['ap-tokyo', 'Unreachable', 'Sync now'],
    ['staging', 'Invalid', undefined],
    ['lab', 'Drifted', 'Correct the drift…'],
  ])('of %s says %s, and recommends %s', async (name, title, action) => {
    await page.goto(`${fleet.url}#/targets/${name}`);
    await page.getByRole('heading', { name, exact: true }).waitFor();
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
    expect(await page.locator('.standing-large').innerText()).toMatch(title);
    const primary = page.locator('.actions .button-primary');
    if (action === undefined) expect(await primary.count()).toBe(0);
    else await primary.filter({ hasText: action }).waitFor();
  });

  test('in the list says why', async () => {
    await page.goto(fleet.url);
    const row = (name: string) => page.getByRole('row', { name: new RegExp(name) });
    await row('eu-paris').getByText('mass-delete: api-keys').waitFor();
    await row('lab').getByText('request-retry').waitFor();
    await row('staging')
      .getByText(/gateway\.yaml:3: .*whole number/)
      .waitFor();
    await row('ap-tokyo')
      .getByText(/nothing listens/)
      .first()
      .waitFor();
  });

  test('leads out of drift, a rollback and a suspension by the recommended action', async () => {
    const inSync = page.locator('.standing-large').filter({ hasText: 'In sync' });
    for (const [name, confirm, result] of [
      ['lab', 'Apply', 'Applied'],
      ['eu-london', 'Retry', 'Applied'],
      ['ap-singapore', 'Resume', undefined],
    ] as const) {
      await page.goto(`${fleet.url}#/targets/${name}`);
      await page.getByRole('heading', { name, exact: true }).waitFor();
      await page.locator('.actions .button-primary').click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: confirm, exact: true }).click();
      if (result !== undefined) {
        await dialog.getByText(result, { exact: true }).waitFor();
        await page.keyboard.press('Escape');
      }
      await inSync.waitFor();
    }
  });
});
