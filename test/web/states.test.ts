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

  const open = async (name: string): Promise<void> => {
    await page.goto(`${fleet.url}#/targets/${name}`);
    await page.getByRole('heading', { name, exact: true }).waitFor();
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  };
  const standing = (title: string | RegExp): Promise<void> =>
    page.locator('.standing-large').filter({ hasText: title }).waitFor();
  const primary = () => page.locator('.actions .button-primary');
  /** Confirms in the dialog, and waits for its outcome. */
  const confirm = async (verb: string): Promise<void> => {
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: verb, exact: true }).click();
    await dialog.getByText('Applied', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
  };

  test.each([
    ['eu-frankfurt', 'In sync', /matches the files/, undefined],
    ['eu-paris', 'Refused', /Refused by mass-delete: api-keys[^]*Change the files/, undefined],
    ['eu-london', 'Rolled back by operator', /operator rolled it back[^]*retry/, 'Retry the revision…'],
    ['us-east', 'Pending', /Differs: api-keys[^]*Set mode to apply/, undefined],
    ['us-west', /Rolled back|Quarantined/, /request-retry[^]*retry the revision/, 'Retry the revision…'],
    ['ap-singapore', 'Suspended', /Host moves to another rack \(operator\), ends in/, 'Resume…'],
    ['ap-tokyo', 'Unreachable', /nothing listens[^]*Start the gateway/, 'Sync now'],
    ['staging', 'Invalid', /gateway\.yaml:3: request-retry must be[^]*Correct the file/, undefined],
    ['lab', 'Drifted', /Differs: request-retry[^]*Correct the drift/, 'Correct the drift…'],
    ['ap-seoul', 'Contested', /Changed back: request-retry[^]*Find out who/, 'Correct it once more'],
    ['us-south', 'Stale memory', /Not loaded: request-retry[^]*Restart the gateway/, undefined],
    ['sa-saopaulo', 'Needs manual action', /interrupted[^]*Follow the steps below/, 'Sync now'],
  ])('of %s says %s, why, and what to do, and recommends the way out', async (name, title, first, action) => {
    await open(name);
    await standing(title);
    expect(await page.locator('.target-head').innerText()).toMatch(first);
    if (action === undefined) expect(await primary().count()).toBe(0);
    else await primary().filter({ hasText: action }).waitFor();
  });

  test('in the list says why', async () => {
    await page.goto(fleet.url);
    const row = (name: string) => page.getByRole('row', { name: new RegExp(name) });
    await row('eu-paris').getByText('mass-delete: api-keys').waitFor();
    await row('lab').getByText('request-retry').waitFor();
    await row('us-east').getByText('Pending:').waitFor();
    await row('staging')
      .getByText(/gateway\.yaml:3: .*whole number/)
      .waitFor();
    await row('ap-tokyo')
      .getByText(/nothing listens/)
      .first()
      .waitFor();
  });

  test('lets you see why eu is not rolled out, and fix it', async () => {
    await page.goto(fleet.url);
    await page.getByRole('combobox', { name: 'Group by' }).selectOption('By region');
    const group = page.locator('tr.group').filter({ hasText: 'region: eu' });
    await group.getByText('2 need action today').waitFor();
    await page
      .getByRole('row', { name: /eu-paris/ })
      .getByText('mass-delete: api-keys')
      .waitFor();

    await page.getByRole('link', { name: 'eu-paris' }).click();
    await page.getByText('removes 2 of 4 entries').waitFor();
    await page.getByRole('button', { name: 'Override the guards…' }).click();
    await page
      .getByRole('dialog')
      .getByLabel(/mass-delete api-keys/)
      .check();
    await confirm('Override and apply');
    await standing('In sync');

    await page.getByRole('link', { name: 'All targets' }).click();
    await page.getByLabel('Select eu-london').check();
    await page.getByRole('button', { name: 'Apply or retry…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Apply to 1 target' });
    await dialog.getByText(/retries 2 changes: request-retry/).waitFor();
    await dialog.getByRole('button', { name: 'Apply to 1 target' }).click();
    await dialog.getByText('Applied', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Clear selection' }).click();
    await group.getByText('3 in sync').waitFor();
  });

  test('lets you correct drift by the keyboard alone', async () => {
    await page.goto(fleet.url);
    await page.getByRole('link', { name: 'lab' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('lab');
    await page.getByRole('link', { name: 'ap-tokyo' }).waitFor({ state: 'detached' });
    const reach = async (text: string): Promise<void> => {
      const focused = page.locator(':focus').filter({ hasText: text });
      for (let tabs = 0; tabs < 30 && (await focused.count()) === 0; tabs += 1)
        await page.keyboard.press('Tab');
      await focused.waitFor();
      await page.keyboard.press('Enter');
    };
    await reach('lab');
    await page.locator('h1:focus').filter({ hasText: 'lab' }).waitFor();
    await primary().filter({ hasText: 'Correct the drift…' }).waitFor();
    await reach('Correct the drift…');
    const dialog = page.getByRole('dialog', { name: 'Correct the drift of lab' });
    await dialog.getByText('declared 3, the gateway has 7').waitFor();
    await reach('Apply');
    await dialog.getByText('Applied', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await standing('In sync');
    await page.locator('h1:focus').filter({ hasText: 'lab' }).waitFor();
  });

  test('leads out of contention, and of a transaction that a person had to decide', async () => {
    await open('ap-seoul');
    await primary().click();
    await standing('In sync');
    await open('sa-saopaulo');
    await page
      .getByRole('region', { name: 'Needs manual action' })
      // Which of the two depends on how much of its write the journal had when it was copied.
      .getByText(/^(?:Compare the gateway with backup|List what differs from the state before this plan)/)
      .waitFor();
    await page.getByRole('button', { name: 'Apply after the steps' }).click();
    await standing('In sync');
  });

  test('leads out of each state that one target comes into', async () => {
    const name = 'eu-frankfurt';
    await open(name);
    await standing('In sync');
    await page.getByRole('button', { name: 'Roll back…' }).click();
    await page.getByLabel(`Type ${name} to confirm`).fill(name);
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    await page.getByRole('dialog').getByText('Restored').waitFor();
    await page.keyboard.press('Escape');
    await standing('Rolled back by operator');

    await page.getByRole('button', { name: 'Suspend…' }).click();
    await page.getByLabel('Reason, shown to others').fill('maintenance');
    await page.getByRole('button', { name: 'Suspend', exact: true }).click();
    await standing('Suspended');
    await fleet.edit(name, 'gateway.yaml', 'request-retry: 5', 'request-retry: 6');
    await primary().click();
    await page.getByRole('dialog').getByText('Waiting: 2 changes. As soon as you resume').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume', exact: true }).click();
    await standing('In sync');

    await fleet.changeOnGateway(name);
    await page.getByRole('button', { name: 'Sync now' }).click();
    await standing('Drifted');
    await primary().click();
    await confirm('Apply');
    await standing('In sync');

    await fleet.edit(name, 'gateway.yaml', 'request-retry: 6', 'request-retry: six');
    await standing('Invalid');
    await fleet.edit(name, 'gateway.yaml', 'request-retry: six', 'request-retry: 6');
    await standing('In sync');

    await fleet.gateway(name).stop();
    await page.getByRole('button', { name: 'Sync now' }).click();
    await standing('Unreachable');
    await fleet.gateway(name).restart();
    await primary().click();
    await standing('In sync');
    await page.getByText('Nothing to do: the gateway matches the files.').waitFor();
  });
});
