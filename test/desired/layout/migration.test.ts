// `holdfast migrate` over the directories of a target: layers, verification, what is written and what is not.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { migrateAll, type Migration } from '../../../src/cli/commands/write/migration.ts';
import type { Io } from '../../../src/compose/io.ts';
import { ALL_LAYOUTS } from '../../../src/desired/layout/layout.ts';
import { EXIT } from '../../../src/domain/problem/exit.ts';
import { HoldfastError } from '../../../src/domain/problem/problem.ts';
import { directory, load, oneLine, treeOf } from '../setup.ts';

const never = (): never => {
  throw new Error('not asked for');
};

function ioIn(cwd: string): Io {
  return {
    out: never,
    err: never,
    env: {},
    cwd,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    stdinIsTerminal: false,
    stdin: never,
    ask: never,
    signal: new AbortController().signal,
    exit: EXIT.ok,
  };
}

const migrate = (dir: string, options: Partial<Parameters<typeof migrateAll>[0]> = {}): Promise<Migration> =>
  migrateAll({ desired: ['base', 'over'], to: 'v8', ...options }, ioIn(dir));

const BASE = `codex-api-key:
  - { api-key: "\${env:A}", base-url: https://c.example, prefix: p }
  - { api-key: "\${env:B}", base-url: https://c.example, prefix: p }
  - { api-key: "\${env:C}", base-url: https://d.example }
openai-compatibility:
  - { name: one, base-url: https://o.example, api-key-entries: [{ api-key: "\${env:D}" }] }
`;
const OVER = `codex-api-key:
  - { api-key: "\${env:B}", base-url: https://c.example, websockets: true }
  - { api-key: "\${env:C}", base-url: https://d.example, $remove: true }
openai-compatibility:
  - { name: one, priority: 3 }
request-retry: 3 # for everybody
`;
const ENV = { A: 'sk-test-0001', B: 'sk-test-0002', C: 'sk-test-0003', D: 'sk-test-0004' };
const LAYERS = { layers: ['base', 'over'], env: ENV, layouts: ALL_LAYOUTS };

describe('holdfast migrate', () => {
  test('shows what would change and writes nothing', async () => {
    const dir = directory({ 'base/a.yaml': BASE, 'over/b.yaml': OVER });
    const { files, written } = await migrate(dir);
    expect(files.map(({ shown }) => shown)).toEqual(['base/a.yaml', 'over/b.yaml']);
    expect(written).toEqual([]);
    expect(readFileSync(join(dir, 'base/a.yaml'), 'utf8')).toBe(BASE);
  });

  test('writes in place, layers keep their meaning, and a second run finds nothing to do', async () => {
    const dir = directory({ 'base/a.yaml': BASE, 'over/b.yaml': OVER });
    await migrate(dir, { write: true });
    const after = await load(dir, LAYERS);
    expect(after.problems.map(oneLine)).toEqual([]);
    expect(treeOf(after)).toEqual({
      routing: { retry: { 'request-retry': 3 } },
      'api-keys': {
        codex: [
          {
            'base-url': 'https://c.example',
            prefix: 'p',
            keys: [{ 'api-key': 'sk-test-0001' }, { 'api-key': 'sk-test-0002', websockets: true }],
          },
          { 'base-url': 'https://d.example', keys: [] },
        ],
        'openai-compatibility': [
          {
            name: 'one',
            'base-url': 'https://o.example',
            priority: 3,
            keys: [{ 'api-key': 'sk-test-0004' }],
          },
        ],
      },
    });
    expect(readFileSync(join(dir, 'over/b.yaml'), 'utf8')).toContain('# for everybody');
    expect((await migrate(dir)).files).toEqual([]);
  });

  test('writes elsewhere, and leaves the files alone', async () => {
    const dir = directory({ 'base/a.yaml': BASE, 'over/b.yaml': OVER });
    const { written } = await migrate(dir, { out: 'new' });
    expect(written).toEqual([join(dir, 'new/base/a.yaml'), join(dir, 'new/over/b.yaml')]);
    expect(readFileSync(join(dir, 'base/a.yaml'), 'utf8')).toBe(BASE);
  });

  test('refuses what would mean something else, and writes nothing', async () => {
    // The overlay's prefix is for one credential; on the group it would be for both.
    const over = 'codex-api-key:\n  - { api-key: "${env:B}", base-url: https://c.example, prefix: q }\n';
    const dir = directory({ 'base/a.yaml': BASE, 'over/b.yaml': over });
    const failed = await migrate(dir, { out: 'new' }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(HoldfastError);
    expect((failed as HoldfastError).problems.map(({ code }) => code)).toEqual(['HF2048']);
    expect(existsSync(join(dir, 'new'))).toBe(false);
  });

  test("refuses what the layout can't express, with its position", async () => {
    const dir = directory({ 'base/a.yaml': BASE, 'over/b.yaml': 'codex: { identity-confuse: true }\n' });
    await expect(migrate(dir, { write: true })).rejects.toThrow('HF2047: `codex.identity-confuse`');
    expect(readFileSync(join(dir, 'base/a.yaml'), 'utf8')).toBe(BASE);
  });
});
