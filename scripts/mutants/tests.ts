// Which tests can notice a change of a file, the likeliest first, and whether they do.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** One place of one file, and what stands there instead. */
export interface Mutant {
  readonly file: string;
  readonly at: number;
  readonly from: string;
  readonly to: string;
}

/** A file of tests that takes longer never ends. */
const LONGEST_RUN = 600_000;

export class Tests {
  readonly #root: string;
  /** Files of tests, by folder. */
  readonly #folders: readonly (readonly string[])[];
  readonly #imports = new Map<string, readonly string[]>();
  readonly #reached = new Map<string, ReadonlyMap<string, number>>();
  readonly #passUnchanged = new Map<string, boolean>();
  readonly #seconds = new Map<string, number>();

  constructor(root: string, folders: readonly (readonly string[])[]) {
    this.#root = root;
    this.#folders = folders.map((files) => files.filter((file) => file.endsWith('.test.ts')));
  }

  /** The file of tests that fails on the mutant and passes without it; undefined: the mutant survives. */
  noticedBy(mutant: Mutant): string | undefined {
    return this.#folders
      .flatMap((files) => this.#likeliestFirst(files, mutant.file))
      .find((test) => !this.#passes(test, mutant) && this.#passesUnchanged(test));
  }

  #likeliestFirst(tests: readonly string[], file: string): readonly string[] {
    const own = `${basename(file, '.ts')}.test.ts`;
    const rank = (test: string): number => {
      const far = this.#reach(test).get(file) ?? 0;
      return basename(test) === own ? 0 : far + (this.#seconds.get(test) ?? 1);
    };
    return tests.filter((test) => this.#reach(test).has(file)).toSorted((a, b) => rank(a) - rank(b));
  }

  /** All files that one imports, by the number of steps. */
  #reach(from: string): ReadonlyMap<string, number> {
    const known = this.#reached.get(from);
    if (known) return known;
    const steps = new Map([[from, 0]]);
    for (const [file, step] of steps)
      for (const next of this.#importsOf(file)) if (!steps.has(next)) steps.set(next, step + 1);
    this.#reached.set(from, steps);
    return steps;
  }

  #importsOf(file: string): readonly string[] {
    const known = this.#imports.get(file);
    if (known) return known;
    const path = join(this.#root, file);
    const code = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const names = [...code.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)].map(([, name = '']) => name);
    const made = names.map((name) => join(dirname(file), name));
    this.#imports.set(file, made);
    return made;
  }

  #passesUnchanged(test: string): boolean {
    const passes = this.#passUnchanged.get(test) ?? this.#passes(test);
    if (!passes && !this.#passUnchanged.has(test))
      process.stderr.write(`left out, because it fails without a change: ${test}\n`);
    this.#passUnchanged.set(test, passes);
    return passes;
  }

  #passes(test: string, mutant?: Mutant): boolean {
    if (this.#passUnchanged.get(test) === false) return true;
    const started = Date.now();
    const change = mutant && JSON.stringify({ ...mutant, path: join(this.#root, mutant.file) });
    const hooks = new URL('hooks.ts', import.meta.url).href;
    const options = ['--experimental-vm-modules', '--no-warnings', '--import', hooks];
    const run = spawnSync(process.execPath, [...options, join(import.meta.dirname, 'run.ts'), test], {
      cwd: this.#root,
      env: { ...process.env, ...(change && { MUTANT: change }) },
      timeout: LONGEST_RUN,
      killSignal: 'SIGKILL',
      stdio: 'ignore',
    });
    if (run.status === 0) this.#seconds.set(test, (Date.now() - started) / 1000);
    return run.status === 0;
  }
}
