// Makes the files of a release. `npm run release -- DIR [--tag v0.2.0] [--repository https://github.com/OWNER/holdfast]`
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isFree, makeRelease } from './package/release.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tag: { type: 'string' }, repository: { type: 'string' } },
});
const [dir] = positionals;
if (dir === undefined || positionals.length > 1) throw new Error('Name one directory for the files.');
if (!(await isFree(dir))) throw new Error(`${dir} has files in it. Name a new directory.`);
for (const file of await makeRelease(resolve(dir), values)) process.stdout.write(`${file}\n`);
