// `daemon` of holdfast.yaml: what `holdfast run` does besides checks; each part is read by a file of its own.
import { type Problem, problem } from '../domain/problem/problem.ts';
import { type LocatedMap, nodeAt } from '../yaml/located.ts';
import { httpOf, secretsOfHttp } from './daemon-http.ts';
import { notifyOf } from './daemon-notify.ts';
import { gitSourceOf, secretsOfSource } from './daemon-source.ts';
import { DEFAULT_DRIFT } from './from-flags.ts';
import type { DaemonSettings } from './shape.ts';

interface Places {
  /** Where relative paths start: the directory of the settings file. */
  readonly dir: string;
  /** Absolute. */
  readonly stateDir: string;
  /** Names of the targets. */
  readonly targets: readonly string[];
}

export interface ReadDaemon {
  readonly daemon: DaemonSettings;
  readonly problems: readonly Problem[];
  /** Absolute paths whose change can change these settings. */
  readonly files: readonly string[];
  /** For redaction by value. */
  readonly secrets: readonly string[];
}

/** `root` has passed the schema. */
export async function daemonOf(root: LocatedMap, { dir, stateDir, targets }: Places): Promise<ReadDaemon> {
  const drift = await driftOf(root);
  const source = gitSourceOf(root, dir, stateDir);
  const http = await httpOf(nodeAt(root, ['daemon', 'http']), dir);
  const notify = notifyOf(nodeAt(root, ['daemon', 'notify']), targets);
  return {
    daemon: {
      drift: drift.expression,
      ...(source.source && { source: source.source }),
      ...(http.http && { http: http.http }),
      notify: notify.channels,
    },
    problems: [...drift.problems, ...source.problems, ...http.problems, ...notify.problems],
    files: [...source.files, ...http.files],
    secrets: [
      ...(source.source ? secretsOfSource(source.source) : []),
      ...(http.http ? secretsOfHttp(http.http) : []),
      ...notify.secrets,
    ],
  };
}

async function driftOf(root: LocatedMap): Promise<{ expression: string; problems: readonly Problem[] }> {
  const written = nodeAt(root, ['daemon', 'drift']);
  if (written?.kind !== 'scalar' || written.unresolved) return { expression: DEFAULT_DRIFT, problems: [] };
  const expression = String(written.value);
  const { validate: isCron } = await import('node-cron'); // only where something is to be checked
  if (isCron(expression)) return { expression, problems: [] };
  const wrong = problem('HF1012', "`daemon.drift` isn't a cron expression", {
    position: written.position,
    remedy: 'For example, write "*/5 * * * *".',
  });
  return { expression, problems: [wrong] };
}
