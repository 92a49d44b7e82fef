// Puts the program with its dependencies into a directory that needs nothing but Node.js: what the image contains.
// `npm run assemble -- DIR`
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { assemble, pack } from './package/pack.ts';

const [dir, ...more] = process.argv.slice(2);
if (dir === undefined || more.length > 0) throw new Error('Name one directory for the program.');
const work = await mkdtemp(join(tmpdir(), 'holdfast-assemble-'));
try {
  await assemble(resolve(dir), await pack(work));
} finally {
  await rm(work, { recursive: true });
}
