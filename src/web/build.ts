// Writes the dashboard into dist/web for the published package: part of `npm run build`.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { packageFile } from '../lib/package-files.ts';
import { bundle } from './bundle.ts';

const out = packageFile('dist/web');
for (const [name, bytes] of await bundle()) {
  await mkdir(dirname(join(out, name)), { recursive: true });
  await writeFile(join(out, name), bytes);
}
