import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Io } from '../../../src/compose/io.ts';
import { KEY, openTerminal, type Ran, SECRETS, type Terminal } from '../terminal.ts';

let terminal: Terminal;
beforeEach(async () => {
  terminal = await openTerminal({});
});
afterEach(async () => {
  await terminal[Symbol.asyncDispose]();
});

const init = (...words: string[]): Promise<Ran> => terminal.run('init', ...words);
const isThere = (file: string): boolean => existsSync(join(terminal.dir, file));
const modeOf = (file: string): number => statSync(join(terminal.dir, file)).mode & 0o777;

/** Files of the project, without the gateway's and Holdfast's own. */
function projectFiles(): string[] {
  return readdirSync(terminal.dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^(?:gateway|\.holdfast|\.git)(?:\/|$)/.test(name))
    .filter((name) => statSync(join(terminal.dir, name)).isFile())
    .toSorted();
}

function filesWith(secret: string): string[] {
  return projectFiles().filter((name) => readFileSync(join(terminal.dir, name), 'utf8').includes(secret));
}

/** A person who answers in this order; the questions are recorded. */
function person(...answers: string[]): { io: Partial<Io>; asked: string[] } {
  const asked: string[] = [];
  const ask = async (question: string): Promise<string> => {
    asked.push(question);
    return answers[asked.length - 1] ?? '';
  };
  return { io: { stdinIsTerminal: true, stdoutIsTerminal: true, ask }, asked };
}

/** The environment of a user who has set nothing. */
const bare = (): Partial<Io> => ({ env: { PATH: process.env['PATH'] } });

describe('init without a terminal', () => {
  test('writes what the flags and defaults say, and every other command takes it from there', async () => {
    const { exit, out } = await init('--name', 'eu', '--mode', 'observe');
    expect(exit).toBe(0);
    expect(projectFiles()).toEqual([
      '.env.example',
      '.gitignore',
      'desired-state/gateway.yaml',
      'holdfast.yaml',
      'schemas/holdfast/legacy.schema.json',
      'schemas/holdfast/settings.schema.json',
      'schemas/holdfast/v8.schema.json',
    ]);
    expect(out).toMatch(/Next:\n {2}\$ holdfast doctor/);
    expect((await terminal.run('validate')).exit).toBe(0);
    const plan = JSON.parse((await terminal.run('plan', '--output', 'json')).out) as {
      plans: { target: string; mode: string }[];
    };
    expect(plan.plans).toMatchObject([{ target: 'eu', mode: 'observe' }]);
    for (const secret of [KEY, ...Object.values(SECRETS)]) expect(filesWith(secret)).toEqual([]);
  });

  test('points editors at schemas that are there', async () => {
    await init();
    for (const file of ['holdfast.yaml', 'desired-state/gateway.yaml']) {
      const [, hint = ''] = /\$schema=(\S+)/.exec(await terminal.read(file)) ?? [];
      expect(JSON.parse(await terminal.read(join(dirname(file), hint)))).toHaveProperty('$schema');
    }
  });

  test('points editors at the installed package where there is one, and copies nothing', async () => {
    for (const name of ['settings', 'legacy', 'v8'])
      await terminal.write(`node_modules/holdfast/schemas/${name}.schema.json`, '{}');
    await init();
    expect(isThere('schemas')).toBe(false);
    expect(await terminal.read('desired-state/gateway.yaml')).toContain(
      '$schema=../node_modules/holdfast/schemas/legacy.schema.json\n',
    );
  });

  test('says how the key is given where it is not set', async () => {
    const { out } = await terminal.runWith(bare(), 'init');
    expect(out).toContain('gateway http://127.0.0.1:8317 (default)');
    expect(out).toContain('$ export MANAGEMENT_PASSWORD=…');
    expect(out).toMatch(/\$ \$EDITOR holdfast\.yaml +# remove the # before `env-file: \.env`/);
    expect(await terminal.read('holdfast.yaml')).toContain('key: "${env:MANAGEMENT_PASSWORD}"');
    expect(await terminal.read('.env.example')).toMatch(/^MANAGEMENT_PASSWORD=$/m);
  });

  test('makes a .env that waits for the key, readable by its owner alone', async () => {
    const { out } = await terminal.runWith(bare(), 'init', '--key-from', '.env');
    expect(await terminal.read('.env')).toBe('MANAGEMENT_PASSWORD=\n');
    expect(modeOf('.env')).toBe(0o600);
    expect(out).toContain('$ $EDITOR .env');
    expect((await terminal.runWith(bare(), 'plan')).err).toContain('MANAGEMENT_PASSWORD');
  });

  test('answers in JSON', async () => {
    const { out } = await init('--output', 'json');
    const { files, next } = JSON.parse(out) as { files: object[]; next: { command: string }[] };
    expect(files).toContainEqual({ file: 'holdfast.yaml', what: 'written' });
    expect(next.map(({ command }) => command)).toContain('holdfast doctor');
  });
});

describe('init leaves alone what is there', () => {
  test('settings: nothing but .gitignore is completed', async () => {
    await terminal.write('holdfast.yaml', 'version: 1\n');
    await terminal.write('.gitignore', 'dist\n.env');
    const { exit, out } = await init('--url', 'http://127.0.0.1:1');
    expect(exit).toBe(0);
    expect(out).toContain('holdfast.yaml  already exists and stays unchanged');
    expect(out).toContain('--url had no effect, because holdfast.yaml exists. Edit holdfast.yaml instead.');
    expect((await init('--url', 'gateway')).exit).toBe(64);
    expect(await terminal.read('holdfast.yaml')).toBe('version: 1\n');
    expect(await terminal.read('.gitignore')).toBe('dist\n.env\n.holdfast/\n');
    expect(projectFiles()).toEqual(['.gitignore', 'holdfast.yaml']);
    expect((await init('--pull')).exit).toBe(64);
  });

  test('.env, .env.example and desired state', async () => {
    const files = {
      '.env': 'MINE=1\nHOLDFAST_KEY=mgmt-of-mine\n',
      '.env.example': 'MINE=\n',
      'desired-state/mine.yaml': 'debug: false\n',
    };
    for (const [name, text] of Object.entries(files)) await terminal.write(name, text);
    const { exit } = await init('--key-from', '.env');
    expect(exit).toBe(0);
    for (const [name, text] of Object.entries(files)) expect(await terminal.read(name)).toBe(text);
    expect(isThere('desired-state/gateway.yaml')).toBe(false);
    expect(await terminal.read('holdfast.yaml')).toContain('env-file: .env');
  });

  test('.env without the management key gets it at its end', async () => {
    await terminal.write('.env', 'MINE=1');
    const { exit, out } = await init('--key-from', '.env');
    expect(exit).toBe(0);
    expect(await terminal.read('.env')).toBe(`MINE=1\nHOLDFAST_KEY=${KEY}\n`);
    expect(out).toContain('.env  lines added at its end');
    expect(out).not.toContain('$EDITOR .env');
  });

  test('.env gets the values of a pull, under the names that it has for them already', async () => {
    await terminal.write('.env', `CLIENTS_LAPTOP=${SECRETS.LAPTOP}\n`);
    const keyed = { env: { ...bare().env, HOLDFAST_KEY: KEY, HOLDFAST_URL: terminal.sandbox.url } };
    const { exit, out } = await terminal.runWith(keyed, 'init', '--yes', '--pull', '--key-from', '.env');
    expect(exit).toBe(0);
    const env = await terminal.read('.env');
    expect(env).toMatch(/^CLIENTS_LAPTOP=/);
    expect(env).toContain(`HOLDFAST_KEY=${KEY}\n`);
    expect(env.split(SECRETS.LAPTOP)).toHaveLength(2);
    expect(await terminal.read('desired-state/gateway.yaml')).toContain('${env:CLIENTS_LAPTOP}');
    expect(out).not.toContain('$EDITOR .env');
    expect((await terminal.runWith(bare(), 'diff')).exit).toBe(0);
  });

  test('a second time changes nothing', async () => {
    await init();
    const before = projectFiles().map((name) => readFileSync(join(terminal.dir, name), 'utf8'));
    expect((await init()).exit).toBe(0);
    expect(projectFiles().map((name) => readFileSync(join(terminal.dir, name), 'utf8'))).toEqual(before);
  });
});

describe('init on a terminal', () => {
  test('asks for address, key, mode, and whether to pull; Return accepts the default', async () => {
    const { io, asked } = person();
    const { exit, out } = await terminal.runWith(io, 'init');
    expect(exit).toBe(0);
    expect(asked).toEqual([
      expect.stringContaining(`[${terminal.sandbox.url}]`),
      expect.stringContaining('[HOLDFAST_KEY]'),
      expect.stringContaining('[apply]'),
      expect.stringContaining('[Y/n]'),
    ]);
    expect(out).toContain('a plan of these files is empty');
    expect(await terminal.read('holdfast.yaml')).toMatch(/adopted: true/);
    expect((await terminal.run('diff')).exit).toBe(0);
    expect(filesWith(KEY)).toEqual([]);
    expect(filesWith(SECRETS.UPSTREAM)).toEqual(['.env']);
    expect(modeOf('.env')).toBe(0o600);
  });

  test('asks again after an invalid answer, and never repeats it', async () => {
    const { io, asked } = person(
      'gateway',
      'http://127.0.0.1:1',
      'mgmt-typed-by-mistake',
      'SOME_KEY',
      'enforce',
    );
    const { exit, out, err } = await terminal.runWith(io, 'init');
    expect(exit).toBe(0);
    expect(asked).toHaveLength(5);
    expect(out + err).not.toContain('typed-by-mistake');
    expect(err).toContain('enter the key itself here');
    const settings = await terminal.read('holdfast.yaml');
    expect(settings).toContain('url: "http://127.0.0.1:1"');
    expect(settings).toContain('key: "${env:SOME_KEY}"');
    expect(settings).toContain('mode: enforce');
  });

  test('gives up after three, and has written nothing', async () => {
    const { io } = person('a', 'b', 'c');
    expect((await terminal.runWith(io, 'init')).exit).toBe(64);
    expect(projectFiles()).toEqual([]);
  });

  test("doesn't ask what a flag answers, and asks nothing with --yes", async () => {
    const { io, asked } = person('n');
    await terminal.runWith(
      io,
      'init',
      '--url',
      terminal.sandbox.url,
      '--key-from',
      'HOLDFAST_KEY',
      '--mode',
      'apply',
    );
    expect(asked).toHaveLength(1);
    expect(await terminal.read('desired-state/gateway.yaml')).toContain('request-retry: 3');
    const other = person();
    await terminal.runWith({ ...other.io, cwd: join(terminal.dir, 'gateway') }, 'init', '--yes');
    expect(other.asked).toEqual([]);
  });
});

describe('init that pulls', () => {
  test('keeps the key in .env where it is to be, and nowhere else', async () => {
    const { exit } = await init('--yes', '--pull', '--key-from', '.env');
    expect(exit).toBe(0);
    expect(filesWith(KEY)).toEqual(['.env']);
    expect(modeOf('.env')).toBe(0o600);
    expect((await terminal.runWith(bare(), 'diff')).exit).toBe(0);
  });

  test('takes the key from a file, and refers to it', async () => {
    await terminal.write('key', `${KEY}\n`);
    expect(
      (await terminal.runWith(bare(), 'init', '--pull', '--key-from', './key', '--url', terminal.sandbox.url))
        .exit,
    ).toBe(0);
    expect(await terminal.read('holdfast.yaml')).toContain('key: "${file:./key}"');
    expect((await terminal.runWith(bare(), 'diff')).exit).toBe(0);
  });

  test('writes no settings where the gateway cannot be reached', async () => {
    const { exit, err } = await init('--pull', '--url', 'http://127.0.0.1:1');
    expect(exit).toBe(5);
    expect(err).toContain('127.0.0.1:1');
    expect(isThere('holdfast.yaml')).toBe(false);
    expect(isThere('desired-state')).toBe(false);
    expect(isThere('.env')).toBe(false);
  });

  test('writes no secret into a file that git would track', async () => {
    execFileSync('git', ['init', '-q'], { cwd: terminal.dir });
    await terminal.write('.gitignore', '.env\n!.env\n');
    for (const words of [['--pull'], ['--key-from', '.env']]) {
      const { exit, err } = await init(...words);
      expect(exit).toBe(3);
      expect(err).toContain('HF2073');
      expect(isThere('.env')).toBe(false);
      expect(isThere('holdfast.yaml')).toBe(false);
    }
  });
});

describe('init reports errors', () => {
  test.each([
    [['--url', 'gateway'], "--url: the URL of the gateway isn't an http or https URL"],
    [['--key-from', 'mgmt-secret-1'], '--key-from: enter a variable name in capitals'],
    [['--key-from', 'missing/key'], '--key-from: enter a variable name in capitals'],
    [['--mode', 'force'], 'Use observe, apply or enforce'],
    [['--name', 'a b'], '--name: the name of a target consists of letters'],
    [['--pull', '--key-from', 'NOT_SET'], '--pull needs the management key now'],
    [['--settings', 'other.yaml'], 'init creates holdfast.yaml in the working directory'],
  ])('%j', async (words, said) => {
    const { exit, out, err } = await init(...words);
    expect(exit).toBe(64);
    expect((out + err).replaceAll(/\s+/g, ' ')).toContain(said);
    expect(projectFiles()).toEqual([]);
  });
});
