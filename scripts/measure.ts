// `npm run measure`: figures that show whether the code stays easy to find one's way in. Prints a table; CONTRIBUTING.md
// says what each figure should be.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { lostCitations } from '../test/support/citations.ts';

const ROOT = resolve(import.meta.dirname, '..');
const LONGEST_FUNCTION = 60;
const LONGEST_DESCRIBE = 150;

interface Source {
  readonly file: string;
  readonly lines: readonly string[];
}

function sourcesIn(dir: string): Source[] {
  return readdirSync(join(ROOT, dir), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(dir, name))
    .toSorted()
    .map((file) => ({ file, lines: readFileSync(join(ROOT, file), 'utf8').trimEnd().split('\n') }));
}

/** Blocks that begin at a line that matches, by the indentation that Prettier gives them. */
function blocksOver(most: number, { file, lines }: Source, begins: RegExp): string[] {
  return lines.flatMap((line, start) => {
    if (!begins.test(line)) return [];
    const indent = /^\s*/.exec(line)?.[0] ?? '';
    const end = lines.findIndex((other, at) => at > start && other.startsWith(`${indent}}`));
    const length = end - start + 1;
    return length > most ? [`${file}:${start + 1} ${length} lines`] : [];
  });
}

const FUNCTION =
  /^\s*(?:export )?(?:async )?function\b|=> \{$|^\s+(?:static |async |\*|get |set )*#?\w+\([^;]*\{$|^\s+#\w+\($/;
const CONTROL = /^\s*(?:if|for|while|switch|catch|else|return|throw)\b|^\s*\}/;

function longFunctions(source: Source): string[] {
  const begins = { test: (line: string) => FUNCTION.test(line) && !CONTROL.test(line) } as RegExp; // only `test` is used
  return blocksOver(LONGEST_FUNCTION, source, begins);
}

/**
 * Who may compare a generation, a layout or an API: what knows their differences, translates between layouts, or finds
 * out what a gateway is. test/structure.test.ts counts how often the last two do.
 */
const SEAM = /^src\/(?:gateway\/(?:v7|v8|dialect|layout|observe)|settings|sandbox)\b/;
const COMPARED = /\b(?:layout|generation|api)\b\)? ?(?:===|!==) ?'(?:legacy|v0|v7|v8)'/;

function comparisons({ file, lines }: Source): string[] {
  if (SEAM.test(file)) return [];
  return lines.flatMap((line, i) => (COMPARED.test(line) ? [`${file}:${i + 1}`] : []));
}

/** Helpers that were written more than once, by the names they had. */
const HELPERS: Readonly<Record<string, RegExp>> = {
  'stable JSON': /\b(?:function|const) (?:canonicalJson|stableJson)\b/,
  'Go duration': /\b(?:function|const) (?:goDuration\w*|nanoseconds|parseGoDuration)\b/,
  'longest increasing run': /\b(?:function|const) (?:longest\w*Run|longestIncreasing\w*|lis)\b/i,
  versions: /\b(?:function|const) (?:isBefore|parseVersion)\b/,
  valueAt: /\b(?:function|const) valueAt\b/,
  treeOf: /\b(?:function|const) treeOf\b/,
  listOf: /\b(?:function|const) listOf\b/,
  withValue: /\b(?:function|const) withValue\b/,
};

function repeatedHelpers(sources: readonly Source[]): string[] {
  return Object.entries(HELPERS).flatMap(([name, pattern]) => {
    const homes = sources.filter(({ lines }) => lines.some((line) => pattern.test(line)));
    return homes.length > 1 ? [`${name}: ${homes.map(({ file }) => file).join(', ')}`] : [];
  });
}

function largestFolder(sources: readonly Source[]): [number, string] {
  const counts = new Map<string, number>();
  for (const { file } of sources) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  const [folder, count] = [...counts].toSorted(([, a], [, b]) => b - a)[0] ?? ['', 0];
  return [count, folder];
}

const src = sourcesIn('src');
const tests = sourcesIn('test');
const linesOf = (sources: readonly Source[]): number =>
  sources.reduce((sum, { lines }) => sum + lines.length, 0);
const [most, folder] = largestFolder(src);
const described = tests.flatMap((source) =>
  blocksOver(LONGEST_DESCRIBE, source, /^\s*describe(?:\.each)?\b/),
);

const FIGURES: readonly (readonly [name: string, value: number, where: readonly string[]])[] = [
  ['citations without a heading', ...counted(lostCitations())],
  ['comparisons of generation outside the seam', ...counted(src.flatMap(comparisons))],
  ['files in the largest folder', most, [folder]],
  [`functions over ${LONGEST_FUNCTION} lines`, ...counted(src.flatMap(longFunctions))],
  ['helpers with more than one home', ...counted(repeatedHelpers(src))],
  [`describes over ${LONGEST_DESCRIBE} lines`, ...counted(described)],
  ['lines of src', linesOf(src), []],
  ['lines of test', linesOf(tests), []],
];

function counted(found: readonly string[]): [number, readonly string[]] {
  return [found.length, found];
}

const isVerbose = process.argv.includes('--where');
for (const [name, value, where] of FIGURES) {
  process.stdout.write(`${name.padEnd(46)}${String(value).padStart(7)}\n`);
  if (isVerbose) for (const each of where) process.stdout.write(`    ${each}\n`);
}
