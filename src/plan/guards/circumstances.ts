// Guards that judge the circumstances of the plan, not its changes: `split-brain`, `no-way-back`, `no-lasting-backup`,
// `unsupported`, `frozen`. They refuse only if something would be written.
import type { Field } from '../../gateway/catalog/field.ts';
import { narrowing } from '../../gateway/layout/setting-scope.ts';
import { isBefore } from '../../lib/version.ts';
import { openUntil, parseFreeze } from '../../domain/plan/freeze.ts';
import { formatPath } from '../../domain/path.ts';
import type { Suspension } from '../../domain/state/state.ts';
import { inForce } from '../../domain/state/suspension.ts';
import { momentText, plural } from '../../lib/text.ts';
import type { Case, Finding } from './guard.ts';

export const SIDES = ['file', 'memory'] as const;

export function splitBrain({ live, writes, differences }: Case): Finding[] {
  const { agreement } = live;
  if (agreement.kind !== 'differ' || agreement.cause !== 'split-brain') return [];
  if (!writes && differences.length === 0) return [];
  const shown = agreement.paths.slice(0, 5).map((path) => `\`${path}\``);
  const more = agreement.paths.length - shown.length;
  return [
    {
      guard: 'split-brain',
      message: `the gateway's memory and its file differ at ${plural(agreement.paths.length, 'path')} (${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}). A write would silently overwrite one side`,
      remedy:
        'Run `holdfast doctor` to see which side is right, then choose it: `file` loads the file again, `memory` stores what the gateway has in memory.',
      changes: [],
      choices: SIDES,
    },
  ];
}

export function noWayBack({ rollbackProbe, writes }: Case): Finding[] {
  if (!writes || rollbackProbe === 'available' || rollbackProbe === 'not-probed') return [];
  const message =
    rollbackProbe === 'unavailable'
      ? "the gateway can't store a whole file (`PUT /config.yaml` responds with 500), so Holdfast couldn't roll back"
      : "it's unknown whether the gateway can store a whole file, so Holdfast may not be able to roll back";
  return [
    {
      guard: 'no-way-back',
      message,
      remedy:
        "Make the gateway's config.yaml and its directory writable for the gateway (mount a directory, not a single file).",
      changes: [],
    },
  ];
}

export function noLastingBackup({ writes, state }: Case): Finding[] {
  if (!writes || state.backupsVanish === undefined) return [];
  return [
    {
      guard: 'no-lasting-backup',
      message: `the backup of this gateway would be lost with this run: ${state.backupsVanish}`,
      remedy:
        'Set `state.backups` and `state.backup-recipients` to leave an encrypted backup, and keep that directory, for example as an artifact. If the state directory is kept, set `state.lasting: true`.',
      changes: [],
    },
  ];
}

/** What this gateway would ignore or reject, by the versions in the catalog. */
export function unsupported({ differences, live }: Case): Finding[] {
  return differences
    .filter(({ kind }) => kind !== 'remove')
    .flatMap(({ field, path, id }) => {
      const reason = unknownTo(field, live.build.version);
      if (reason === undefined) return [];
      return [
        {
          guard: 'unsupported' as const,
          path,
          message: `\`${formatPath(path)}\` ${reason}`,
          remedy: 'Update the gateway, or remove the key for this target.',
          changes: [id],
        },
      ];
    });
}

/** Builds without a version (`dev`) count as new ones. */
function unknownTo(field: Field, version: string): string | undefined {
  for (let at: Field | undefined = field; at; at = at.parent) {
    const [since, until] = [at.since, at.until];
    if (since !== undefined && isBefore(version, since)) return tooEarly(field, since, version);
    if (until !== undefined && isBefore(until, version))
      return `existed until ${until}; this gateway is ${version}`;
  }
  return undefined;
}

/** Under an earlier path it can have a narrower meaning (design-v8 rule 21). */
function tooEarly({ pattern }: Field, since: string, version: string): string {
  const narrow = narrowing(pattern, version);
  return narrow === undefined
    ? `exists since ${since}; this gateway is ${version}`
    : `${narrow}; for API keys it needs ${since}`;
}

/** Each open window and a suspension separately; one allowance covers all of them. */
export function frozen({ writes, state, now, target }: Case): Finding[] {
  if (!writes) return [];
  const suspension = inForce(state.suspension, now);
  const suspended = suspension ? [suspendedUntil(suspension, target.name)] : [];
  return [...suspended, ...target.policy.freeze.flatMap((text) => frozenBy(text, now))];
}

function suspendedUntil({ until, reason }: Suspension, target: string): Finding {
  return {
    guard: 'frozen',
    message: `the target is suspended until ${momentText(until)}: ${reason}`,
    remedy: `Wait until then, or end the suspension with \`holdfast resume --target ${target}\`.`,
    changes: [],
  };
}

function frozenBy(text: string, now: number): Finding[] {
  const window = parseFreeze(text);
  if (typeof window === 'string')
    return [frozenFinding(`the freeze window isn't valid, so Holdfast treats it as open: ${window}`)];
  const until = openUntil(window, now);
  if (until === undefined) return [];
  return [frozenFinding(`a freeze window is open until ${momentText(until)}: \`${text}\``)];
}

function frozenFinding(message: string): Finding {
  return {
    guard: 'frozen',
    message,
    remedy: 'Wait until it ends, or change `policy.freeze`.',
    changes: [],
  };
}
