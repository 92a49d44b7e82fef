// The dashboard in a real browser, on answers of a daemon that a test sets.
import { gzipSync } from 'node:zlib';
import axe from 'axe-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { RolloutAnswer } from '../../src/api-schema/rollout.ts';
import { webAssets } from '../../src/web/assets.ts';
import { until } from '../support/until.ts';
import { aChange, aPlan, aWrite } from '../support/build-plan.ts';
import { logIn, type Look, openContext, startBrowser } from './browser.ts';
import { type FakeDaemon, startFakeDaemon } from './fake-daemon.ts';
import {
  appliedOutcome,
  aTarget,
  FLEET,
  HISTORY,
  HOSTILE,
  manyTargets,
  NOW,
  PLAN,
  planViews,
  SOURCE,
  targetsView,
} from './fleet.ts';

const started = await startBrowser().catch((error: unknown) => String(error));
if (typeof started === 'string')
  console.warn(`the dashboard is not tested, no browser starts here: ${started}`);

test('where it must, a browser starts', () => {
  if (process.env['CI'] !== undefined) expect(typeof started).not.toBe('string');
});

const inBrowser = typeof started === 'string' ? describe.skip : describe;
const browser = started as Browser; // nothing below runs without one

const ROLLOUT: RolloutAnswer = {
  strategy: true,
  rollout: {
    id: 'r1',
    phase: 'stopped',
    startedAt: NOW,
    at: NOW,
    why: 'eu-frankfurt-1: rolled-back',
    waves: [
      { name: 'canary', state: 'current', targets: [{ name: 'eu-frankfurt-1', phase: 'failed', at: NOW }] },
      { name: 'rest', state: 'waiting', targets: [{ name: 'eu-frankfurt-2', phase: 'waiting', at: NOW }] },
    ],
    actions: ['resume', 'abort', 'undo'],
    problems: [],
  },
};

let daemon: FakeDaemon;
let context: BrowserContext;
let page: Page;
/** What pages complained of: exceptions, and what the policy for their content forbade. */
let complaints: string[];

async function open(look: Look = {}): Promise<void> {
  await context?.close();
  context = await openContext(browser, look);
  page = await context.newPage();
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (/Content Security Policy|Uncaught/.test(message.text())) complaints.push(message.text());
  });
}

const goTo = (fragment: string): Promise<unknown> => page.goto(`${daemon.url}#/${fragment}`);

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });

beforeAll(async () => {
  daemon = await startFakeDaemon();
});

beforeEach(async () => {
  complaints = [];
  daemon.view = targetsView();
  daemon.plans = planViews;
  daemon.history = HISTORY.entries;
  daemon.answers = {};
  daemon.rollout = { strategy: false };
  daemon.failing = undefined;
  daemon.asked.length = 0;
  daemon.heal();
  daemon.forgetTries();
  daemon.expireSessions();
  if (typeof started !== 'string') await open();
});

afterEach(() => expect(complaints).toEqual([]));

afterAll(async () => {
  await context?.close();
  if (typeof started !== 'string') await started.close();
  await daemon[Symbol.asyncDispose]();
});

inBrowser('the door', () => {
  test('reports that a token is wrong, and when to try again after too many', async () => {
    await page.goto(daemon.url);
    const tryToken = async (): Promise<void> => {
      await page.getByLabel('Token').fill('tok-wrong');
      await button('Log in').click();
    };
    await tryToken();
    await page.getByText("This token isn't in the settings").waitFor();
    for (let tries = 0; tries < 3; tries += 1) {
      await button('Log in').waitFor();
      await tryToken();
    }
    await page.getByText('Too many wrong tokens. Try again in 30 s.').waitFor();
  });

  test('stays open after a reload, and closes on leaving', async () => {
    await logIn(page, daemon.url);
    await page.reload();
    await page.getByRole('table', { name: 'Targets' }).waitFor();
    await button('Log out').click();
    await page.getByLabel('Token').waitFor();
    await page.reload();
    await page.getByLabel('Token').waitFor();
  });

  test('an ended session asks again, and continues where it was', async () => {
    await logIn(page, daemon.url);
    await goTo('targets/eu-paris/backups');
    await button('Restore 20261120T091458Z-1a2b3c4d').waitFor();
    daemon.expireSessions();
    await button('Sync now').click();
    await page.getByText('Your session has ended').waitFor();
    await page.getByLabel('Token').fill('tok-operate-0001');
    await button('Log in').click();
    await button('Restore 20261120T091458Z-1a2b3c4d').waitFor();
  });

  test('a page that only watches notices that its session has ended', async () => {
    await logIn(page, daemon.url);
    await page.locator('.liveness-live').waitFor();
    daemon.expireSessions();
    daemon.cutStreams();
    daemon.heal();
    await page.getByText('Your session has ended').waitFor();
    expect(await page.getByText('Connection to live updates lost').count()).toBe(0);
  });
});

inBrowser('the overview', () => {
  beforeEach(() => logIn(page, daemon.url));

  const rows = (): Promise<string[]> => page.locator('tr.target th a').allTextContents();
  /** The rows come a frame later. */
  const reaches = async (isSo: (names: readonly string[]) => boolean): Promise<void> => {
    let names: readonly string[] = [];
    await until(
      async () => isSo((names = await rows())),
      () => names,
    );
  };
  const shows = (...wanted: string[]): Promise<void> =>
    reaches((names) => names.toSorted().join() === wanted.join());

  test('shows the worst first, and explains each status once', async () => {
    const groups = await page.locator('tr.group .standing').allTextContents();
    expect(groups.slice(0, 2)).toEqual(['Needs manual action', 'Rolled back']);
    expect(groups.at(-1)).toBe('In sync');
    await reaches(({ length }) => length === FLEET.length);
    await page.getByText('A guard found the plan dangerous, so nothing was written').waitFor();
    const row = page.getByRole('row', { name: /us-west/ });
    await row.getByText('Rotate the client keys of the batch workers').waitFor();
    expect(await row.textContent()).toContain('key-rotation, applied 3 d ago');
    expect(await row.textContent()).toContain('in 6 min');
    expect(await page.title()).toBe('(2) Holdfast');
  });

  test('filters by severity and by words, with the keyboard too', async () => {
    await button(/4 need action today/).click();
    await shows('eu-paris', 'lab', 'staging', 'us-east');
    await page.keyboard.press('/');
    await page.keyboard.type('mass-delete');
    await shows('eu-paris');
    await page.keyboard.type('xyz');
    await button('Show all').click();
    await reaches(({ length }) => length === FLEET.length);
  });

  test('orders two hundred targets as one likes', async () => {
    daemon.view = targetsView(manyTargets(200));
    daemon.push({ kind: 'settings' });
    await page.getByRole('link', { name: 'gw-200' }).waitFor();
    await page.getByRole('combobox', { name: 'Order' }).selectOption('Name');
    await page.locator('tr.group').first().waitFor({ state: 'detached' });
    await reaches(([first, second]) => first === 'gw-001' && second === 'gw-002');
    await page.getByRole('combobox', { name: 'Order' }).selectOption('Worst first');
    await page.locator('tr.group').first().waitFor();
    await reaches(([first]) => first === 'gw-008');
  });

  test('folds targets in sync into one line, which can be unfolded', async () => {
    daemon.view = targetsView([...FLEET, ...manyTargets(40)]);
    daemon.push({ kind: 'settings' });
    const unfold = button('Show 23 targets in sync');
    await unfold.waitFor();
    expect(await page.locator('tr.folded').innerText()).toMatch(/all at HEAD, last write 9c41d07e, 2 h ago/);
    expect(await rows()).not.toContain('gw-001');
    await page.getByLabel(/^Filter by name/).fill('gw-001');
    await page.getByRole('link', { name: 'gw-001' }).waitFor();
    await page.getByLabel(/^Filter by name/).fill('');
    await unfold.click();
    await page.getByRole('link', { name: 'gw-001' }).waitFor();
    expect(await page.getByRole('row', { name: /gw-001/ }).innerText()).toMatch(/at HEAD\s+9c41d07e/);
  });

  test('groups by a label, the one that needs a person first', async () => {
    await page.getByRole('combobox', { name: 'Group by' }).selectOption('By region');
    const titles = page.locator('tr.group .label-title');
    expect(await titles.allTextContents()).toEqual([
      'region: ap',
      'region: us',
      'region: eu',
      'without region',
    ]);
    expect(await page.locator('tr.group').nth(2).innerText()).toMatch(
      /3[^]*1 needs action today[^]*2 in sync/,
    );
    expect((await rows()).slice(0, 2)).toEqual(['ap-tokyo', 'ap-singapore']);
    await page.getByLabel(/^Filter by name/).fill('region=us');
    await page.getByRole('link', { name: 'eu-paris' }).waitFor({ state: 'detached' });
    expect(await rows()).toEqual(['us-west', 'us-east']);
  });

  test('acts on several targets after one confirmation that says what happens to each', async () => {
    const ready = { ...PLAN, verdicts: [] };
    daemon.plans = { ...planViews, staging: { plan: ready } };
    daemon.answers = { apply: appliedOutcome('staging') };
    await page.getByLabel('Select all: Refused').check();
    await page.getByLabel('Select staging').check();
    const bar = page.getByRole('region', { name: 'Selected targets' });
    await bar.getByText('2 selected').waitFor();
    await bar.getByRole('button', { name: 'Sync now' }).click();
    await bar.getByText('Check of 2 targets requested.').waitFor();
    await bar.getByRole('button', { name: 'Apply or retry…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Apply to 2 targets' });
    await dialog.getByText('refused by mass-delete').waitFor();
    await dialog.getByText('1 target left out.').waitFor();
    await dialog.getByText('retries 8 changes: request-retry, openai-compatibility[openrouter]').waitFor();
    await dialog.getByRole('button', { name: 'Apply to 1 target' }).click();
    await dialog.getByText('Applied', { exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await bar.getByRole('button', { name: 'Clear selection' }).click();
    await bar.waitFor({ state: 'detached' });
    expect(daemon.asked).toEqual([
      { path: 'eu-paris/actions/sync', body: {} },
      { path: 'staging/actions/sync', body: {} },
      { path: 'staging/actions/apply', body: { approved: PLAN.digest, retry: true } },
    ]);
  });

  test('starts no further ones once the dialog of several targets is closed', async () => {
    const names = Array.from({ length: 9 }, (_, i) => `gw-${i}`);
    const suspension = { until: NOW + 60_000, reason: 'maintenance' };
    daemon.view = targetsView(names.map((name) => aTarget(name, { standing: 'suspended', suspension })));
    daemon.answers = { plan: {} };
    await page.reload();
    await page.getByLabel('Select all targets').check();
    await button('Resume…').click();
    const dialog = page.getByRole('dialog', { name: 'Resume 9 targets' });
    await dialog.getByText('nothing waits').nth(8).waitFor();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/actions/resume', async (route) => {
      await held;
      await route.continue();
    });
    await dialog.getByRole('button', { name: 'Resume 9 targets' }).click();
    await dialog.getByText('working…').nth(3).waitFor();
    await dialog.getByRole('button', { name: 'Stop after these' }).click();
    await dialog.waitFor({ state: 'detached' });
    release();
    await until(() => daemon.asked.filter(({ path }) => path.endsWith('/resume')).length === 4);
    await button('Sync now').click();
    await page.getByText('Check of 9 targets requested.').waitFor();
    expect(daemon.asked.filter(({ path }) => path.endsWith('/resume'))).toHaveLength(4);
  });

  test('suspends several targets with one reason', async () => {
    for (const name of ['lab', 'us-east']) await page.getByLabel(`Select ${name}`).check();
    await button('Suspend…').click();
    const dialog = page.getByRole('dialog', { name: 'Suspend 2 targets' });
    const confirm = dialog.getByRole('button', { name: 'Suspend 2 targets' });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel('Reason, shown to others').fill('maintenance');
    await confirm.click();
    await dialog.getByText('Done').nth(1).waitFor();
    expect(daemon.asked.map(({ path }) => path)).toEqual(['lab/actions/suspend', 'us-east/actions/suspend']);
    expect(daemon.asked[0]?.body).toMatchObject({ reason: 'maintenance' });
  });

  test('renders of a thousand targets those near the view, and of a burst what changed there', async () => {
    const many = manyTargets(1000);
    daemon.view = targetsView(many);
    daemon.push({ kind: 'settings' });
    await page.getByRole('combobox', { name: 'Order' }).selectOption('Name');
    await page.getByRole('link', { name: 'gw-001', exact: true }).waitFor();
    await page.getByRole('link', { name: 'gw-020', exact: true }).waitFor();
    expect(await page.locator('tr.target').count()).toBeLessThan(100);

    await page.evaluate(`
      window.mutated = 0;
      new MutationObserver((records) => (window.mutated += records.length))
        .observe(document.querySelector('.fleet'), { subtree: true, childList: true, characterData: true });`);
    const after = (i: number, differences: number) => ({ ...(many[i] ?? aTarget('none')), differences });
    for (let i = 0; i < 1000; i += 1) daemon.push({ kind: 'target', target: after(900, i) });
    daemon.push({ kind: 'target', target: after(0, 41) });
    const first = page.getByRole('row', { name: /gw-001/ });
    await first.getByText('41', { exact: true }).waitFor();
    expect(await page.evaluate('window.mutated')).toBeLessThan(20);

    for (const [i] of many.entries()) daemon.push({ kind: 'target', target: after(i, 1000 + i) });
    await first.getByText('1000', { exact: true }).waitFor();
    await page.locator('.fleet tbody').last().scrollIntoViewIfNeeded();
    await page
      .getByRole('row', { name: /gw-1000/ })
      .getByText('1999', { exact: true })
      .waitFor();
    expect(await page.locator('tr.target').count()).toBeLessThan(150);
  });

  test('shows the rollout live, and resumes it after a confirmation', async () => {
    expect(await page.getByText('Rollout', { exact: true }).count()).toBe(0);
    daemon.rollout = ROLLOUT;
    daemon.push({ kind: 'rollout' });
    await page.getByText('eu-frankfurt-1: rolled-back').waitFor();
    expect(await page.locator('.rollout-wave').allInnerTexts()).toEqual([
      expect.stringMatching(/^canary 1 failed\s+eu-frankfurt-1\s+failed$/),
      expect.stringMatching(/^rest 1 waiting\s+eu-frankfurt-2\s+waiting$/),
    ]);
    expect(await violations()).toEqual([]);
    await button('Resume').click();
    await page.getByRole('dialog').getByText('What failed is tried again.').waitFor();
    expect(daemon.asked).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(daemon.asked).toEqual([{ path: 'rollout/actions/resume', body: { id: 'r1' } }]);
  });

  test('updates live, and says so', async () => {
    daemon.push({ kind: 'target', target: aTarget('eu-frankfurt-1', { standing: 'unreachable' }) });
    await page.getByRole('rowheader', { name: /Unreachable/ }).waitFor();
    await page.getByText('eu-frankfurt-1: In sync, now Unreachable').waitFor();
    daemon.push({ kind: 'target', target: aTarget('eu-frankfurt-2', { step: 'verify' }) });
    await page.getByText('verifying…').waitFor();
    expect(await page.getByText('last response').count()).toBe(0);
    daemon.push({ kind: 'source', source: { ...SOURCE, problem: 'the branch main is gone' } });
    await page.getByText('The files in effect are older than the ones in git.').waitFor();
    await page.getByText('last response 20 s ago').waitFor();
  });

  test('reports that live updates are lost, and reloads everything when they are back', async () => {
    daemon.cutStreams();
    await page.getByText('Connection to live updates lost. Reconnecting. Data from 14:03.').waitFor();
    daemon.view = targetsView([aTarget('newcomer')]);
    daemon.heal();
    await page.getByRole('link', { name: 'newcomer' }).waitFor();
    await page.getByText('Connection to live updates lost').waitFor({ state: 'detached' });
  });

  test("shows what couldn't be loaded, and retries on request", async () => {
    daemon.failing = 500;
    await page.reload();
    await page.getByText("The state directory can't be read").waitFor();
    daemon.failing = undefined;
    await button('Try again').click();
    await page.getByRole('table', { name: 'Targets' }).waitFor();
  });

  test('explains itself without any target', async () => {
    daemon.view = targetsView([]);
    await page.reload();
    await page.getByText('The settings define no targets.').waitFor();
  });

  test('shows exact times and another theme on request, and remembers both', async () => {
    await button('Exact times').click();
    await page
      .getByRole('row', { name: /us-west/ })
      .getByText('23 Nov 2026, 13:22:12')
      .waitFor();
    await button(/^Theme: system/).click();
    await button(/^Theme: light/).click();
    await page.reload();
    await page
      .getByRole('row', { name: /us-west/ })
      .getByText('23 Nov 2026, 13:22:12')
      .waitFor();
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark');
  });
});

inBrowser('a target', () => {
  beforeEach(() => logIn(page, daemon.url));

  test('shows its plan as a diff by section, with places, origins and consequences', async () => {
    await page.getByRole('link', { name: 'eu-paris' }).click();
    await page.getByRole('heading', { name: 'eu-paris' }).waitFor();
    const change = (text: string) => page.locator('.change').filter({ hasText: text });
    await change('request-retry').waitFor();
    expect(await change('request-retry').innerText()).toMatch(
      /2[^]*becomes[^]*3[^]*desired-state\/gateway.yaml:4:16/,
    );
    expect(await change('ws-auth').innerText()).toMatch(/declared\s+true\s*, the gateway has\s+false/);
    expect(await change('ws-auth').innerText()).toMatch(/drift[^]*toggle in the panel[^]*not changed/);
    expect(await change('[groq].headers').innerText()).toMatch(/changed on both sides/);
    expect(await change('[groq].headers').locator('.gone').innerText()).toContain('X-Cost-Center: "4711"');
    expect(await change('[#7f3a9c01]').innerText()).toContain('Clients that use this key are refused');
    expect(await page.locator('.request').nth(1).innerText()).toMatch(/PUT[^]*a removed header comes back/);
  });

  test('shows the code in messages as code, without back-ticks', async () => {
    await goTo('targets/eu-paris');
    const note = page.locator('.problems').filter({ hasText: 'keeps one list entry' });
    await note.waitFor();
    expect(await note.locator('.remedy code').allInnerTexts()).toEqual(['--prune']);
    expect(await note.innerText()).not.toContain('`');
  });

  test('leads out of a refusal by the remedy, and offers the override second', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await goTo('targets/eu-paris');
    const guards = page.locator('.guards');
    await guards.getByText('removes 4 of 6 entries').waitFor();
    expect(await guards.locator('.remedy').allInnerTexts()).not.toEqual([]);
    expect(await guards.innerText()).not.toContain('--allow');
    await button('Override the guards…').waitFor();
    expect(await page.locator('.button-primary').count()).toBe(0);
    await button('Copy the digest').click();
    await button('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(PLAN.digest.value);
  });

  test('shows the steps after a failed rollback above everything else', async () => {
    await goTo('targets/ap-tokyo');
    const alarm = page.getByRole('region', { name: 'Needs manual action' });
    await alarm.getByText('Start it, then run: holdfast drift --target ap-tokyo').waitFor();
    expect(await alarm.getByRole('listitem').count()).toBe(3);
    expect(await alarm.innerText()).toContain('Log in to the host of the gateway and stop it.');
  });

  test('shows its checks as a plot that the keyboard can read, and as a table', async () => {
    await goTo('targets/eu-paris/timeline');
    const plot = page.getByRole('slider', { name: 'Look' });
    await plot.focus();
    await page.keyboard.press('Home');
    expect(await plot.getAttribute('aria-valuenow')).toBe('1');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    expect(await plot.getAttribute('aria-valuetext')).toContain('Refused by a guard, drift 9');
    const looks = page.getByRole('table', { name: 'Checks, newest first' });
    expect(await looks.getByRole('row').count()).toBe(26);
    await button(/Show more/).click();
    expect(await looks.getByRole('row').count()).toBe(126);
    daemon.push({
      kind: 'look',
      target: 'eu-paris',
      look: { at: NOW, trigger: 'asked', outcome: 'drifted', differences: 77, durationMs: 9, requests: 1 },
    });
    await looks.getByRole('cell', { name: '77', exact: true }).waitFor();
  });

  test('shows its history with requests and evidence', async () => {
    await goTo('targets/eu-paris/history');
    await page.locator('summary').first().click();
    const entry = page.locator('.entry').first();
    expect(await entry.innerText()).toMatch(
      /by operator[^]*PUT \/v0\/management\/request-retry[^]*declared values in memory[^]*20261123T120301Z-5e6f7a8b/,
    );
  });

  test('shows older entries on request, and says that there are some', async () => {
    const [entry] = HISTORY.entries;
    if (!entry) throw new Error('the fleet has no history');
    daemon.history = Array.from({ length: 180 }, (_, i) => ({ ...entry, id: `${entry.id}-${i}` }));
    await goTo('targets/eu-paris/history');
    await page.locator('.entry').nth(49).waitFor();
    expect(await page.locator('.entry').count()).toBe(50);
    expect(await page.getByRole('link', { name: 'History' }).innerText()).toContain('50+');
    await button('Show older entries').click();
    await page.locator('.entry').nth(149).waitFor();
    await button('Show older entries').click();
    await page.locator('.entry').nth(179).waitFor();
    expect(await button('Show older entries').count()).toBe(0);
  });

  test('loads the checks of the chosen time range, as far as they are kept', async () => {
    await goTo('targets/eu-paris/timeline');
    const plot = page.getByRole('slider', { name: 'Look' });
    await plot.waitFor();
    expect(await plot.getAttribute('aria-valuemax')).toBe('144');
    await page.getByText('All that is kept').click();
    await page.locator('[aria-valuemax="288"]').waitFor();
  });

  test('folds a plan of many changes by section, filters it, and keeps apply in reach', async () => {
    const changes = Array.from({ length: 200 }, (_, i) =>
      aChange({
        id: `c${i}`,
        path: i < 150 ? `api-keys[#${String(i).padStart(8, '0')}]` : `openai-compatibility[m${i}].priority`,
        kind: i < 150 ? 'remove' : 'update',
        origin: i < 195 ? 'git' : 'drift',
      }),
    );
    const many = aPlan({ target: 'us-east', changes, writes: [aWrite()], verdicts: [] });
    daemon.plans = { 'us-east': { plan: many } };
    daemon.push({ kind: 'target', target: aTarget('us-east', { standing: 'drifted' }) });
    await goTo('targets/us-east');
    await page.getByText('200 changes: 50 to update, 150 to remove').waitFor();
    expect(await page.locator('.change').count()).toBe(0);
    await page.locator('summary').filter({ hasText: 'api-keys' }).click();
    await page.locator('.change').nth(99).waitFor();
    await button('Show 50 other changes').click();
    await page.locator('.change').nth(149).waitFor();
    await page.getByLabel('Filter the changes by path').fill('m16');
    await page.getByText('10 of 200').waitFor();
    expect(await page.locator('.change').count()).toBe(10);
    await page.getByLabel('Filter the changes by path').fill('');
    await page.getByLabel('Which changes').selectOption('Made on the gateway');
    await page.getByText('5 of 200').waitFor();
    await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
    await page.locator('.actions .button-primary').click({ trial: true });
    const bar = await page.locator('.action-bar').boundingBox();
    expect(bar?.y).toBeGreaterThanOrEqual(0);
  });

  test('that is in sync shows what it manages', async () => {
    await goTo('targets/eu-frankfurt-1');
    await page.getByText('Nothing to do: the gateway matches the files.').waitFor();
    const managed = page.locator('.managed');
    await managed.getByText('Models that clients can ask for').waitFor();
    expect(await managed.innerText()).toMatch(
      /request-retry\s+3\s+api-keys\s+2 entries[^]*1 of 2 healthy[^]*used again after 2026-11-23T15:00:00Z/,
    );
    await button('Show 22 other models').click();
    await managed.getByText('team/model-59').waitFor();
    await managed.getByRole('link', { name: 'Files and gateway side by side' }).click();
    const section = page.locator('.section').filter({ hasText: 'request-retry' });
    expect(await section.locator('td').allInnerTexts()).toEqual(['3', '2']);
    expect(await page.locator('.section').count()).toBe(4);
    await page.getByLabel("Show what the files don't declare").check();
    await page.getByText('not in the files').waitFor();
  });

  test('has a page for each run, which the ID of its backup leads to as well', async () => {
    await goTo('targets/eu-paris/history');
    await page.locator('summary').first().click();
    await page.getByRole('link', { name: 'Page of this run' }).first().click();
    const run = page.locator('.run');
    await run.getByText('PUT /v0/management/openai-compatibility').waitFor();
    expect(page.url()).toContain('#/targets/eu-paris/history/20261123T120312Z-0007');
    expect(await run.getByRole('link', { name: '9c41d07e' }).getAttribute('href')).toBe(
      `https://git.example/platform/gateways/commit/${'9c41d07e'.padEnd(40, '4')}`,
    );
    await goTo('targets/eu-paris/history/20261120T091458Z-1a2b3c4d');
    await run.getByText('the removed client key is refused').waitFor();
    await goTo('targets/eu-paris/history/nothing');
    await page.getByText('there is no history entry "nothing"').waitFor();
  });

  test('says how a backup differs from now, also before a restore', async () => {
    await goTo('targets/eu-paris/backups');
    await button('Compare with now: 20261120T091458Z-1a2b3c4d').click();
    const backup = page.locator('.backups > li').filter({ hasText: '20261120T091458Z' });
    await backup.getByText('A restore changes 3 places:').waitFor();
    expect(await backup.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringContaining('adds'),
      expect.stringMatching(/changes[^]*request-retry/),
      expect.stringMatching(/removes[^]*api-keys/),
    ]);
    await button('Restore 20261123T120301Z-5e6f7a8b').click();
    await page.getByRole('dialog').getByText('A restore changes 3 places:').waitFor();
  });

  test("that can't be reached has an unknown drift", async () => {
    const { differences: _, ...unseen } = aTarget('eu-paris', { standing: 'unreachable' });
    daemon.push({ kind: 'target', target: unseen });
    await page
      .getByRole('row', { name: /eu-paris/ })
      .getByText('unknown', { exact: true })
      .waitFor();
    await goTo('targets/sa-saopaulo');
    await page.getByText('v8.0.31, managed through its API v0').waitFor();
  });

  test("that doesn't exist is reported", async () => {
    await goTo('targets/nowhere');
    await page.getByText("The settings don't define this target.").waitFor();
  });

  test('distinguishes a new plan from the one that was shown', async () => {
    await goTo('targets/eu-paris');
    await page.getByText('removes 4 of 6 entries').waitFor();
    daemon.plans = { 'eu-paris': {} };
    daemon.push({ kind: 'plan', target: 'eu-paris' });
    await page.getByText('No plan yet.').waitFor();
  });
});

inBrowser('an action', () => {
  beforeEach(() => logIn(page, daemon.url));

  test('sync and retry are requested at once, resume after showing what waits', async () => {
    await goTo('targets/staging');
    await button('Sync now').click();
    await page.getByText('Check requested.').waitFor();
    daemon.answers = { retry: appliedOutcome('staging') };
    await button('Retry the revision…').click();
    await page.getByText('declared values in the file').waitFor();
    await goTo('targets/ap-singapore');
    daemon.answers = { plan: { plan: PLAN } };
    await button('Resume…').click();
    const dialog = page.getByRole('dialog', { name: 'Resume ap-singapore' });
    await dialog.getByText('Waiting: 8 changes, refused by a guard.').waitFor();
    expect(await dialog.locator('.change').count()).toBe(8);
    await dialog.getByRole('button', { name: 'Resume', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(daemon.asked.map(({ path }) => path)).toEqual([
      'staging/actions/sync',
      'staging/actions/retry',
      'ap-singapore/plan',
      'ap-singapore/actions/resume',
    ]);
  });

  test('suspend wants a reason and an end', async () => {
    await goTo('targets/eu-frankfurt-1');
    await button('Suspend…').click();
    const dialog = page.getByRole('dialog', { name: 'Suspend eu-frankfurt-1' });
    expect(await dialog.getByRole('button', { name: 'Suspend' }).isDisabled()).toBe(true);
    await dialog.getByText('8 hours').click();
    await dialog.getByLabel('Reason, shown to others').fill(HOSTILE);
    await dialog.getByRole('button', { name: 'Suspend' }).click();
    await dialog.waitFor({ state: 'detached' });
    const bodies = daemon.asked.map(
      ({ body }) => body as { readonly until: number; readonly reason: string },
    );
    expect(bodies.map(({ reason }) => reason)).toEqual([HOSTILE]);
    expect(bodies.map(({ until }) => Math.round((until - NOW) / 3_600_000))).toEqual([8]);
  });

  test('apply hands over the digest that was read, with the overrides that were ticked', async () => {
    daemon.answers = {
      plan: { ...appliedOutcome('eu-paris'), plan: PLAN },
      apply: appliedOutcome('eu-paris'),
    };
    await goTo('targets/eu-paris');
    await button('Override the guards…').click();
    const dialog = page.getByRole('dialog', { name: 'Override guards on eu-paris' });
    const confirm = dialog.getByRole('button', { name: 'Override and apply' });
    expect(await confirm.isDisabled()).toBe(true);
    expect(await dialog.locator('.change').count()).toBe(8);
    await dialog.getByLabel(/mass-delete api-keys/).check();
    await confirm.click();
    await dialog.getByText('declared values in memory').waitFor();
    expect(daemon.asked).toEqual([
      { path: 'eu-paris/plan', body: { allow: ['mass-delete:api-keys'] } },
      { path: 'eu-paris/actions/apply', body: { approved: PLAN.digest, allow: ['mass-delete:api-keys'] } },
    ]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('apply stops where the plan became another one', async () => {
    const other = { ...PLAN, changes: PLAN.changes.slice(1) };
    daemon.answers = { plan: { ...appliedOutcome('eu-paris'), plan: other } };
    await goTo('targets/eu-paris');
    await button('Override the guards…').click();
    await page.getByLabel(/mass-delete api-keys/).check();
    await button('Override and apply').click();
    await page.getByText('The plan has changed').waitFor();
    expect(daemon.asked.map(({ path }) => path)).toEqual(['eu-paris/plan']);
  });

  test('adopts what the gateway changed, and links to the commit and the pull request', async () => {
    const commit = '8270021c'.padEnd(40, '4');
    const branch = 'holdfast/adopt-eu-paris';
    const link = 'https://git.example/platform/gateways/pulls/7';
    const adopted = { target: 'eu-paris', adopted: ['ws-auth'], left: ['api-keys'], branch, commit };
    daemon.answers = { adopt: { ...adopted, pullRequest: { number: 7, link } } };
    await goTo('targets/eu-paris');
    await button('Adopt into git…').click();
    const dialog = page.getByRole('dialog', { name: 'Adopt into git: eu-paris' });
    await dialog.getByText(/declared true, becomes false/).waitFor();
    await dialog.getByLabel(/openai-compatibility/).uncheck();
    await dialog.getByRole('button', { name: 'Commit 1 change' }).click();
    await dialog.getByText('1 path committed').waitFor();
    expect(await dialog.getByRole('link', { name: '8270021c' }).getAttribute('href')).toBe(
      `https://git.example/platform/gateways/commit/${commit}`,
    );
    expect(await dialog.getByRole('link', { name: 'pull request 7' }).getAttribute('href')).toBe(link);
    expect(daemon.asked).toEqual([
      { path: 'eu-paris/actions/adopt', body: { keep: 'theirs', paths: ['ws-auth'] } },
    ]);
  });

  test('restore waits for the name, rehearses without it, and shows why it was refused', async () => {
    const inSync = appliedOutcome('eu-paris');
    daemon.answers = { restore: { ...inSync, kind: 'drifted', depth: 'deep', wouldChange: 3 } };
    await goTo('targets/eu-paris/backups');
    await button('Restore 20261120T091458Z-1a2b3c4d').click();
    const dialog = page.getByRole('dialog', { name: 'Restore eu-paris' });
    await dialog.getByRole('button', { name: 'Rehearse' }).click();
    await dialog.getByText('It would make 3 changes.').waitFor();
    await dialog.getByText('Dry run, nothing written').waitFor();
    const restore = dialog.getByRole('button', { name: 'Restore' });
    await dialog.getByLabel('Type eu-paris to confirm').fill('eu-pari');
    expect(await restore.isDisabled()).toBe(true);
    await dialog.getByLabel('Type eu-paris to confirm').fill('eu-paris');
    daemon.answers = { restore: { type: 'about:blank', title: 'The backup is damaged', status: 409 } };
    await restore.click();
    await dialog.getByText('The backup is damaged').waitFor();
    const backup = '20261120T091458Z-1a2b3c4d';
    expect(daemon.asked.map(({ body }) => body)).toEqual([
      { backup, confirm: 'eu-paris', dryRun: true },
      { backup, confirm: 'eu-paris', dryRun: false },
    ]);
  });

  test('leaves the focus on its button, or on the heading if the button is gone', async () => {
    const focused = (text: string): Promise<void> =>
      page.locator('button:focus, h1:focus').filter({ hasText: text }).waitFor();
    await goTo('targets/eu-frankfurt-1');
    for (const close of [
      () => button('Cancel').click(),
      () => button('Close').click(),
      () => page.keyboard.press('Escape'),
    ]) {
      await button('Suspend…').click();
      await page.getByRole('dialog').waitFor();
      await close();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await focused('Suspend…');
    }
    await button('Suspend…').click();
    const suspended = { until: NOW + 60_000, reason: 'maintenance' };
    daemon.push({
      kind: 'target',
      target: aTarget('eu-frankfurt-1', { standing: 'suspended', suspension: suspended }),
    });
    await page.getByText('Suspended', { exact: true }).first().waitFor({ state: 'attached' });
    await button('Cancel').click();
    await focused('eu-frankfurt-1');
  });

  test('roll back is confirmed in the same way', async () => {
    daemon.answers = { rollback: { ...appliedOutcome('eu-paris'), kind: 'restored' } };
    await goTo('targets/eu-paris');
    await button('Roll back…').click();
    await page.getByLabel('Type eu-paris to confirm').fill('eu-paris');
    await button('Roll back').click();
    await page.getByRole('dialog').getByText('Restored').waitFor();
    expect(daemon.asked).toEqual([
      { path: 'eu-paris/actions/rollback', body: { confirm: 'eu-paris', dryRun: false } },
    ]);
  });
});

inBrowser('a token that may only look', () => {
  test('sees everything and no action', async () => {
    await logIn(page, daemon.url, 'tok-read-0001');
    for (const fragment of ['targets/eu-paris', 'targets/eu-paris/backups', 'targets/ap-singapore']) {
      await goTo(fragment);
      await page.getByText('Your token has read-only access').waitFor();
      expect(await button(/Apply|Override|Sync|Suspend|Resume|Restore|Roll back|Retry/).count()).toBe(0);
    }
    await goTo('');
    await page.getByRole('link', { name: 'eu-paris' }).waitFor();
    expect(await page.getByRole('checkbox').count()).toBe(0);
  });
});

const EVERY_PAGE = [
  '',
  'targets/eu-paris',
  'targets/eu-paris/configuration',
  'targets/eu-paris/timeline',
  'targets/eu-paris/history',
  'targets/eu-paris/history/20261120T091500Z-0006',
  'targets/eu-paris/backups',
  'targets/eu-frankfurt-1',
  'targets/ap-tokyo',
  'targets/edge-with-a-very-long-name-that-somebody-thought-was-a-good-idea',
] as const;

const headingOf = (fragment: string): string => fragment.split('/')[1] ?? 'Targets';

/** Opens what is folded, once everything is loaded. */
async function unfold(fragment: string): Promise<void> {
  await goTo(fragment);
  await page.locator('.liveness-live').waitFor();
  await page
    .locator('h1')
    .filter({ hasText: headingOf(fragment) })
    .waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  for (const summary of await page.locator('summary').all()) await summary.click();
}

inBrowser('every page', () => {
  // In the dark, only the colours are others.
  test.each([
    [{ dark: false }, undefined],
    [{ dark: true }, ['color-contrast']],
  ])('is accessible: %j', async (look, rules) => {
    await open(look);
    await page.goto(daemon.url);
    await page.getByLabel('Token').waitFor();
    expect(await violations(rules)).toEqual([]);
    await logIn(page, daemon.url);
    for (const fragment of EVERY_PAGE) {
      await unfold(fragment);
      expect([fragment, await violations(rules)]).toEqual([fragment, []]);
    }
    await goTo('targets/eu-paris');
    for (const name of ['Override the guards…', 'Adopt into git…', 'Suspend…', 'Roll back…']) {
      await button(name).click();
      await page.getByRole('dialog').waitFor();
      expect([name, await violations(rules)]).toEqual([name, []]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await goTo('');
    await page.getByRole('combobox', { name: 'Group by' }).selectOption('By region');
    await page.getByLabel('Select all targets').check();
    await button('Apply or retry…').click();
    await page.getByRole('dialog').getByText('refused by mass-delete').waitFor();
    expect(['several targets', await violations(rules)]).toEqual(['several targets', []]);
  });

  test('fits on a phone without scrolling sideways', async () => {
    await open({ width: 360 });
    await logIn(page, daemon.url);
    for (const fragment of EVERY_PAGE) {
      await unfold(fragment);
      const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect([fragment, wider]).toEqual([fragment, 0]);
    }
  });

  test('makes no markup of names, and turns no text around', async () => {
    await logIn(page, daemon.url);
    for (const fragment of EVERY_PAGE) {
      await unfold(fragment);
      expect(await page.locator('img, #app script').count()).toBe(0);
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      expect(await page.locator('#app').innerText()).not.toMatch(/\u202E/);
    }
    await goTo('');
    await page.getByText(HOSTILE).first().waitFor();
    await page
      .getByText(String.raw`invoice\u202efdp.exe`)
      .first()
      .waitFor();
  });

  test('is small, and requests nothing from other servers', async () => {
    const sizes = [...(await webAssets())].map(
      ([path, { bytes }]) => [path, gzipSync(bytes).length] as const,
    );
    const total = sizes.reduce((sum, [, size]) => sum + size, 0);
    expect(
      sizes
        .map(([path]) => path)
        .filter((path) => !/^\/(index\.html|assets\/[\w-]+\.(js|css|svg))$/.test(path)),
    ).toEqual([]);
    expect(total).toBeLessThan(60 * 1024);
    const others: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(daemon.url)) others.push(request.url());
    });
    await logIn(page, daemon.url);
    await unfold('targets/eu-paris');
    expect(others).toEqual([]);
  });
});

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds, with where. The page's own policy forbids a script tag, so it is evaluated. */
async function violations(rules?: readonly string[]): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const options = JSON.stringify(rules ? { runOnly: rules } : {});
  const found = await page.evaluate(`axe.run(${options}).then(({ violations }) => violations)`);
  return (found as readonly Violation[]).flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
}
