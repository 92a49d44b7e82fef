// The agent skill: every command in it works on both generations of gateways, and its format is the open one.
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { COMMANDS } from '../../src/cli/commands.ts';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { endpointsV0Page, endpointsV8Page } from '../support/skill-pages.ts';
import { type Place, place } from './setup.ts';

const FOLDER = resolve(import.meta.dirname, '../../skills/cliproxyapi-manager');
const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');
const SKILL = read('SKILL.md');

/** `$ holdfast …` lines, in the order of the page. */
const COMMAND_LINES = [...SKILL.matchAll(/^ *\$ holdfast (.+)$/gm)].map(([, line = '']) => line);

const words = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

const V7 = `api-keys: [sk-test-0001, sk-test-0002]
routing: { strategy: round-robin }
openai-compatibility:
  - name: kimi
    base-url: https://kimi.example/v1
    api-key-entries: [{ api-key: sk-test-0003 }]
    models: [{ name: kimi-k2 }]
`;

const V8 = `config-version: 8
access: { api-keys: [sk-test-0001, sk-test-0002] }
routing: { strategy: round-robin }
api-keys:
  openai-compatibility:
    - name: kimi
      base-url: https://kimi.example/v1
      keys: [{ api-key: sk-test-0003 }]
      models: [{ name: kimi-k2 }]
`;

const PROVIDERS = [
  {
    name: 'kimi',
    'base-url': 'https://kimi.example/v2',
    'api-key-entries': [{ 'api-key': 'sk-test-0003' }],
    models: [{ name: 'kimi-k2' }],
  },
];

describe.each(['v7', 'v8'] as const)('on a sandbox of a %s gateway', (api) => {
  let work: Place;
  beforeAll(async () => {
    work = await place({
      gateway: api === 'v8' ? V8 : V7,
      files: {
        'rotate.json': JSON.stringify({ old: 'sk-test-0002', new: 'sk-test-0004' }),
        'providers.json': JSON.stringify(PROVIDERS),
      },
      env: {},
      managementKey: 'management-key-for-tests',
      api,
    });
  });
  afterAll(() => work.close());

  // In the order of the page, because later commands work on what earlier ones made.
  test('every command of the page succeeds, and none prints a key', async () => {
    expect(COMMAND_LINES.length).toBeGreaterThan(20);
    for (const line of COMMAND_LINES) {
      const { exit, out, err } = await work.holdfast(...words(line));
      const expected = line.endsWith('--dry-run') ? EXIT.differences : EXIT.ok;
      expect(exit === expected ? '' : `${line}\n${out}${err}`).toBe('');
      expect(`${out}${err}`).not.toMatch(/sk-test-\d|management-key/);
    }
    expect((await work.holdfast('history')).out).toMatch(/applied +1 change/);
    const stored = await readFile(join(work.dir, 'gateway/config.yaml'), 'utf8');
    for (const change of ['sk-test-0004', 'weighted-round-robin', 'https://kimi.example/v2'])
      expect(stored).toContain(change);
    expect(stored).not.toContain('sk-test-0002');
  });
});

describe('the format', () => {
  test('the front matter follows the limits of the open skill format', () => {
    const [, front = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(SKILL) ?? [];
    const { name, description, compatibility, ...others } = parse(front) as Record<string, string>;
    expect(name).toBe('cliproxyapi-manager');
    expect(description?.length).toBeLessThanOrEqual(1024);
    expect(compatibility?.length).toBeLessThanOrEqual(500);
    expect(Object.keys(others)).toEqual(['license']);
    expect(body.split('\n').length).toBeLessThan(500);
  });

  test('the references match the catalog', () => {
    expect(read('references/endpoints-v0.md')).toBe(endpointsV0Page());
    expect(read('references/endpoints-v8.md')).toBe(endpointsV8Page());
  });

  test('names commands and files that exist', () => {
    const known = new Set(COMMANDS.map(({ name }) => name));
    const named = [...SKILL.matchAll(/`holdfast ([a-z]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
    for (const [, file = ''] of SKILL.matchAll(/\]\((references\/[^)]+)\)/g)) expect(read(file)).not.toBe('');
  });

  test('the exit codes are the ones of the program', () => {
    const listed = [...SKILL.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(listed).toEqual(Object.values(EXIT).toSorted((a, b) => a - b));
  });
});

describe('skill install', () => {
  let work: Place;
  beforeAll(async () => {
    work = await place({ gateway: V7, files: {}, env: {}, managementKey: 'management-key-for-tests' });
  });
  afterAll(() => work.close());

  const installed = (folder: string): Promise<string> =>
    readFile(join(work.dir, folder, 'cliproxyapi-manager/SKILL.md'), 'utf8');

  test('copies the skill to the places that agents share', async () => {
    const { exit, out } = await work.holdfast('skill', 'install');
    expect(exit).toBe(EXIT.ok);
    expect(out.match(/^written /gm)).toHaveLength(6);
    expect(await installed('.agents/skills')).toBe(SKILL);
    expect(await installed('.claude/skills')).toBe(SKILL);
    expect((await work.holdfast('skill', 'install')).out.match(/^unchanged /gm)).toHaveLength(6);
  });

  test('does not replace a copy that was changed, unless forced', async () => {
    await work.holdfast('skill', 'install', '--dir', 'own');
    const file = join(work.dir, 'own/cliproxyapi-manager/SKILL.md');
    await writeFile(file, 'ours\n');
    const refused = await work.holdfast('skill', 'install', '--dir', 'own', 'new');
    expect(refused.exit).toBe(EXIT.invalid);
    expect(refused.err).toContain('own/cliproxyapi-manager/SKILL.md differs');
    await expect(installed('new')).rejects.toThrow('ENOENT');
    expect(await readFile(file, 'utf8')).toBe('ours\n');
    expect((await work.holdfast('skill', 'install', '--dir', 'own', '--force')).out).toContain('updated');
    expect(await readFile(file, 'utf8')).toBe(SKILL);
  });

  test('--user means the home directory, and contradicts --dir', async () => {
    const fixture = await place({
      gateway: V7,
      files: {},
      env: { HOME: join(work.dir, 'home') },
      managementKey: 'management-key-for-tests',
    });
    expect((await fixture.holdfast('skill', 'install', '--user')).exit).toBe(EXIT.ok);
    await fixture.close();
    expect(await installed('home/.agents/skills')).toBe(SKILL);
    expect((await work.holdfast('skill', 'install', '--user', '--dir', 'x')).err).toContain('HF1020');
  });
});
