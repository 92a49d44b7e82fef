import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LocatedMap } from '../../src/yaml/located.ts';
import { valueOf } from '../../src/yaml/located.ts';
import { readYaml } from '../../src/yaml/strict.ts';
import { type AllowedCommand, type Commands, openCommands } from '../../src/input/commands.ts';
import { DEFAULT_RULES } from '../../src/input/reference-rules.ts';
import { type ReferenceOptions, resolveReferences } from '../../src/input/references.ts';

const ENV = { PATH: process.env['PATH'] ?? '', SESSION: 'sk-test-session', OTHER: 'sk-test-other' };

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'holdfast-commands-'));
  await writeFile(join(dir, 'tool'), '#!/bin/sh\necho "$@" >> calls\necho "sk-test-$*"\necho second\n');
  await chmod(join(dir, 'tool'), 0o755);
  await writeFile(join(dir, 'not-executable'), 'text');
});

afterAll(() => rm(dir, { recursive: true, force: true }));

const rule = (command: readonly string[], more: Partial<AllowedCommand> = {}): AllowedCommand => ({
  command,
  timeoutMs: 20_000,
  env: [],
  isFirstLine: false,
  ...more,
});

const sh = (script: string, more: Partial<AllowedCommand> = {}): AllowedCommand =>
  rule(['sh', '-c', script], more);

const opened = (allowed: Record<string, AllowedCommand>, now?: () => number): Commands =>
  openCommands({ allowed: new Map(Object.entries(allowed)), env: ENV, dir, ...(now && { now }) });

async function valueFrom(command: AllowedCommand, argument = 'it'): Promise<unknown> {
  return (await opened({ it: command }).run([argument])).get(argument);
}

describe('a command', () => {
  test('gets the arguments of the reference after its own, without a shell', async () => {
    expect(await valueFrom(rule(['printf', '%s|%s|%s', 'own']), `it 'a b;$(id)' "c'd"`)).toEqual({
      value: "own|a b;$(id)|c'd",
    });
  });

  test('gets them where its places are', async () => {
    const placed = rule(['printf', '%s/%s', 'field={2}', 'secret/{1}/x']);
    expect(await valueFrom(placed, 'it team key')).toEqual({ value: 'field=key/secret/team/x' });
    expect(await valueFrom(placed, 'it team')).toMatchObject({ code: 'HF2021' });
  });

  test('gets the variables that are listed, and no others', async () => {
    const value = await valueFrom(sh('echo "$SESSION,$OTHER"', { env: ['SESSION'] }));
    expect(value).toEqual({ value: 'sk-test-session,' });
  });

  test.each([
    ['loses one newline at its end', 'printf "a\\n\\n"', false, 'a\n'],
    ['is the first line if the settings say so', 'printf "first\\r\\nuser: me\\n"', true, 'first'],
  ])('whose output %s', async (_, script, isFirstLine, value) => {
    expect(await valueFrom(sh(script, { isFirstLine }))).toEqual({ value });
  });

  test.each<[string, AllowedCommand, string]>([
    ['fails', sh('echo sk-test-0001; echo sk-test-0002 >&2; exit 3'), 'failed with exit code 3'],
    ['is killed', sh('kill -9 $$'), 'was ended by SIGKILL'],
    ['prints nothing', sh('true'), 'printed nothing'],
    ['prints blanks', sh('echo " "'), 'printed nothing'],
    ['prints no end of text', rule(['yes']), 'printed more than 64 KiB'],
    ['prints bytes', sh(`printf '\\377'`), "printed something that isn't UTF-8 text"],
    ["isn't there", rule(['no-such-program']), "can't run: the program no-such-program isn't installed"],
    ["isn't executable", rule(['./not-executable']), "can't run: ./not-executable isn't executable"],
  ])('that %s is an error without its output', async (_, command, message) => {
    expect(await valueFrom(command)).toEqual({ code: 'HF2029', message });
  });

  test('that takes too long is ended, and the others of its name are not started', async () => {
    const slow = rule(['sh', '-c', 'echo > "started-$0"; exec sleep 100'], { timeoutMs: 1000 });
    const commands = opened({ slow });
    const late = { code: 'HF2029', message: "didn't end within 1 s", isTimeout: true };
    expect([...(await commands.run(['slow a', 'slow b']))]).toEqual([
      ['slow a', late],
      ['slow b', late],
    ]);
    expect(await readdir(dir)).not.toContain('started-b');
  });

  test('runs once until its output is five minutes old', async () => {
    let now = 0;
    await rm(join(dir, 'calls'), { force: true });
    const commands = opened({ tool: rule(['./tool', 'read']) }, () => now);
    for (const at of [0, 299_999, 300_000]) {
      now = at;
      expect([...(await commands.run(['tool x'])).values()]).toEqual([{ value: 'sk-test-read x\nsecond' }]);
    }
    expect(await readFile(join(dir, 'calls'), 'utf8')).toBe('read x\nread x\n');
  });

  test('with and without arguments are two', async () => {
    const commands = opened({ it: rule(['echo', 'sk-test']) });
    expect([...(await commands.run(['it', 'it x'])).values()]).toEqual([
      { value: 'sk-test' },
      { value: 'sk-test x' },
    ]);
  });

  test('is refused if the settings have none of its name, and with options', () => {
    const commands = opened({ it: rule(['true']) });
    expect(commands.refusal('other x')).toMatchObject({
      code: 'HF2028',
      message: expect.stringContaining('other'),
    });
    expect(commands.refusal('it -x')).toMatchObject({ code: 'HF2028' });
    expect(commands.refusal(`it "--x"`)).toMatchObject({ code: 'HF2028' });
    expect(commands.refusal(`it 'x`)).toMatchObject({ code: 'HF2021' });
    expect(commands.refusal('it a/../b')).toMatchObject({ code: 'HF2028' });
    expect(commands.refusal('it \0')).toMatchObject({ code: 'HF2021' });
    expect(commands.refusal('it x')).toBeUndefined();
  });

  test('gets any words that are quoted as they are (law)', async () => {
    const words = fc.array(
      fc.string({ minLength: 1 }).filter((word) => !/['\0]|^-|\.\./.test(word)),
      { minLength: 1, maxLength: 4 },
    );
    const commands = opened({ it: rule(['printf', '%s\\n']) });
    await fc.assert(
      fc.asyncProperty(words, async (given) => {
        const argument = `it ${given.map((word) => `'${word}'`).join(' ')}`;
        const value = given.join('\n');
        const expected = value.trim() === '' ? { code: 'HF2029' } : { value };
        expect((await commands.run([argument])).get(argument)).toMatchObject(expected);
      }),
      { numRuns: 25 },
    );
  });
});

describe('${exec:…}', () => {
  const YAML = `a: \${exec:tool one}\nb: "x-\${exec:tool one}-\${exec:tool two}"\nc: $\${exec:tool three}\n`;

  async function resolved(
    text: string,
    options: Partial<ReferenceOptions>,
  ): Promise<{ value: unknown; problems: unknown; root: LocatedMap }> {
    const { root } = readYaml(text, 'a.yaml');
    if (!root) throw new Error('the YAML of the test is wrong');
    const found = await resolveReferences(root, { env: {}, dir, allowUnresolved: false, ...options });
    return { value: valueOf(found.root), problems: found.problems, root: found.root };
  }

  const rules = (commands: Commands): ReferenceOptions['rules'] => ({
    ...DEFAULT_RULES,
    public: ['*'],
    commands,
  });
  const tool = (): Commands => opened({ tool: rule(['printf', 'sk-test-%s']) });

  test('is the value, and hidden even where everything may be shown', async () => {
    const { value, problems, root } = await resolved(YAML, { rules: rules(tool()) });
    expect(problems).toEqual([]);
    expect(value).toEqual({
      a: 'sk-test-one',
      b: 'x-sk-test-one-sk-test-two',
      c: '${exec:tool three}',
    });
    expect(root.members.get('a')?.node).not.toHaveProperty('public');
    expect(root.members.get('b')?.node).toMatchObject({ brought: ['sk-test-one', 'sk-test-two'] });
  });

  test.each<[ReferenceOptions['allowUnresolved']]>([[true], ['all']])(
    'runs nothing where unresolved references are allowed (%s)',
    async (allowUnresolved) => {
      const never: Commands = {
        refusal: () => undefined,
        run: async (args) => {
          expect(args).toEqual([]);
          return new Map();
        },
      };
      const { value, problems } = await resolved('a: ${exec:tool one}\n', {
        rules: rules(never),
        allowUnresolved,
      });
      expect(value).toEqual({ a: '${exec:tool one}' });
      expect(problems).toEqual([]);
    },
  );

  test('is an error where the settings allow none, also where unresolved references are allowed', async () => {
    for (const allowUnresolved of [false, true, 'all'] as const) {
      const { problems } = await resolved('a: 1\nb: ${exec:tool one}\n', {
        rules: DEFAULT_RULES,
        allowUnresolved,
      });
      expect(problems).toMatchObject([
        { code: 'HF2028', position: { file: 'a.yaml', line: 2, column: 4 }, severity: 'error' },
      ]);
    }
  });

  test('that fails is an error at its line', async () => {
    const commands = opened({ tool: sh('exit 4') });
    const { problems } = await resolved('a: ${exec:tool}\n', { rules: rules(commands) });
    expect(problems).toMatchObject([
      { code: 'HF2029', message: '${exec:tool} failed with exit code 4', position: { line: 1 } },
    ]);
  });
});
