// `holdfast secrets`: which references there are, where they are used, and whether they have a value. Never a value.
import type { Command } from 'commander';
import type { PlanFlags } from '../../compose/flags.ts';
import type { Io } from '../../compose/io.ts';
import { selectedTargets } from '../../compose/selected-targets.ts';
import { EXIT } from '../../domain/problem/exit.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import { ciJobOf, isFromOutside } from '../../input/ci-job.ts';
import { plural } from '../../lib/text.ts';
import { offlineSettings } from '../io/offline-settings.ts';
import type { Style } from '../../report/text/style.ts';
import { onCall, sourceOptions } from '../io/options.ts';
import { show, showSettingsWarnings, showWarnings } from '../io/show.ts';
import { type Use, type UsedReference, usageOf } from './used-references.ts';

export function define(command: Command, io: Io): void {
  const secrets = sourceOptions(command).addHelpText(
    'after',
    `
Lists the references of the settings and of the desired state of all targets: where each is used, where its
value comes from, and whether it has one. Runs the commands of \${exec:…} references. Values are never shown. Exits
with 3 if a reference has no value; what only the daemon uses (\`daemon\` in the settings) doesn't count.

Examples:
  $ holdfast secrets
  $ holdfast secrets --target eu --output json`,
  );
  onCall(secrets, (flags: PlanFlags) => run(flags, io));
}

async function run(flags: PlanFlags, io: Io): Promise<void> {
  const job = await ciJobOf(io.env);
  if (!flags.trustFork && isFromOutside(job))
    throw fail('HF8010', `${job?.run ?? 'this job'} is one of a fork`);
  const loaded = await offlineSettings(flags, io);
  const { settings, env } = loaded;
  const targets = selectedTargets(settings.targets, flags.target);
  const { references, problems: found } = await usageOf({ settings, targets, env, io });
  const ofReferences = [
    ...found,
    ...references.flatMap((one) => (one.problem && !isOfDaemon(one) ? [one.problem] : [])),
  ];
  const problems = [...loaded.problems, ...ofReferences];
  const errors = problems.filter(({ severity }) => severity === 'error');
  io.exit = errors.length > 0 ? new HoldfastError(errors).exit : EXIT.ok;
  const isText = flags.output === 'text';
  if (isText) showSettingsWarnings(io, flags, loaded.problems);
  show(io, flags, 'secrets', { references: references.map(asJson), problems }, (style) =>
    secretsText(references, targets.length, style),
  );
  if (isText) showWarnings(io, flags, ofReferences);
}

/** No other command needs it. */
const isOfDaemon = ({ in: scope, uses }: UsedReference): boolean =>
  scope === 'settings' && uses.every(({ path }) => path.startsWith('daemon.'));

function asJson({ problem, from, uses, ...reference }: UsedReference): object {
  return {
    ...reference,
    resolves: problem === undefined,
    ...(from !== undefined && { from }),
    ...(problem && { problem: problem.code }),
    uses: uses.map(({ position, path, targets }) => ({ ...position, path, targets })),
  };
}

function secretsText(references: readonly UsedReference[], targets: number, style: Style): string {
  if (references.length === 0) return 'no references\n';
  const needed = references.filter((one) => !(one.problem && isOfDaemon(one)));
  const unresolved = needed.filter(({ problem }) => problem);
  const end =
    unresolved.length === 0
      ? `${style.good('✓')} ${plural(needed.length, 'reference')}, all have a value`
      : `${style.bad('✗')} ${unresolved.length} of ${plural(needed.length, 'reference')} without a value`;
  return [...references.map((one) => referenceText(one, targets, style)), '', end, ''].join('\n');
}

function referenceText(one: UsedReference, targets: number, style: Style): string {
  const name = one.kind === 'sops' ? `SOPS ${one.reference}` : one.reference;
  const state = one.problem ? style.bad(`no value (${one.problem.code})`) : style.dim(one.from ?? '');
  const daemon = one.problem && isOfDaemon(one) ? style.dim(' only the daemon needs it') : '';
  return [`${style.bold(name)}  ${state}${daemon}`, ...usesText(one.uses, targets, style)].join('\n');
}

const MOST_USES = 10;

function usesText(uses: readonly Use[], targets: number, style: Style): readonly string[] {
  const rest = uses.length - MOST_USES;
  const shown = uses.slice(0, MOST_USES).map(({ position: { file, line }, path, targets: of }) => {
    const some = of.length > 0 && of.length < targets ? style.dim(`  ${of.join(', ')}`) : '';
    return `  ${file}:${line}  ${path}${some}`;
  });
  return rest > 0 ? [...shown, style.dim(`  and ${plural(rest, 'place')} more`)] : shown;
}
