// Edits of files by a daemon that follows a repository: commits on a branch of it, since its files are those of a commit.
import { join, relative, sep } from 'node:path';
import type { AdoptRequest, AdoptResult } from '../daemon/core/adopt-request.ts';
import type { GitSource } from '../daemon/git/source.ts';
import type { DesiredOptions } from '../desired/layers.ts';
import { fail } from '../domain/problem/problem.ts';
import type { Target } from '../domain/target.ts';
import { type Adoption, adoptionMessage, adoptionOf, type FileEdit } from './adoption.ts';
import { adoptionBranch, adoptionProposal } from '../report/adoption-proposal.ts';
import type { Session } from './session.ts';

export type FilesOfCommit = Required<Pick<DesiredOptions, 'settingsDir'>> & Pick<DesiredOptions, 'commit'>;

type Source = Pick<GitSource, 'publish' | 'settings'>;

/** The same session with its files where a commit is checked out. Values of new variables have no place there. */
export function inCheckout(session: Session, files: FilesOfCommit, source: Source): Session {
  const { variables: _, ...settings } = session.settings;
  const { settingsDir } = files;
  const loadDesired: Session['loadDesired'] = (target, from) =>
    session.loadDesired(target, { ...files, ...from });
  return {
    ...session,
    settings: { ...settings, dir: settingsDir },
    loadDesired,
    publish: (edits, commit) =>
      source.publish({ ...commit, replaces: false, files: inRepository(edits, settingsDir, source) }),
    contextOf: (target) => ({ ...session.contextOf(target), loadDesired: () => loadDesired(target, files) }),
  };
}

export async function adoptOnBranch(
  session: Session,
  target: Target,
  { paths, keep, branch }: AdoptRequest,
  source: Source & Pick<GitSource, 'propose'>,
): Promise<AdoptResult> {
  const adoption = await adoptionOf(session, target, { choice: { paths, keep } });
  const shown = {
    target: target.name,
    adopted: adoption.paths,
    left: adoption.left.map(({ path }) => path),
  };
  if (adoption.files.length === 0) return shown;
  refuseSecrets(adoption);
  const published = await source.publish({
    branch: branch ?? adoptionBranch(target.name),
    replaces: branch === undefined,
    message: adoptionMessage(adoption),
    files: inRepository(adoption.files, session.settings.dir, source),
  });
  const { pullRequest, problems } = await source.propose({
    branch: published.branch,
    ...adoptionProposal(adoption),
  });
  return {
    ...shown,
    branch: published.branch,
    commit: published.sha,
    ...(pullRequest && { pullRequest }),
    ...(problems.length > 0 && { problems }),
  };
}

/** Edits of files below `dir`, by their paths in the repository. */
function inRepository(
  edits: readonly FileEdit[],
  dir: string,
  source: Source,
): readonly { readonly path: string; readonly text: string }[] {
  const root = source.settings()?.path ?? '.';
  return edits.map(({ path, after }) => ({
    path: join(root, relative(dir, path)).split(sep).join('/'),
    text: after,
  }));
}

/** The daemon reads secrets; only a person writes them where they are kept. */
function refuseSecrets({ files, variables, target }: Adoption): void {
  const names = variables.map(({ name }) => name);
  const others = files.filter(({ kind }) => kind !== 'yaml').map(({ shown }) => shown);
  if (names.length + others.length === 0) return;
  const what = [...names, ...others].join(', ');
  throw fail('HF2096', `the daemon can't store the values that this adds to ${what}`, {
    target,
    remedy: 'Run `holdfast adopt` in a clone with the file of variables, or adopt the other paths.',
  });
}
