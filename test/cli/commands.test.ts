import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/cli/commands.ts';
import { type Ran, DESIRED, KEY, openTerminal, SECRETS, type Terminal } from './terminal.ts';

const secrets = [...Object.values(SECRETS), KEY];
const everything = ({ out, err }: Ran): string => out + err;

describe('what every command has', () => {
  let terminal: Terminal;
  beforeAll(async () => {
    terminal = await openTerminal();
  });
  afterAll(async () => {
    await terminal[Symbol.asyncDispose]();
  });

  test.each(COMMANDS.map(({ name }) => name))('%s explains itself with examples', async (name) => {
    const { exit, out } = await terminal.run(name, '--help');
    expect(exit).toBe(0);
    expect(out).toContain(`Usage: holdfast ${name}`);
    expect(out).toContain('Example');
    expect(out).toContain('--output <format>');
  });

  test('no command at all shows the list', async () => {
    const { exit, out } = await terminal.run();
    expect(exit).toBe(0);
    for (const { name, summary } of COMMANDS)
      expect(out.replaceAll(/\s+/g, ' ')).toContain(`${name} ${summary}`);
  });

  test('--version prints the version alone', async () => {
    expect((await terminal.run('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    [['frobnicate'], '"frobnicate" isn\'t a holdfast command'],
    [['plan', '--frobnicate'], 'unknown option'],
    [['plan', '--env-file', 'x'], 'Write --variables x'],
    [['pull', '--env-file=x'], 'Write --variables x'],
    [['plan', '--output', 'xml'], 'Use text, json'],
    [['restore'], 'either a backup ID, a file, or --latest'],
    [['apply', '--target', 'nowhere'], 'there is no target "nowhere"'],
    [['validate', '--target', 'nowhere'], 'there is no target "nowhere"'],
    [['render', '--target', 'nowhere'], 'there is no target "nowhere"'],
    [['api', 'get'], 'holdfast api needs <path>'],
  ])('%j is a usage error', async (words, said) => {
    const ran = await terminal.run(...words);
    expect(ran.exit).toBe(64);
    expect(everything(ran)).toContain(said);
  });

  test.each([
    [['plan', '--frobnicate', '--output', 'json'], 64],
    [['apply', '--target', 'nowhere', '--output=json'], 64],
    [['explain', 'wsauth', '--output', 'json'], 64],
    [['--output', 'json', 'validate', '--desired', 'missing'], 3],
    [['apply', 'no-such-plan.json', '--output', 'json'], 3],
  ])('%j answers in JSON all the same', async (words, code) => {
    const { exit, out } = await terminal.run(...words);
    expect(exit).toBe(code);
    const result = JSON.parse(out) as {
      format: string;
      exit: number;
      problems: { code: string; remedy: string }[];
    };
    expect(result).toMatchObject({ format: 'holdfast.result/1', exit: code });
    expect(result.problems[0]?.code).toMatch(/^HF\d{4}$/);
    expect(result.problems[0]?.remedy).not.toBe('');
  });
});

describe('from the first plan to history', () => {
  let terminal: Terminal;
  beforeAll(async () => {
    terminal = await openTerminal();
  });
  afterAll(async () => {
    await terminal[Symbol.asyncDispose]();
  });

  test('plan shows the difference and ends with 0, diff with 2', async () => {
    const plan = await terminal.run('plan');
    expect(plan.exit).toBe(0);
    expect(plan.out).toContain('~ request-retry  1 → 3');
    expect(plan.out).toContain('PUT /v0/management/request-retry');
    expect((await terminal.run('diff')).exit).toBe(2);
    expect((await terminal.run('plan', '--exit-code')).exit).toBe(2);
  });

  test('a saved plan is applied exactly once', async () => {
    await terminal.run('plan', '-o', 'plan.json');
    const saved = await terminal.read('plan.json');
    for (const secret of secrets) expect(saved).not.toContain(secret);
    const applied = await terminal.run('apply', 'plan.json');
    expect(applied.out).toContain('applied and verified 1 change');
    expect(applied.exit).toBe(0);
    expect((await terminal.run('apply', 'plan.json')).exit).toBe(8);
  });

  test('diff is empty then, and apply writes nothing', async () => {
    const requests = (): number => terminal.sandbox.requests.filter(({ method }) => method !== 'GET').length;
    const before = requests();
    expect((await terminal.run('diff')).exit).toBe(0);
    expect((await terminal.run('apply')).out).toContain('in sync');
    expect(requests()).toBe(before);
  });

  test('status, history and backups know of it', async () => {
    expect((await terminal.run('status')).out).toMatch(/state +in sync/);
    const history = JSON.parse((await terminal.run('history', '--output', 'json')).out) as {
      entries: { id: string; backup: string }[];
    };
    expect(history.entries).toHaveLength(1);
    const [entry] = history.entries;
    expect((await terminal.run('history', entry?.id ?? '')).out).toContain('request-retry');
    expect((await terminal.run('backup', 'list')).out).toContain(entry?.backup);
    expect((await terminal.run('history', 'nope')).exit).toBe(3);
  });

  test('restore puts the file back', async () => {
    const restored = await terminal.run('restore', '--latest', '--yes');
    expect(restored.exit).toBe(0);
    expect(await terminal.read('gateway/config.yaml')).toContain('request-retry: 1');
    expect((await terminal.run('diff')).exit).toBe(2);
  });

  test('backup create and show', async () => {
    const created = JSON.parse((await terminal.run('backup', 'create', '--output', 'json')).out) as {
      backups: { id: string }[];
    };
    const id = created.backups[0]?.id ?? '';
    const shown = await terminal.run('backup', 'show', id);
    for (const secret of secrets) expect(everything(shown)).not.toContain(secret);
    expect((await terminal.run('backup', 'show', id, '--reveal')).out).toContain(SECRETS.UPSTREAM);
  });
});

describe('the other commands', () => {
  let terminal: Terminal;
  beforeAll(async () => {
    terminal = await openTerminal();
  });
  afterAll(async () => {
    await terminal[Symbol.asyncDispose]();
  });

  test.each([
    [['doctor']],
    [['usage']],
    [['render']],
    [['api', 'get', 'config']],
    [['api', 'get', 'config.yaml']],
    [['api', 'get', 'api-key-usage']],
    [['status', '--output', 'json']],
  ])('%j works and shows no secret', async (words) => {
    const ran = await terminal.run(...words);
    expect(ran.exit).toBe(0);
    expect(ran.out.length).toBeGreaterThan(20);
    for (const secret of secrets) expect(everything(ran)).not.toContain(secret);
  });

  test('api patch as in the scripts that people have', async () => {
    const ran = await terminal.run(
      'api',
      'patch',
      'api-keys',
      '--data',
      `{"old":"${SECRETS.LAPTOP}","new":"sk-test-client-new"}`,
    );
    expect(ran.exit).toBe(0);
    expect(await terminal.read('gateway/config.yaml')).toContain('sk-test-client-new');
    expect(everything(ran)).not.toContain('sk-test-client-new');
  });

  test('api says nothing of success where the gateway did something else', async () => {
    const data = '{"old":"sk-test-not-there","new":"sk-test-client-other"}';
    const ran = await terminal.run('api', 'patch', 'api-keys', '--data', data);
    expect([ran.exit, everything(ran)]).toEqual([6, expect.not.stringContaining('verified')]);
    expect(ran.err).toContain('so it added the value of "new"');
    expect(ran.err).toContain('Holdfast undid the request: api-keys is as before');
    expect(await terminal.read('gateway/config.yaml')).not.toContain('sk-test-client-other');
  });

  test('api takes its body from a file and from standard input', async () => {
    await terminal.write('body.json', '{"value": 7}');
    expect((await terminal.run('api', 'put', 'request-retry', '--data', '@body.json')).exit).toBe(0);
    expect(
      (
        await terminal.runWith(
          { stdin: async () => '{"value": 8}' },
          'api',
          'put',
          'request-retry',
          '--data',
          '-',
        )
      ).exit,
    ).toBe(0);
    expect(await terminal.read('gateway/config.yaml')).toContain('request-retry: 8');
  });

  test('api refuses what destroys, and a 200 that did nothing', async () => {
    expect((await terminal.run('api', 'get', 'usage-queue')).exit).toBe(64);
    terminal.sandbox.fault('drop-writes');
    const ran = await terminal.run('api', 'put', 'request-retry', '--data', '{"value": 5}');
    terminal.sandbox.clearFaults();
    expect(ran.exit).toBe(6);
    expect(ran.err).toContain('HF5050');
  });

  test('schema prints JSON Schema, explain describes one key', async () => {
    expect(JSON.parse((await terminal.run('schema')).out)).toHaveProperty('$schema');
    expect(JSON.parse((await terminal.run('schema', 'settings')).out)).toHaveProperty('$schema');
    expect((await terminal.run('explain', 'ws-auth')).out).toContain('PUT /v0/management/ws-auth');
  });

  test('validate reports what is valid, and all errors at once', async () => {
    expect((await terminal.run('validate')).out).toContain('valid: 1 file for 1 target');
    await terminal.write('desired-state/wrong.yaml', 'requst-retry: 1\ndebug: "yes"\n');
    const ran = await terminal.run('validate');
    await terminal.write('desired-state/wrong.yaml', 'debug: false\n');
    expect(ran.exit).toBe(3);
    expect(ran.err).toContain('wrong.yaml:1:1');
    expect(ran.err).toContain('request-retry');
    expect(ran.err).toContain('wrong.yaml:2:8');
  });

  test('apply asks on a terminal and accepts no as an answer', async () => {
    const person = { stdinIsTerminal: true, stdoutIsTerminal: true };
    await terminal.write(
      'desired-state/gateway.yaml',
      DESIRED.replace('3', '4').replace('${env:LAPTOP}', '${env:NEW}'),
    );
    const env = {
      ...SECRETS,
      NEW: 'sk-test-client-new',
      HOLDFAST_URL: terminal.sandbox.url,
      HOLDFAST_KEY: KEY,
    };
    const asked: string[] = [];
    const say = (answer: string) => ({
      ...person,
      env,
      ask: async (question: string) => (asked.push(question), answer),
    });
    const refused = await terminal.runWith(say('n'), 'apply');
    expect(await terminal.read('gateway/config.yaml')).toContain('request-retry: 8');
    expect(refused.out).toContain('8 → 4');
    const applied = await terminal.runWith(say('y'), 'apply');
    expect(applied.exit).toBe(0);
    expect(asked).toEqual(['Apply this to default? [y/N] ', 'Apply this to default? [y/N] ']);
    expect(await terminal.read('gateway/config.yaml')).toContain('request-retry: 4');
  });

  test('apply on a terminal shows what a guard refuses, without a question', async () => {
    await terminal.write(
      'desired-state/gateway.yaml',
      DESIRED.replace('${env:LAPTOP}', 'sk-test-in-plain-text'),
    );
    const refused = await terminal.runWith(
      {
        stdinIsTerminal: true,
        stdoutIsTerminal: true,
        env: { ...SECRETS, HOLDFAST_URL: terminal.sandbox.url, HOLDFAST_KEY: KEY },
        ask: async () => 'n',
      },
      'apply',
    );
    await terminal.write('desired-state/gateway.yaml', DESIRED);
    expect(refused.exit).toBe(4);
    expect(refused.out).toContain("--allow 'literal-secret:api-keys[0]'");
  });

  test('a wrong key is tried once, in no command twice', async () => {
    const env = {
      ...SECRETS,
      NEW: 'sk-test-client-new',
      HOLDFAST_URL: terminal.sandbox.url,
      HOLDFAST_KEY: 'mgmt-wrong',
    };
    terminal.sandbox.clearRequests();
    for (const words of [['plan'], ['apply'], ['drift'], ['status'], ['doctor']]) {
      const ran = await terminal.runWith({ env }, ...words);
      if (words[0] !== 'status') expect(ran.exit).toBe(5);
      expect(everything(ran)).not.toContain('mgmt-wrong');
    }
    const logins = terminal.sandbox.requests.filter(
      ({ path, status }) => status === 401 && path.startsWith('/v0/management'),
    );
    expect(logins).toHaveLength(1);
  });
});

describe('a secret is shown', () => {
  test('by its fingerprint and by the name of the reference that brings it', async () => {
    await using terminal = await openTerminal();
    await terminal.write('desired-state/gateway.yaml', 'api-keys: ["${env:LAPTOP}", "${file:phone}"]\n');
    await terminal.write('phone', 'sk-test-client-phone\n');
    const shown = async (format: string): Promise<string> =>
      everything(await terminal.run('plan', '--output', format));
    for (const format of ['text', 'markdown', 'github', 'junit'])
      expect(await shown(format)).toMatch(/•••[0-9a-f]{8} \(phone\)/);
    const { plans } = JSON.parse(await shown('json')) as { plans: { changes: unknown }[] };
    expect(plans[0]?.changes).toMatchObject([
      { kind: 'add', after: { $secret: expect.stringMatching(/^[0-9a-f]{8}$/), reference: 'phone' } },
    ]);
  });
});
