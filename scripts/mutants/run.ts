// Runs the tests of one file, given by its path; the exit code tells whether all pass. Started by mutants.ts, with hooks.ts.
import { resolve } from 'node:path';
import { runFile } from './globals.ts';

const [file = ''] = process.argv.slice(2);
await import('../../test/support/seed.ts');
try {
  await runFile(resolve(file));
  process.exit(0);
} catch {
  process.exit(1);
}
