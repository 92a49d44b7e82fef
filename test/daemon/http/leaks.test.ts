// No response and no event contains a secret: requests every route of a daemon whose data is full of them.
import { afterEach, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { redactor } from '../../../src/lib/redact.ts';
import { DESIRED, MANAGEMENT_KEY } from '../../apply/setup.ts';
import { until } from '../../support/until.ts';
import { inMode } from '../setup.ts';
import { openApiDocument } from '../../../src/daemon/http/document.ts';
import { createNotify } from '../../../src/daemon/notify/notify.ts';
import { openSender } from '../../../src/daemon/notify/channels/sender.ts';
import { channel, closeAll, handClock, httpReceiver, webhook } from '../notify/setup.ts';
import { action, endAll, OPERATOR, READER, type Serving, serving } from './serving.ts';

afterEach(async () => {
  await endAll();
  await closeAll();
});

const SECRETS = [
  MANAGEMENT_KEY,
  'digest-key-1',
  'sk-test-0001',
  'sk-test-0002',
  'sk-test-up-1',
  'sk-test-0003-new',
  'sk-test-header-0001',
  'sk-test-in-a-url',
  OPERATOR,
  READER,
];

const ROTATED = DESIRED.replace('- ${env:TEAM_B}', '- ${env:TEAM_C}').replace(
  '    models:',
  `        proxy-url: "http://user:\${env:IN_URL}@proxy.example:3128"
    headers: { X-Api-Key: "\${env:HEADER}", X-Plain: plain }
    models:`,
);
const ENV = { TEAM_C: 'sk-test-0003-new', HEADER: 'sk-test-header-0001', IN_URL: 'sk-test-in-a-url' };

const CANARIES = { CANARY_HEADER: 'canary-header-77aa', CANARY_SETTING: 'canary-setting-77aa' };

/** At places whose names say nothing about secrets. */
function withOpenPlaces(header: string | undefined, setting: string | undefined): string {
  const headers = header === undefined ? '' : `    headers: { X-Team: ${header} }\n`;
  const plugin = setting === undefined ? '{}' : `{ endpoint: ${setting} }`;
  return `${DESIRED.replace('    models:', `${headers}    models:`)}plugins: { configs: { guard: ${plugin} } }\n`;
}

/** Every route of the document, for the target, with a body that makes it do something. */
async function everyAnswer(fixture: Serving): Promise<string[]> {
  const { paths } = (await openApiDocument('0')) as { paths: Record<string, Record<string, unknown>> };
  const id = (await fixture.store.history('home', 1))[0]?.id ?? 'none';
  const answers: string[] = [];
  for (const [path, methods] of Object.entries(paths)) {
    if (path.endsWith('/events')) continue;
    for (const method of Object.keys(methods)) {
      const asked = path.replace('{target}', 'home').replace('{id}', id);
      const body = method === 'post' ? bodyFor(path) : undefined;
      const { text, headers } = await fixture.ask(asked, { method: method.toUpperCase(), body });
      answers.push(`${method} ${path} ${JSON.stringify(headers)} ${text}`);
    }
  }
  return answers;
}

function bodyFor(path: string): unknown {
  if (path.endsWith('/suspend')) return { until: Date.now() + 1000, reason: 'a reason' };
  if (path.endsWith('/restore')) return { backup: 'latest', confirm: 'home' };
  if (path.endsWith('/rollback')) return { confirm: 'home' };
  if (path.endsWith('/session')) return { token: OPERATOR };
  return /\/(?:plan|apply)$/.test(path) ? {} : undefined;
}

function leaksIn(texts: readonly string[]): string[] {
  return texts.flatMap((text) =>
    SECRETS.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${text.slice(0, 200)}`),
  );
}

describe('secrets', () => {
  test('are in no response of any route, whatever is known, and in no event', async () => {
    const fixture = await serving();
    let heard = '';
    const { body } = await request(new URL('/api/v1/events', fixture.url), {
      headers: { authorization: `Bearer ${OPERATOR}` },
    });
    body.on('data', (part: Buffer) => (heard += part.toString()));
    body.on('error', () => {});
    await fixture.declare(ROTATED, ENV);
    const before = await fixture.ask('/api/v1/targets/home/plan', { method: 'POST', body: {} });
    expect((before.json['plan'] as { changes: unknown[] }).changes.length).toBeGreaterThan(1);
    await fixture.ask(action('apply'), { method: 'POST', body: {} });
    const answers = [before.text, ...(await everyAnswer(fixture)), ...(await everyAnswer(fixture))];
    expect(answers.length).toBeGreaterThan(30);
    await until(
      () => heard.includes('event: history'),
      () => heard,
    );
    body.destroy();
    expect(leaksIn([...answers, heard, ...fixture.notes])).toEqual([]);
    expect(fixture.faults).toEqual([]);
  });

  test('that a reference brought stay hidden when it leaves the files, in answers and webhooks', async () => {
    const receiver = await httpReceiver();
    const clock = handClock();
    const notify = [channel(webhook(receiver.url), { on: ['applied', 'drifted', 'in-sync', 'refused'] })];
    const reporter = { note: () => undefined, failed: () => undefined };
    const fixture = await serving({
      policy: { allow: [{ guard: 'takeover' }] },
      beside: (operations) => {
        const service = createNotify({ operations, clock, reporter, open: openSender });
        return [{ ...service, follow: (settings) => service.follow({ ...settings, notify }) }];
      },
    });
    const told: string[] = [];
    for (const [header, setting] of [
      ['"${env:CANARY_HEADER}"', '"${env:CANARY_SETTING}"'],
      ['none', 'local'],
      ['"${env:CANARY_HEADER}"', '"${env:CANARY_SETTING}"'],
      [undefined, undefined],
    ]) {
      await fixture.declare(withOpenPlaces(header, setting), CANARIES);
      const plan = await fixture.ask('/api/v1/targets/home/plan', {
        method: 'POST',
        body: {},
        token: READER,
      });
      const applied = await fixture.ask(action('apply'), { method: 'POST', body: {} });
      expect(['applied', 'in-sync']).toContain(applied.json['kind']); // the daemon looks at the files too
      clock.pass(10_000);
      told.push(plan.text, applied.text);
      for (const path of ['', '/home', '/home/history', '/home/plan', '/home/backups'])
        told.push((await fixture.ask(`/api/v1/targets${path}`, { token: READER })).text);
    }
    await fixture.panel('PUT', 'plugins/guard/config', { endpoint: CANARIES.CANARY_SETTING });
    told.push((await fixture.ask(action('check'), { method: 'POST' })).text);
    clock.pass(10_000);
    await until(() => receiver.got.length >= 3);
    const bodies = receiver.got.map(({ body }) => body);
    for (const texts of [told, bodies]) expect(texts.join('\n')).toContain('headers.X-Team');
    expect([...told, ...bodies, ...fixture.notes].filter((text) => /canary-/i.test(text))).toEqual([]);
  });

  test('that a user wrote into a free text are redacted by value, in problems too', async () => {
    const fixture = await serving({
      ...inMode('observe'),
      options: { redact: (value) => redactor(SECRETS).value(value) },
    });
    const suspension = { until: Date.now() + 60_000, reason: `rotating sk-test-0001, see ${MANAGEMENT_KEY}` };
    await fixture.ask(action('suspend'), { method: 'POST', body: suspension });
    const shown = await fixture.ask('/api/v1/targets');
    expect(shown.text).toContain('rotating [secret], see [secret]');
    const wrong = await fixture.ask(action('apply'), { method: 'POST', body: { allow: ['sk-test-0001'] } });
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('[secret]')]);
    expect(leaksIn([shown.text, wrong.text])).toEqual([]);
  });
});
