// Symbolic links of a checkout: what follows them must not leave the repository. One that leads to `/` would have the
// whole machine read and watched as desired state.
import { readlink, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative } from 'node:path';
import { fail } from '../../domain/problem/problem.ts';

/**
 * `links` are relative to `dir`, which holds what is below `path` of the repository. Rejects with HF7020. A link to what
 * is elsewhere in the repository and was not written leads nowhere, which whoever reads it says.
 */
export async function checkLinks(dir: string, path: string, links: readonly string[]): Promise<void> {
  const root = await realpath(dir);
  for (const link of links) {
    const target = await readlink(join(dir, link));
    const written = join(path, dirname(link), target);
    const real = await realpath(join(dir, link)).catch(() => root);
    if (isAbsolute(target) || leadsUp(normalize(written)) || leadsUp(relative(root, real)))
      throw fail('HF7020', `the link ${join(path, link)} in the commit points outside the repository`);
  }
}

const leadsUp = (way: string): boolean => way === '..' || way.startsWith('../');
