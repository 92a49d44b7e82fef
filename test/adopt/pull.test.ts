// `holdfast pull` as a person runs it, on the embedded gateway.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { main } from '../../src/cli/main.ts';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { type Playground, playground, SECRET } from '../sandbox/setup.ts';

const CONFIG = `host: 127.0.0.1
port: 8317
auth-dir: /nowhere/auths
# clients
api-keys:
  - sk-test-client-0001 # laptop
  - sk-test-client-0002
request-retry: 3
claude-api-key:
  - api-key: sk-test-claude-0001
    base-url: https://claude.example
    headers: { X-Title: mine }
`;
const SECRETS = ['sk-test-client-0001', 'sk-test-client-0002', 'sk-test-claude-0001', SECRET];

let gateway: Playground;
let dir: string;

beforeAll(async () => {
  gateway = await playground(CONFIG);
});
afterAll(async () => gateway.close());
afterEach(() => rm(dir, { recursive: true, force: true }));
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pull-'));
});

interface Said {
  readonly out: string;
  readonly err: string;
  readonly exit: number;
}

async function holdfast(...argv: string[]): Promise<Said> {
  let [out, err] = ['', ''];
  const io = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    env: { HOLDFAST_URL: gateway.sandbox.url, HOLDFAST_KEY: SECRET },
    cwd: dir,
    clock: gateway.clock,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    stdinIsTerminal: false,
    stdin: async () => '',
    ask: async () => '',
    signal: new AbortController().signal,
    exit: EXIT.ok as number as typeof EXIT.ok,
  };
  await main(argv, io);
  process.exitCode = 0;
  return { out, err, exit: io.exit };
}

const read = (name: string): Promise<string> => readFile(join(dir, name), 'utf8');

describe('pull', () => {
  test('writes files so that a diff is empty, also after a write by others', async () => {
    await writeFile(join(dir, '.gitignore'), '.env\n');
    const pulled = await holdfast('pull', '--write-env', '.env');
    expect([pulled.exit, pulled.err]).toEqual([EXIT.ok, '']);
    expect(pulled.out).toContain('holdfast diff --variables .env');
    expect(await read('desired-state/gateway.yaml')).toContain('- ${env:CLIENT_KEY_1} # laptop');
    expect((await holdfast('diff', '--variables', '.env')).exit).toBe(EXIT.ok);
    await gateway.ask('PUT', '/debug', '{"value":true}');
    await gateway.sandbox.settled();
    expect((await holdfast('diff', '--variables', '.env')).exit).toBe(EXIT.ok);
  });

  test('is remembered, so that the next change of the files is one of git and no takeover', async () => {
    const pulled = await holdfast('pull', '--write-env', '.env');
    expect(pulled.out).toContain('adopted: Holdfast remembers this state');
    const text = await read('desired-state/gateway.yaml');
    await writeFile(join(dir, 'desired-state/gateway.yaml'), text.replace(/.*CLIENT_KEY_2.*\n/, ''));
    const planned = await holdfast('plan', '--variables', '.env', '--output', 'json');
    expect([planned.exit, planned.out.includes('takeover')]).toEqual([EXIT.ok, false]);
  });

  test('has help behind the word help too, and explain takes one path', async () => {
    expect((await holdfast('help', 'diff')).out).toContain('4 if a guard would refuse the apply');
    const asked = await holdfast('explain', 'routing', 'strategy');
    expect([asked.exit, (asked.err + asked.out).includes('routing.strategy')]).toEqual([EXIT.usage, true]);
  });

  test("into another directory than the settings name isn't recorded", async () => {
    await writeFile(
      join(dir, 'holdfast.yaml'),
      `version: 1\ntargets:\n  - name: one\n    url: ${gateway.sandbox.url}\n    desired: [elsewhere]\n`,
    );
    const pulled = await holdfast('pull', '--output-dir', 'mine');
    expect([pulled.exit, pulled.out.includes('adopted')]).toEqual([EXIT.ok, false]);
  });

  test('forgotten variables are reported once, with the file that contains them', async () => {
    await holdfast('pull', '--write-env', '.env');
    const planned = await holdfast('plan');
    expect(planned.exit).toBe(EXIT.invalid);
    expect(planned.err + planned.out).toContain(
      '3 variables are not set: CLIENT_KEY_1, CLIENT_KEY_2, CLAUDE_API_KEY',
    );
    expect(planned.err + planned.out).toContain('add --variables .env');
    expect((await holdfast('status')).out).toContain('3 variables are not set');
  });

  test('shows no secret, and writes secrets only on request, readable only by the owner', async () => {
    const pulled = await holdfast('pull', '--output-dir', 'mine', '--write-env', 'mine/.env');
    const texts = [pulled.out, pulled.err, await read('mine/gateway.yaml'), await read('mine/.env.example')];
    for (const secret of SECRETS) expect(texts.join('\n')).not.toContain(secret);
    expect(await read('mine/.env')).toBe(
      'CLIENT_KEY_1=sk-test-client-0001\nCLIENT_KEY_2=sk-test-client-0002\nCLAUDE_API_KEY=sk-test-claude-0001\n',
    );
    expect((await stat(join(dir, 'mine/.env'))).mode & 0o777).toBe(0o600);
    expect(await read('mine/.env.example')).toContain('# claude-api-key[0].api-key\nCLAUDE_API_KEY=\n');
  });
});

describe('pull next to existing files', () => {
  test('replaces a file as a whole only if forced, and keeps a copy of it', async () => {
    await mkdir(join(dir, 'desired-state'));
    await writeFile(join(dir, 'desired-state/gateway.yaml'), 'debug: true\n');
    const pulled = await holdfast('pull', '--force', '--output', 'json');
    expect(pulled.exit).toBe(EXIT.ok);
    const { kept } = JSON.parse(pulled.out) as { kept: string };
    expect(kept).toMatch(/^\.holdfast\/replaced\/\d{8}T\d{6}Z-/);
    expect(await read(`${kept}/gateway.yaml`)).toBe('debug: true\n');
    expect((await stat(join(dir, kept, 'gateway.yaml'))).mode & 0o777).toBe(0o600);
    expect(JSON.parse((await holdfast('pull', '--force', '--output', 'json')).out)).not.toHaveProperty(
      'kept',
    );
  });

  test('adds the values to an existing file: nothing of it is lost, and its names are reused', async () => {
    const mine =
      "# mine\r\nHOLDFAST_KEY=mgmt-0001 # stays\r\n\r\nexport LAPTOP='sk-test-client-0001'\r\nCLIENT_KEY=other";
    await writeFile(join(dir, '.env'), mine);
    expect((await holdfast('pull', '--write-env', '.env')).exit).toBe(EXIT.ok);
    const added = `${mine}\r\nCLIENT_KEY_1=sk-test-client-0002\r\nCLAUDE_API_KEY=sk-test-claude-0001\r\n`;
    expect(await read('.env')).toBe(added);
    expect(await read('desired-state/gateway.yaml')).toContain('- ${env:LAPTOP} # laptop');
    expect((await holdfast('diff', '--variables', '.env')).exit).toBe(EXIT.ok);
    await holdfast('pull', '--write-env', '.env', '--force');
    expect(await read('.env')).toBe(added);
  });

  test('takes no name that the file gives another value, and no management key for a value', async () => {
    await writeFile(join(dir, '.env'), `CLAUDE_API_KEY=older-0001\nHOLDFAST_X=sk-test-client-0001\n`);
    await holdfast('pull', '--write-env', '.env');
    const text = await read('desired-state/gateway.yaml');
    expect(text).toContain('${env:CLAUDE_API_KEY_1}');
    expect(text).not.toContain('HOLDFAST_X');
  });

  test("doesn't touch a file of values that can't be read", async () => {
    await writeFile(join(dir, '.env'), 'A=1\nsk-test+0001\n');
    const refused = await holdfast('pull', '--write-env', '.env', '--force');
    expect([refused.exit, refused.err]).toEqual([EXIT.invalid, expect.stringContaining('.env:2:8')]);
    expect(await read('.env')).toBe('A=1\nsk-test+0001\n');
    expect(await readdir(dir)).toEqual(expect.not.arrayContaining(['desired-state']));
  });

  test("doesn't replace uncommitted edits, unless no commit has the file", async () => {
    const git = (...words: string[]) =>
      execFileSync('git', ['-C', dir, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words]);
    git('init', '-q');
    await mkdir(join(dir, 'desired-state'));
    await writeFile(join(dir, 'desired-state/gateway.yaml'), 'debug: true\n');
    expect((await holdfast('pull', '--force')).exit).toBe(EXIT.ok);
    git('add', 'desired-state');
    git('commit', '-qm', 'a');
    expect((await holdfast('pull', '--force')).exit).toBe(EXIT.ok);
    await writeFile(join(dir, 'desired-state/gateway.yaml'), 'debug: true # mine\n');
    const refused = await holdfast('pull', '--force');
    expect([refused.exit, refused.err]).toEqual([
      EXIT.invalid,
      expect.stringContaining('desired-state/gateway.yaml has uncommitted changes'),
    ]);
    expect(await read('desired-state/gateway.yaml')).toBe('debug: true # mine\n');
  });

  describe('in a project with settings', () => {
    beforeEach(async () => {
      await writeFile(
        join(dir, 'holdfast.yaml'),
        `version: 1\ntargets:\n  - { name: one, url: "${gateway.sandbox.url}", desired: [base, home] }\n`,
      );
      for (const layer of ['base', 'home']) await mkdir(join(dir, layer));
    });

    test('writes where the target reads', async () => {
      await writeFile(join(dir, 'base/a.yaml'), 'request-retry: 9\n');
      expect((await holdfast('pull', '--write-env', '.env')).exit).toBe(EXIT.ok);
      expect(await read('base/a.yaml')).toBe('request-retry: 3\n');
      expect(await read('home/gateway.yaml')).not.toContain('request-retry');
      expect((await holdfast('diff', '--variables', '.env')).exit).toBe(EXIT.ok);
    });

    test('refuses to replace a file where the others would say something else', async () => {
      await writeFile(join(dir, 'base/a.yaml'), 'commercial-mode: true\n');
      await writeFile(join(dir, 'home/b.yaml'), 'request-retry: 3\n');
      const refused = await holdfast('pull', '--force');
      expect(refused.exit).toBe(EXIT.invalid);
      expect(refused.err).toContain('HF2076 home/gateway.yaml conflicts with the other files of the target');
      expect(refused.err).toContain('home/b.yaml');
      expect(await readdir(join(dir, 'home'))).toEqual(['b.yaml']);
      await writeFile(join(dir, 'base/a.yaml'), 'request-log: false\n');
      expect((await holdfast('pull', '--force', '--exclude', 'request-retry')).exit).toBe(EXIT.ok);
    });
  });

  test('makes the file with the secrets private even where one was open to others', async () => {
    await writeFile(join(dir, '.env'), '');
    await chmod(join(dir, '.env'), 0o644);
    await holdfast('pull', '--write-env', '.env', '--force');
    expect((await stat(join(dir, '.env'))).mode & 0o777).toBe(0o600);
  });
});

describe('the output of pull', () => {
  describe('shows how the next command gets the values', () => {
    const next = (out: string): string[] => out.split('\n').filter((line) => line.startsWith('  $ '));

    test('a new file of variables where there is none', async () => {
      expect(next((await holdfast('pull')).out)).toEqual([
        '  $ cp desired-state/.env.example desired-state/.env    # then enter the values',
        '  $ holdfast diff --variables desired-state/.env',
      ]);
    });

    test('the variables that are missing in the one that is there', async () => {
      await mkdir(join(dir, 'desired-state'));
      await writeFile(join(dir, 'desired-state/.env'), 'MINE=1\n');
      expect(next((await holdfast('pull', '--force')).out)).toEqual([
        '  $ $EDITOR desired-state/.env    # set CLIENT_KEY_1, CLIENT_KEY_2, CLAUDE_API_KEY',
        '  $ holdfast diff --variables desired-state/.env',
      ]);
    });

    test('nothing where the settings name a file that has them', async () => {
      await writeFile(
        join(dir, 'holdfast.yaml'),
        'version: 1\nenv-file: .env\ntargets:\n  - {name: home, url: "${env:HOLDFAST_URL}", desired: desired-state, key: "${env:HOLDFAST_KEY}"}\n',
      );
      await writeFile(
        join(dir, '.env'),
        'A=sk-test-client-0001\nB=sk-test-client-0002\nC=sk-test-claude-0001\n',
      );
      expect(next((await holdfast('pull')).out)).toEqual(['  $ holdfast diff']);
      await writeFile(join(dir, '.env'), 'A=sk-test-client-0001\n');
      expect(next((await holdfast('pull', '--force')).out)).toEqual([
        '  $ $EDITOR .env    # set CLIENT_KEY_1, CLAUDE_API_KEY',
        '  $ holdfast diff',
      ]);
    });
  });

  test('prints the file and writes nothing', async () => {
    const printed = await holdfast('pull', '--print', '--exclude', 'claude-api-key');
    expect(printed.out).toContain('request-retry: 3\n');
    expect(printed.out).not.toContain('claude-api-key');
    expect(await readdir(dir)).toEqual(expect.not.arrayContaining(['desired-state']));
  });

  test('reports the same as JSON, without secrets', async () => {
    const { out } = await holdfast('pull', '--output', 'json');
    for (const secret of SECRETS) expect(out).not.toContain(secret);
    expect(JSON.parse(out)).toMatchObject({
      command: 'pull',
      exit: 0,
      files: ['desired-state/gateway.yaml', 'desired-state/.env.example'],
      declared: expect.arrayContaining(['api-keys', 'request-retry', 'claude-api-key']),
      variables: [
        { name: 'CLIENT_KEY_1', usedAt: ['api-keys[0]'] },
        { name: 'CLIENT_KEY_2', usedAt: ['api-keys[1]'] },
        { name: 'CLAUDE_API_KEY', usedAt: ['claude-api-key[0].api-key'] },
      ],
      proof: { changes: 0 },
    });
  });

  test('knows a .gitignore above the file before there is a repository', async () => {
    const pulled = async (ignored: string, to: string): Promise<string> => {
      await writeFile(join(dir, '.gitignore'), `${ignored}\n`);
      return (await holdfast('pull', '--output-dir', to, '--write-env', `${to}/.env`)).err;
    };
    expect(await pulled('.env', 'one')).not.toContain('HF2073');
    expect(await pulled('/two/.env', 'two')).not.toContain('HF2073');
    expect(await pulled('/.env', 'three')).toContain('git would track three/.env after `git init`');
  });

  test('writes the file of variables that the settings name, and that is not there yet', async () => {
    const settings = `version: 1\nenv-file: .env\ntargets: [{ name: home, url: "${gateway.sandbox.url}", key: "${SECRET}" }]\n`;
    await writeFile(join(dir, 'holdfast.yaml'), settings);
    expect((await holdfast('pull')).err).toContain('HF1010');
    expect((await holdfast('pull', '--write-env', 'other.env')).err).toContain('HF1010');
    const pulled = await holdfast('pull', '--write-env', '.env');
    expect([pulled.exit, pulled.err]).toEqual([EXIT.ok, expect.stringContaining('after `git init`')]);
    execFileSync('git', ['-C', dir, 'init', '--quiet']);
    expect((await holdfast('validate')).err).toContain('HF2073');
    await writeFile(join(dir, '.gitignore'), '.env\n');
    expect((await holdfast('validate')).err).not.toContain('HF2073');
  });

  test('warns when git would track the secrets', async () => {
    execFileSync('git', ['init', '-q', dir]);
    expect((await holdfast('pull', '--write-env', '.env')).err).toContain('git would track .env');
    await writeFile(join(dir, '.gitignore'), '.env\n');
    expect((await holdfast('pull', '--write-env', '.env', '--force')).err).not.toContain('git would track');
  });

  test("refuses what it can't exclude or include", async () => {
    const inside = await holdfast('pull', '--exclude', 'claude-api-key[x].headers');
    expect([inside.exit, inside.err]).toEqual([EXIT.usage, expect.stringContaining('is inside a list')]);
    const unknown = await holdfast('pull', '--include', 'nope');
    expect([unknown.exit, unknown.err]).toEqual([
      EXIT.usage,
      expect.stringContaining('the gateway has no key `nope`'),
    ]);
    expect((await holdfast('pull', '--file', '../x.yaml')).exit).toBe(EXIT.usage);
  });
});

describe('pull with many keys', () => {
  const KEYS = 'desired-state/secrets/client-keys';

  test('writes a file of lines that only the owner can read and git ignores', async () => {
    execFileSync('git', ['init', '-q', dir]);
    const pulled = await holdfast('pull', '--lines-from', '2', '--output', 'json');
    for (const secret of SECRETS) expect(pulled.out + pulled.err).not.toContain(secret);
    expect(JSON.parse(pulled.out)).toMatchObject({
      files: expect.arrayContaining([KEYS]),
      lines: [{ file: KEYS, keys: 2, usedAt: 'api-keys' }],
      variables: [{ name: 'CLAUDE_API_KEY' }],
      problems: [],
    });
    const text = await read('desired-state/gateway.yaml');
    expect(text).toContain(`api-keys:\n  - \${lines:${KEYS}}\n`);
    expect(text).toContain('The variables and files in .env.example replace the secrets.');
    expect(await read(KEYS)).toMatch(/\n\n# laptop\nsk-test-client-0001\nsk-test-client-0002\n$/);
    expect((await stat(join(dir, KEYS))).mode & 0o777).toBe(0o600);
    expect(execFileSync('git', ['-C', dir, 'check-ignore', KEYS], { encoding: 'utf8' })).toBe(`${KEYS}\n`);
    expect(await read('desired-state/.env.example')).toContain(
      '# api-keys: 2 keys in the file secrets/client-keys, one on each line\n',
    );
    await writeFile(join(dir, '.env'), 'CLAUDE_API_KEY=sk-test-claude-0001\n');
    expect((await holdfast('diff', '--variables', '.env')).exit).toBe(EXIT.ok);
  });

  test('replaces such a file only if forced, and keeps a copy; a .gitignore stays', async () => {
    await mkdir(join(dir, 'desired-state/secrets'), { recursive: true });
    await writeFile(join(dir, KEYS), 'sk-test-mine-0001\n');
    await writeFile(join(dir, 'desired-state/secrets/.gitignore'), 'other\n');
    const refused = await holdfast('pull', '--lines-from', '2');
    expect([refused.exit, refused.err]).toEqual([
      EXIT.invalid,
      expect.stringContaining(`${KEYS} already exists`),
    ]);
    expect(await readdir(join(dir, 'desired-state'))).toEqual(['secrets']);
    execFileSync('git', ['init', '-q', dir]);
    const forced = await holdfast('pull', '--lines-from', '2', '--force', '--output', 'json');
    const { kept, problems } = JSON.parse(forced.out) as { kept: string; problems: { code: string }[] };
    expect(await read(`${kept}/client-keys`)).toBe('sk-test-mine-0001\n');
    expect(problems.map(({ code }) => code)).toEqual(['HF2073']);
    expect(await read('desired-state/secrets/.gitignore')).toBe('other\n');
  });

  test('writes none when it prints, when it is told not to, and where references could not read it', async () => {
    const printed = await holdfast('pull', '--lines-from', '2', '--print');
    expect(printed.out).toContain(`- \${lines:${KEYS}}`);
    expect(await readdir(dir)).toEqual(expect.not.arrayContaining(['desired-state']));
    expect((await holdfast('pull', '--lines-from', '0', '--print')).out).toContain('- ${env:CLIENT_KEY_1}');
    const elsewhere = await mkdtemp(join(tmpdir(), 'elsewhere-'));
    try {
      const pulled = await holdfast('pull', '--lines-from', '2', '--output-dir', elsewhere);
      expect([pulled.exit, pulled.err]).toEqual([
        EXIT.ok,
        expect.stringContaining("references can't read files in"),
      ]);
      expect(await readFile(join(elsewhere, 'gateway.yaml'), 'utf8')).toContain('${env:CLIENT_KEY_1}');
      expect((await holdfast('pull', '--lines-from', '1')).exit).toBe(EXIT.usage);
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  });
});
