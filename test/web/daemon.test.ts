// The dashboard on a real daemon: its engine, a sandbox gateway, the HTTP API on a socket, and a real browser.
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { webAssets } from '../../src/web/assets.ts';
import { action, HTTP, OPERATOR, READER, type Serving, serving } from '../daemon/http/serving.ts';
import { endAll, retries } from '../daemon/setup.ts';
import { logIn, startBrowser } from './browser.ts';

// That a browser starts where it must is asserted in dashboard.test.ts.
const started = await startBrowser().catch(() => undefined);
const inBrowser = started ? describe : describe.skip;
const browser = started as Browser; // nothing below runs without one

afterEach(endAll);
afterAll(() => started?.close());

async function shown(token: string): Promise<{ readonly fixture: Serving; readonly page: Page }> {
  const fixture = await serving({ options: { assets: webAssets } });
  const context = await browser.newContext();
  const page = await context.newPage();
  await logIn(page, fixture.url.href, token);
  return { fixture, page };
}

const standing = (page: Page, title: string): Promise<void> =>
  page.locator('.standing-large').filter({ hasText: title }).waitFor();

inBrowser('on a running daemon', () => {
  test('a check, a plan, its apply and its rollback are visible and can be triggered', async () => {
    const { fixture, page } = await shown(OPERATOR);
    await page.getByRole('link', { name: 'home' }).click();
    await standing(page, 'In sync');

    await fixture.panel('PUT', 'request-retry', { value: 9 });
    await page.getByRole('button', { name: 'Sync now' }).click();
    await standing(page, 'Drifted');
    await page
      .locator('.change')
      .filter({ hasText: 'request-retry' })
      .getByText('drift', { exact: true })
      .waitFor();

    await page.getByRole('button', { name: 'Correct the drift…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('dialog').getByText('Applied', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await standing(page, 'In sync');
    expect(await fixture.file()).toContain('request-retry: 1');

    await page.getByRole('button', { name: 'Suspend…' }).click();
    await page.getByLabel('Reason, shown to others').fill('maintenance');
    await page.getByRole('button', { name: 'Suspend', exact: true }).click();
    await standing(page, 'Suspended');
    await fixture.declare(retries(4));
    await page.getByRole('button', { name: 'Resume…' }).click();
    const resume = page.getByRole('dialog', { name: 'Resume home' });
    await resume.getByText('Waiting: 1 change. As soon as you resume, Holdfast applies:').waitFor();
    await resume.locator('.change').filter({ hasText: 'request-retry' }).waitFor();
    await resume.getByRole('button', { name: 'Resume', exact: true }).click();
    await standing(page, 'In sync');
    expect(await fixture.file()).toContain('request-retry: 4');
    await page.getByText('Nothing to do: the gateway matches the files.').waitFor();

    await page.getByRole('link', { name: 'History' }).click();
    await page.locator('summary').first().click();
    await page.locator('.entry').getByText('declared').first().waitFor();

    await page.getByRole('button', { name: 'Roll back…' }).click();
    await page.getByLabel('Type home to confirm').fill('home');
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    await page.getByRole('dialog').getByText('Restored').waitFor();
    await page.keyboard.press('Escape');
    expect(await fixture.file()).toContain('request-retry: 1');
    await standing(page, 'Rolled back by operator');
    await page.getByText("doesn't apply the revision of the files again until the files change").waitFor();
    await page.getByRole('link', { name: 'Plan' }).click();
    const change = page.locator('.change').filter({ hasText: 'request-retry' });
    await change.waitFor();
    expect(await change.innerText()).not.toContain('drift');
    await page.getByRole('button', { name: 'Retry the revision…' }).click();
    await page
      .getByRole('dialog')
      .getByText('This revision is quarantined: operator rolled it back')
      .waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
    await page.getByRole('dialog').getByText('Applied', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await standing(page, 'In sync');
    expect(await fixture.file()).toContain('request-retry: 4');
    await page.close();
  });

  test('a read-only token sees no action, and the daemon would refuse it', async () => {
    const { page } = await shown(READER);
    await page.getByRole('link', { name: 'home' }).click();
    await page.getByText('Your token has read-only access').waitFor();
    expect(
      await page.evaluate(
        `fetch('api/v1/targets/home/actions/sync', { method: 'POST' }).then(({ status }) => status)`,
      ),
    ).toBe(403);
    await page.close();
  });

  test('a wrong token is distinguished from none', async () => {
    const fixture = await serving({ options: { assets: webAssets } });
    const page = await browser.newPage();
    await page.goto(new URL('#/targets/home', fixture.url).href);
    await page.getByLabel('Token').fill('no such token at all');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText("This token isn't in the settings").waitFor();
    await page.getByLabel('Token').fill(OPERATOR);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'home' }).waitFor();
    await page.close();
  });

  test('after a restart of the daemon, and a logout in another tab, the page asks to log in', async () => {
    const { fixture, page } = await shown(OPERATOR);
    await page.locator('.liveness-live').waitFor();
    await fixture.stop();
    const listen = { host: '127.0.0.1', port: Number(fixture.url.port) };
    const again = await serving({ http: { ...HTTP, listen }, options: { assets: webAssets } });
    const ended = page.getByText('Your session has ended. Log in again to continue.');
    await ended.waitFor();

    await page.getByLabel('Token').fill(OPERATOR);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('.liveness-live').waitFor();
    const other = await page.context().newPage();
    await other.goto(again.url.href);
    await other.getByRole('button', { name: 'Log out' }).click();
    await other.getByLabel('Token').waitFor();
    await again.ask(action('sync'), { method: 'POST' });
    await ended.waitFor();
    await page.context().close();
  });
});
