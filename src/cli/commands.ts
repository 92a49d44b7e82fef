// The table of commands: the list of `--help`, and the file of each command. Importing this file imports none of
// them.
import type { Command } from 'commander';
import type { Io } from '../compose/io.ts';

export interface CommandModule {
  /** Adds options, examples and the action to a bare command of that name. */
  readonly define: (command: Command, io: Io) => void;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

const entry = (name: string, summary: string, load: () => Promise<CommandModule>): CommandEntry => ({
  name,
  summary,
  load,
});

export const COMMANDS: readonly CommandEntry[] = [
  entry(
    'init',
    'start a project: settings, a first desired state, .gitignore',
    () => import('./init/init.ts'),
  ),
  entry('validate', 'check the desired state, offline', () => import('./commands/read/validate.ts')),
  entry(
    'scan',
    'find secrets in plain text in files, in what is staged, or in all commits',
    () => import('./scan/scan.ts'),
  ),
  entry(
    'secrets',
    'list references, where they are used, and whether they have a value',
    () => import('./secrets/secrets.ts'),
  ),
  entry(
    'render',
    'show the merged desired state and where each value comes from',
    () => import('./commands/read/render.ts'),
  ),
  entry('plan', 'show what apply would change, and how', () => import('./commands/read/plan.ts')),
  entry('diff', 'plan, with exit code 2 when something differs', () =>
    import('./commands/read/plan.ts').then((plan) => plan.diff),
  ),
  entry(
    'apply',
    'apply the files to the gateway, and verify the result',
    () => import('./commands/write/apply.ts'),
  ),
  entry(
    'drift',
    "compare the gateway's memory, file and behavior with the last apply",
    () => import('./commands/read/drift.ts'),
  ),
  entry('run', 'watch, reconcile and report until stopped', () => import('./commands/serve/run.ts')),
  entry('notify', "send a test message to the daemon's channels", () => import('./commands/serve/notify.ts')),
  entry(
    'healthcheck',
    'check whether the daemon on this state directory runs',
    () => import('./commands/read/healthcheck.ts'),
  ),
  entry(
    'status',
    'show targets, revision, sync state and the last outcome',
    () => import('./commands/read/status.ts'),
  ),
  entry(
    'state',
    'copy the state to another directory or database',
    () => import('./commands/write/state.ts'),
  ),
  entry(
    'rollout',
    'show, pause, resume, abort or undo the rollout of a new revision',
    () => import('./rollout/rollout.ts'),
  ),
  entry('suspend', 'suspend writes to targets for some time', () => import('./commands/write/suspend.ts')),
  entry('forget', 'stop listing paths that the files released', () => import('./commands/write/forget.ts')),
  entry('resume', 'end a suspension early', () => import('./commands/write/resume.ts')),
  entry('pull', 'write desired-state files from the live gateway', () => import('./pull/pull.ts')),
  entry(
    'adopt',
    'write what changed on the gateway into the desired-state files',
    () => import('./adopt/adopt.ts'),
  ),
  entry(
    'rotate',
    'replace a key without an outage: both, then the new one alone',
    () => import('./rotate/rotate.ts'),
  ),
  entry(
    'set',
    'declare values in the files, and keep the rest of them',
    () => import('./commands/write/set.ts'),
  ),
  entry(
    'migrate',
    'rewrite desired-state files from one layout to the other',
    () => import('./commands/write/migrate.ts'),
  ),
  entry('backup', 'list, show or create backups of the gateway', () => import('./commands/write/backup.ts')),
  entry('restore', 'restore a backup, and verify the result', () => import('./commands/write/restore.ts')),
  entry('history', 'show the history of applies and restores', () => import('./commands/read/history.ts')),
  entry(
    'doctor',
    'check the connection, the configuration and common problems',
    () => import('./commands/read/doctor.ts'),
  ),
  entry(
    'report',
    'write what helps to understand an incident, without secrets',
    () => import('./report/report.ts'),
  ),
  entry(
    'explain',
    'explain a configuration key, an error code, a guard or a status',
    () => import('./commands/read/explain.ts'),
  ),
  entry(
    'schema',
    'print the JSON Schema of the desired state or the settings',
    () => import('./commands/read/schema.ts'),
  ),
  entry('completion', 'print the completion script for bash, zsh or fish', () => import('./completion.ts')),
  entry(
    'api',
    'send one request to the Management API, and check its effect',
    () => import('./commands/write/api.ts'),
  ),
  entry('mcp', 'serve AI agents over the Model Context Protocol', () => import('./commands/serve/mcp.ts')),
  entry(
    'skill',
    'install the skill that teaches AI agents to manage a gateway',
    () => import('./commands/write/skill.ts'),
  ),
  entry('usage', 'show request counts by credential', () => import('./commands/read/usage.ts')),
  entry(
    'sandbox',
    'start a gateway that behaves like the real one',
    () => import('./commands/serve/sandbox.ts'),
  ),
];
