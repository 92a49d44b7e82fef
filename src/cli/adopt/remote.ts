// `adopt --via`: the daemon makes the edits, as a commit on a branch of the repository that it follows.
import type { AdoptedView } from '../../api-schema/views.ts';
import type { Io } from '../../compose/io.ts';
import { selectedTargets } from '../../compose/selected-targets.ts';
import { fail, problem, type Problem } from '../../domain/problem/problem.ts';
import { onlyTarget } from '../../domain/target-names.ts';
import { isCode } from '../../domain/problem/codes.ts';
import { plural } from '../../lib/text.ts';
import type { Style } from '../../report/text/style.ts';
import { pathsText } from '../edits/shown.ts';
import type { Routed } from '../io/remote-options.ts';
import { show, showWarnings } from '../io/show.ts';
import { openRemote } from '../remote/client.ts';
import type { AdoptFlags } from './adopt.ts';

/** What edits files here. */
const HERE = {
  write: '--write',
  into: '--into',
  writeEnv: '--write-env',
  message: '--message',
  pullRequest: '--pull-request',
} as const;

export async function adoptVia(flags: Routed<AdoptFlags>, words: readonly string[], io: Io): Promise<void> {
  for (const [name, flag] of Object.entries(HERE))
    if (flags[name as keyof typeof HERE] !== undefined)
      throw fail(
        'HF1001',
        `${flag} edits files here, and with --via the daemon commits to a branch of its repository`,
        {
          remedy: `Remove ${flag} or --via.`,
        },
      );
  await using remote = await openRemote(flags, io);
  const target = onlyTarget(selectedTargets((await remote.targets()).targets, flags.target), 'adopt');
  const paths = [...words, ...(flags.only ?? [])];
  const { keep, branch } = flags;
  const adopted = await remote.adopt(target.name, {
    ...(paths.length > 0 && { paths }),
    ...(keep && { keep }),
    ...(branch !== undefined && { branch }),
  });
  const problems = problemsOf(adopted);
  show(io, flags, 'adopt', contentOf(adopted, problems), (style) => textOf(adopted, style), { asIs: true });
  if (flags.output === 'text') showWarnings(io, flags, problems);
}

/** Another version of the daemon may have codes that are not known here. */
const problemsOf = ({ target, problems = [] }: AdoptedView): readonly Problem[] =>
  problems.flatMap(({ code, message, remedy }) =>
    isCode(code) ? [problem(code, message, { remedy, target, severity: 'warning' })] : [],
  );

const contentOf = ({ adopted, left, ...rest }: AdoptedView, problems: readonly Problem[]): object => ({
  ...rest,
  adopted: adopted.map((path) => ({ path })),
  left: left.map((path) => ({ path })),
  written: rest.commit !== undefined,
  problems,
});

function textOf({ target, adopted, left, branch, commit, pullRequest }: AdoptedView, style: Style): string {
  if (adopted.length === 0 && left.length === 0) return `nothing to adopt: ${target} matches the files`;
  if (adopted.length === 0)
    return `nothing was adopted from ${target}\n${style.dim(`still differs: ${pathsText(left)}`)}`;
  const done = style.good('✓');
  return [
    `${done} ${plural(adopted.length, 'change')} of ${target}: ${pathsText(adopted)}`,
    ...(left.length > 0 ? [style.dim(`not adopted: ${pathsText(left)}`)] : []),
    ...(commit === undefined ? [] : [`${done} committed to ${branch ?? ''}: ${commit.slice(0, 12)}`]),
    ...(pullRequest ? [`${done} pull request ${pullRequest.number}: ${pullRequest.link}`] : []),
    '',
  ].join('\n');
}
