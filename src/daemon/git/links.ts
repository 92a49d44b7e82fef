// Symbolic links of a checkout must not leave the repository. A link to `/` would make the daemon read and watch the
// whole machine as desired state.
import { readlink, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative } from 'node:path';
import { fail } from '../../domain/problem/problem.ts';
import { leadsUp } from '../../lib/paths.ts';

/**
 * `links` are relative to `dir`, which contains what is below `path` of the repository. Rejects with HF7020. A link
 * to a part of the repository that wasn't checked out leads nowhere; the reader of the files reports that.
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
