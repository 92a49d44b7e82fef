// Do the tests notice a wrong line? Changes one operator of one file at a time, in a copy of the checkout, and runs the
// tests that import the file. The same seed draws the same mutants. Usage: see CONTRIBUTING.md.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EQUIVALENT } from './mutants-equivalent.ts';

const ROOT = resolve(import.meta.dirname, '..');
const LONGEST_RUN = 300_000;

interface Mutant {
  readonly file: string;
  readonly at: number;
  readonly from: string;
  readonly to: string;
}

/** Comments, strings and regular expressions: an operator in one of these is text. */
const TEXT =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[(=,:|&!?]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\/[a-z]*/g;

const FLIPS: readonly (readonly [pattern: RegExp, from: string, to: string])[] = [
  [/===/g, '===', '!=='],
  [/!==/g, '!==', '==='],
  [/&&/g, '&&', '||'],
  [/\|\|/g, '||', '&&'],
  [/(?<=\.)some(?=\()/g, 'some', 'every'],
  [/(?<=\.)every(?=\()/g, 'every', 'some'],
  [/(?<=return )true(?=;)/g, 'true', 'false'],
  [/(?<=return )false(?=;)/g, 'false', 'true'],
  [/(?<=[\s(!])!(?=[\w(])/g, '!', ''],
];

function mutantsOf(copy: string, file: string): Mutant[] {
  const code = readFileSync(join(copy, file), 'utf8').replace(TEXT, (text) => text.replace(/[^\n]/g, ' '));
  return FLIPS.flatMap(([pattern, from, to]) =>
    [...code.matchAll(pattern)].map((found) => ({ file, at: found.index, from, to })),
  );
}

/** A seeded order (mulberry32): the first `count` of it are the sample. */
function shuffled<T>(all: readonly T[], seed: number): T[] {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return all
    .map((each) => [next(), each] as const)
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each);
}

const tracked = (...under: string[]): string[] =>
  execFileSync('git', ['ls-files', '-z', ...under], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);

/** A copy of the tracked files that shares `node_modules`, so that no mutant ever stands in the checkout. */
function copyOfCheckout(): string {
  const copy = mkdtempSync(join(tmpdir(), 'holdfast-mutants-'));
  for (const file of tracked()) cpSync(join(ROOT, file), join(copy, file));
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Whether the tests below `folder` that import `file` pass. A run without an end counts as a failure. */
function passes(copy: string, file: string, folder: string): boolean {
  const roots = ['src', folder, 'test/support'].map((root) => `<rootDir>/${root}`);
  const args = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--silent'];
  const options = ['--bail', '--maxWorkers=1', '--passWithNoTests', '--ci', '--roots', ...roots];
  const run = spawnSync(process.execPath, [...args, ...options, '--findRelatedTests', file], {
    cwd: copy,
    timeout: LONGEST_RUN,
    stdio: 'ignore',
  });
  return run.status === 0;
}

function survives(copy: string, { file, at, from, to }: Mutant, folders: readonly string[]): boolean {
  const original = readFileSync(join(copy, file), 'utf8');
  writeFileSync(join(copy, file), original.slice(0, at) + to + original.slice(at + from.length));
  try {
    return folders.every((folder) => passes(copy, file, folder));
  } finally {
    writeFileSync(join(copy, file), original);
  }
}

/** The line that a mutant changes, and how, as the list of equivalent mutants names it. */
function describeMutant(copy: string, { file, at, from, to }: Mutant): { where: string; change: string } {
  const text = readFileSync(join(copy, file), 'utf8');
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  const changed = text.slice(start, at) + `[${from} -> ${to}]` + text.slice(at + from.length, end);
  return { where: `${file}:${text.slice(0, at).split('\n').length}`, change: changed.trim() };
}

const { values } = parseArgs({
  options: {
    room: { type: 'string', default: 'plan' },
    count: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    and: { type: 'string', default: '' },
  },
});
const folders = [values.room, ...values.and.split(',').filter(Boolean)].map((room) => `test/${room}`);
const copy = copyOfCheckout();
const left: string[] = [];
try {
  const all = tracked(`src/${values.room}`)
    .filter((file) => /\.tsx?$/.test(file))
    .flatMap((file) => mutantsOf(copy, file));
  const sample = shuffled(all, Number(values.seed)).slice(0, Number(values.count));
  for (const mutant of sample) {
    const { where, change } = describeMutant(copy, mutant);
    const reason = EQUIVALENT[`${mutant.file}: ${change}`];
    const verdict = reason ? 'equivalent' : survives(copy, mutant, folders) ? 'SURVIVED' : 'noticed';
    if (verdict === 'SURVIVED') left.push(where);
    process.stdout.write(`${verdict.padEnd(10)} ${where}  ${change}${reason ? `  (${reason})` : ''}\n`);
  }
  process.stdout.write(`${sample.length} of ${all.length} mutants, ${left.length} survived\n`);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
process.exitCode = left.length > 0 ? 1 : 0;
