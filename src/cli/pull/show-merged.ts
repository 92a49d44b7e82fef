// What a pull into files that are there says: the edits of each file, and what it left as it is.
import type { Adoption, FileEdit } from '../../compose/adoption.ts';
import type { Change } from '../../domain/plan/change.ts';
import type { Problem } from '../../domain/problem/problem.ts';
import { plural } from '../../lib/text.ts';
import { colouredDiff } from '../../report/text/diff.ts';
import type { Style } from '../../report/text/style.ts';
import { diffOf, linesOf, pathsText } from '../edits/shown.ts';
import { show, showWarnings } from '../io/show.ts';
import { shownIn } from '../io/shown-in.ts';
import type { Pulling } from './pulling.ts';

export interface Merged {
  readonly pulling: Pulling;
  readonly adoption: Adoption;
  readonly files: readonly FileEdit[];
  /** Where the copies of edited files are, absolute. */
  readonly kept: string | undefined;
  /** Recorded as in effect. */
  readonly adopted: boolean;
  readonly problems: readonly Problem[];
}

export function showMerged(merged: Merged): void {
  const { flags, io } = merged.pulling;
  show(io, flags, 'pull', contentOf(merged), (style) => textOf(merged, style), { asIs: true });
  if (flags.output === 'text') showWarnings(io, flags, merged.problems);
}

function contentOf({ pulling, adoption, files, kept, adopted, problems }: Merged): object {
  const { flags, io, target } = pulling;
  const brief = ({ path, kind }: Change): object => ({ path, kind });
  const { taken, paths, gone, proof, variables } = adoption;
  return {
    target: target.name,
    files: files.map(({ path }) => shownIn(io.cwd, path)),
    edits: files.map((file) => ({ file: shownIn(io.cwd, file.path), kind: file.kind, ...linesOf(file) })),
    diff: diffOf(files),
    changes: [...taken.map(brief), ...paths.slice(taken.length).map((path) => ({ path, kind: 'declare' }))],
    gone: gone.map(brief),
    onlyInFiles: onlyInFiles(adoption).map(brief),
    variables: variables.map(({ name, usedAt }) => ({ name, usedAt })),
    proof: { changes: proof.prepared.plan.changes.length },
    written: !flags.diff,
    adopted,
    ...(kept !== undefined && { kept: shownIn(io.cwd, kept) }),
    problems,
  };
}

const onlyInFiles = ({ left, gone }: Adoption): readonly Change[] => {
  const known = new Set(gone.map(({ id }) => id));
  return left.filter(({ id }) => !known.has(id));
};

function textOf(merged: Merged, style: Style): string {
  const { pulling, adoption, files, kept, adopted } = merged;
  const { flags, io, target } = pulling;
  const { paths, proof } = adoption;
  const good = (line: string): string => `${style.good('✓')} ${line}`;
  const rows = files.map((file) =>
    good(`${style.bold(shownIn(io.cwd, file.path))}  ${rowOf(file, adoption)}`),
  );
  const isEmpty = proof.prepared.plan.changes.length === 0;
  return [
    ...(flags.diff && files.length > 0 ? [colouredDiff(diffOf(files), style)] : []),
    ...rows,
    paths.length === 0
      ? good(`nothing to pull: the files already have everything that ${target.name} has`)
      : good(`${plural(paths.length, 'change')} of ${target.name}: ${pathsText(paths)}`),
    good(`verified: a plan of these files ${isEmpty ? 'is empty' : 'changes only what is listed below'}`),
    ...(adopted
      ? [good('adopted: Holdfast remembers this state, and plans your later changes from it')]
      : []),
    ...(kept === undefined ? [] : [style.dim(`copies of the edited files: ${shownIn(io.cwd, kept)}`)]),
    ...leftText(adoption),
    ...(flags.diff && files.length > 0 ? [style.dim('nothing was written: run it without --diff')] : []),
    '',
  ].join('\n');
}

function rowOf(file: FileEdit, { variables }: Adoption): string {
  if (file.kind === 'variables' || file.kind === 'encrypted')
    return `adds ${variables.map(({ name }) => name).join(', ')}`;
  const { added, removed } = linesOf(file);
  return file.before === undefined
    ? `new, ${plural(added, 'line')}`
    : `${plural(added, 'line')} added, ${removed} removed`;
}

function leftText(adoption: Adoption): readonly string[] {
  const { gone } = adoption;
  const others = onlyInFiles(adoption);
  const pathsOf = (changes: readonly Change[]): string => pathsText(changes.map(({ path }) => path));
  return [
    ...(gone.length === 0
      ? []
      : [
          `declared, but no longer on the gateway: ${pathsOf(gone)}. \`--prune\` removes ${them(gone)} from the files.`,
        ]),
    ...(others.length === 0 ? [] : [`kept as the files have ${them(others)}: ${pathsOf(others)}`]),
  ];
}

const them = ({ length }: readonly unknown[]): string => (length === 1 ? 'it' : 'them');
