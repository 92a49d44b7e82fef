// Do the tests notice a wrong line? Changes one operator of one file at a time, in memory, and runs the tests that import
// the file until one fails. The same seed draws the same mutants. Usage: see CONTRIBUTING.md.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EQUIVALENT } from './mutants-equivalent.ts';
import { type Mutant, Tests } from './mutants/tests.ts';
import { seeded } from './random.ts';

const ROOT = resolve(import.meta.dirname, '..');

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

function mutantsOf(file: string): Mutant[] {
  const code = readFileSync(join(ROOT, file), 'utf8').replace(TEXT, (text) => text.replace(/[^\n]/g, ' '));
  return FLIPS.flatMap(([pattern, from, to]) =>
    [...code.matchAll(pattern)].map((found) => ({ file, at: found.index, from, to })),
  );
}

/** A seeded order: the first `count` of it are the sample. */
function shuffled<T>(all: readonly T[], seed: number): T[] {
  const next = seeded(seed);
  return all
    .map((each) => [next(), each] as const)
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each);
}

const tracked = (...under: string[]): string[] =>
  execFileSync('git', ['ls-files', '-z', ...under], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);

/** The line that a mutant changes, and how, as the list of equivalent mutants names it. */
function describeMutant({ file, at, from, to }: Mutant): { where: string; change: string } {
  const text = readFileSync(join(ROOT, file), 'utf8');
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
    mutant: { type: 'string' },
  },
});
const rooms = [values.room, ...values.and.split(',').filter(Boolean)];
const tests = new Tests(
  ROOT,
  rooms.map((room) => tracked(`test/${room}`)),
);
const all = tracked(`src/${values.room}`)
  .filter((file) => /\.tsx?$/.test(file))
  .flatMap(mutantsOf);
const sample =
  values.mutant === undefined
    ? shuffled(all, Number(values.seed)).slice(0, Number(values.count))
    : all.filter((mutant) => describeMutant(mutant).where === values.mutant);
let left = 0;
for (const mutant of sample) {
  const { where, change } = describeMutant(mutant);
  const reason = EQUIVALENT[`${mutant.file}: ${change}`];
  const noticed = reason === undefined ? tests.noticedBy(mutant) : undefined;
  const verdict = reason ? 'equivalent' : noticed === undefined ? 'SURVIVED' : 'noticed';
  if (verdict === 'SURVIVED') left += 1;
  const why = reason ?? noticed;
  process.stdout.write(`${verdict.padEnd(10)} ${where}  ${change}${why === undefined ? '' : `  (${why})`}\n`);
}
process.stdout.write(`${sample.length} of ${all.length} mutants, ${left} survived\n`);
process.exitCode = left > 0 || sample.length === 0 ? 1 : 0;
