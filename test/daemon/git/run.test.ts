// `holdfast run` on a git source, from a push to the gateway.
import { afterEach, describe, expect, test } from '@jest/globals';
import { KEY, openTerminal, type Ran, SECRETS, type Terminal } from '../../cli/terminal.ts';
import { until } from '../../support/until.ts';
import { leave, remote } from './remote.ts';

afterEach(leave);

const settingsOf = (url: string, more = ''): string => `version: 1
targets:
  - { name: eu, url: "\${env:HOLDFAST_URL}", key: "\${env:HOLDFAST_KEY}", desired: [base, eu] }
${more}
daemon:
  source: { git: { url: ${JSON.stringify(url)}, path: gateways, every: 1s } }
`;
const retries = (count: number): Record<string, string> => ({
  'gateways/base/gateway.yaml': 'api-keys: ["${env:LAPTOP}"]\n',
  'gateways/eu/gateway.yaml': `request-retry: ${count}\n`,
});

interface Running {
  lines(): Record<string, unknown>[];
  said(part: Record<string, unknown>): boolean;
  end(): Promise<Ran>;
}

function start(terminal: Terminal, ...words: readonly string[]): Running {
  const end = new AbortController();
  let out = '';
  const ran = terminal.runWith(
    { signal: end.signal, out: (text) => void (out += text) },
    'run',
    '--log',
    'json',
    ...words,
  );
  const lines = (): Record<string, unknown>[] =>
    out
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    lines,
    said: (part) =>
      lines().some((line) => Object.entries(part).every(([name, value]) => line[name] === value)),
    async end() {
      end.abort();
      return ran;
    },
  };
}

describe('holdfast run on a git source', () => {
  test('applies a push, and shows the commit in plan, history and status', async () => {
    const one = await remote();
    await one.push(retries(2));
    await using terminal = await openTerminal({ 'holdfast.yaml': settingsOf(one.url) });
    const running = start(terminal, '--allow', 'takeover');
    await until(() => running.said({ outcome: 'applied', trigger: 'start' }));
    const sha = await one.push(retries(5), { subject: 'Five \u001B[31mretries' });
    await until(() => running.said({ outcome: 'applied', trigger: 'source' }));
    expect((await running.end()).exit).toBe(0);

    expect(await terminal.read('gateway/config.yaml')).toContain('request-retry: 5');
    const history = await terminal.run('history', '--output', 'json');
    expect(history.out).toContain(`"sha": "${sha}"`);
    const status = await terminal.run('status');
    expect(status.out).toContain(`commit ${sha.slice(0, 8)} "Five \\u001b[31mretries" by A committer`);
  });

  test('starts without its remote, reports it, and applies when it is there', async () => {
    const one = await remote();
    await one.push(retries(4));
    const back = await one.away();
    await using terminal = await openTerminal({ 'holdfast.yaml': settingsOf(one.url) });
    const running = start(terminal, '--allow', 'takeover');
    await until(() => running.said({ outcome: 'invalid', trigger: 'start' }));
    expect(running.said({ code: 'HF7010' })).toBe(true);
    expect(await terminal.read('gateway/config.yaml')).toContain('request-retry: 1');
    await back();
    await until(() => running.said({ outcome: 'applied', trigger: 'source' }));
    await running.end();
    expect(await terminal.read('gateway/config.yaml')).toContain('request-retry: 4');
  });

  test('takes one commit for all targets', async () => {
    const one = await remote();
    await using other = await openTerminal({});
    const more = `  - { name: us, url: ${JSON.stringify(other.sandbox.url)}, key: ${KEY}, desired: [base, eu] }`;
    await using terminal = await openTerminal({ 'holdfast.yaml': settingsOf(one.url, more) });
    const first = await one.push(retries(2));
    const running = start(terminal, '--allow', 'takeover');
    await until(() => ['eu', 'us'].every((target) => running.said({ target, outcome: 'applied' })));
    const second = await one.push(retries(6));
    await until(() =>
      ['eu', 'us'].every((target) => running.said({ target, outcome: 'applied', trigger: 'source' })),
    );
    await running.end();
    const { out } = await terminal.run('history', '--output', 'json');
    const shas = [...out.matchAll(/"sha": "([0-9a-f]+)"/g)].map(([, sha]) => sha);
    expect(shas.toSorted()).toEqual([first, first, second, second].toSorted());
  });

  test('refuses --desired at the same time', async () => {
    const one = await remote();
    await using terminal = await openTerminal({ 'holdfast.yaml': settingsOf(one.url) });
    const { exit, err } = await terminal.run('run', '--desired', 'here');
    expect([exit, err]).toEqual([3, expect.stringContaining('HF1020')]);
  });

  test('prints no secrets', async () => {
    const one = await remote();
    await one.push(retries(2));
    await using terminal = await openTerminal({ 'holdfast.yaml': settingsOf(one.url) });
    const running = start(terminal, '--allow', 'takeover');
    await until(() => running.said({ outcome: 'applied' }));
    await running.end();
    for (const secret of [KEY, ...Object.values(SECRETS)])
      expect(JSON.stringify(running.lines())).not.toContain(secret);
  });
});
