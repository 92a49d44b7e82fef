// `holdfast render`: the merged files, with the origin of each value. Offline.
import type { Command } from 'commander';
import { type Rendered, renderDesired } from '../../../desired/render.ts';
import { loadCatalog } from '../../../gateway/catalog/catalog.ts';
import { HoldfastError } from '../../../domain/problem/problem.ts';
import { fingerprintsBy } from '../../../domain/secret.ts';
import { renderedText } from '../../../report/text/render.ts';
import { offlineSettings } from '../../io/offline-settings.ts';
import type { Io } from '../../../compose/io.ts';
import { onCall, sourceOptions } from '../../io/options.ts';
import { show, showWarnings } from '../../io/show.ts';
import { systemClock } from '../../../compose/system-clock.ts';
import { loadAnyLayout, unresolvedIn } from './validation.ts';
import { selectedTargets } from '../../../compose/selected-targets.ts';
import type { PlanFlags } from '../../../compose/flags.ts';
import type { Settings } from '../../../settings/settings.ts';

interface Flags extends PlanFlags {
  readonly allowUnresolved?: boolean;
}

export function define(command: Command, io: Io): void {
  const render = sourceOptions(command)
    .option('--allow-unresolved', "accept references whose secrets aren't available here")
    .addHelpText(
      'after',
      '\nExamples:\n  $ holdfast render\n  $ holdfast render --target home --output json',
    );
  onCall(render, (flags: Flags) => run(flags, io));
}

async function run(flags: Flags, io: Io): Promise<void> {
  const allowUnresolved = await unresolvedIn(io, flags);
  const loaded = await offlineSettings(flags, io, allowUnresolved);
  const { settings, env } = loaded;
  const rendered: Rendered[] = [];
  for (const target of selectedTargets(settings.targets, flags.target)) {
    const { desired, problems } = await loadAnyLayout(target, settings, env, {
      allowUnresolved,
      signal: io.signal,
      now: (io.clock ?? systemClock).now(),
    });
    if (!desired) throw new HoldfastError(problems);
    io.hide?.(desired.secrets.open());
    showWarnings(io, flags, problems);
    rendered.push(
      renderDesired(desired, loadCatalog(desired.layout), fingerprintsBy(target.digestKey.open())),
    );
  }
  show(
    io,
    flags,
    'render',
    { targets: rendered },
    (style) =>
      rendered
        .map((one) => `${style.dim(`# ${one.target}${revisionOf(one, settings)}`)}\n${renderedText(one)}`)
        .join('\n'),
    { asIs: true },
  );
}

/** Without a key, the digest is another one each time. */
function revisionOf({ target, revision }: Rendered, { targets }: Settings): string {
  const keys = targets.find(({ name }) => name === target)?.keys ?? [];
  return keys.length === 0 ? '' : `, revision ${revision.digest.slice(0, 12)}`;
}
