// What an adoption comes to, for people and for machines. Only YAML is shown; of files with secrets, how much changes.
import type { Adoption, FileEdit } from '../../compose/adoption.ts';
import type { Change } from '../../domain/plan/change.ts';
import type { Problem } from '../../domain/problem/problem.ts';
import { plural } from '../../lib/text.ts';
import { colouredDiff } from '../../report/text/diff.ts';
import { diffOf, linesOf, NOTHING_WRITTEN, pathsText } from '../edits/shown.ts';
import type { Style } from '../../report/text/style.ts';
import type { Committed } from '../edits/commit.ts';

export interface AdoptResult {
  readonly adoption: Adoption;
  readonly committed: Committed | undefined;
  readonly written: boolean;
  readonly pullRequest?: { readonly number: number; readonly link: string } | undefined;
  readonly problems: readonly Problem[];
}

export function adoptionContent({
  adoption,
  committed,
  written,
  pullRequest,
  problems,
}: AdoptResult): object {
  const { target, taken, paths, left, files, variables } = adoption;
  const brief = ({ path, kind }: Change): object => ({ path, kind });
  return {
    target,
    adopted: [...taken.map(brief), ...paths.slice(taken.length).map((path) => ({ path, kind: 'declare' }))],
    left: left.map(brief),
    diff: diffOf(files),
    files: files.map(({ shown, kind, ...texts }) => ({ path: shown, kind, ...linesOf({ ...texts }) })),
    variables: variables.map(({ name, usedAt }) => ({ name, usedAt })),
    written,
    ...(committed && { branch: committed.branch, commit: committed.sha }),
    ...(pullRequest && { pullRequest }),
    problems,
  };
}

export function adoptionText(result: AdoptResult, style: Style): string {
  const { adoption, committed, written } = result;
  const { files, variables, paths, target, left } = adoption;
  if (paths.length === 0) return nothingText(target, left, style);
  const others = files.filter(({ kind }) => kind !== 'yaml');
  return [
    colouredDiff(diffOf(files), style),
    ...others.map((file) =>
      style.dim(
        `${file.shown}: ${secretText(
          file,
          variables.map(({ name }) => name),
        )}`,
      ),
    ),
    ...(others.length > 0 ? [''] : []),
    `${style.good('✓')} ${plural(paths.length, 'change')} of ${target}: ${pathsText(paths)}`,
    `${style.good('✓')} verified: a plan of the edited files is empty for ${paths.length === 1 ? 'this path' : 'these paths'}`,
    ...(left.length > 0 ? [style.dim(`not adopted: ${pathsText(pathsOf(left))}`)] : []),
    endText(written, committed, style),
    ...(result.pullRequest
      ? [`${style.good('✓')} pull request ${result.pullRequest.number}: ${result.pullRequest.link}`]
      : []),
    '',
  ].join('\n');
}

function nothingText(target: string, left: readonly Change[], style: Style): string {
  if (left.length === 0) return `nothing to adopt: ${target} matches the files`;
  return `nothing was adopted from ${target}\n${style.dim(`still differs: ${pathsText(pathsOf(left))}`)}`;
}

const pathsOf = (changes: readonly Change[]): readonly string[] => changes.map(({ path }) => path);

function endText(written: boolean, committed: Committed | undefined, style: Style): string {
  if (committed) return `${style.good('✓')} committed to ${committed.branch}: ${committed.sha.slice(0, 12)}`;
  if (written) return `${style.good('✓')} written`;
  return style.dim(NOTHING_WRITTEN);
}

function secretText(file: FileEdit, names: readonly string[]): string {
  if (file.kind === 'variables' || file.kind === 'encrypted') return `adds ${names.join(', ')}`;
  if (file.kind === 'secret') return 'new';
  const { added, removed } = linesOf(file);
  return [
    `${plural(added, 'line')} added`,
    ...(removed > 0 ? [`${plural(removed, 'line')} removed`] : []),
  ].join(', ');
}
