// The table of commands: what `--help` lists, and where each is found. Importing this file imports none of them.
import type { Command } from 'commander';
import type { Io } from './io.ts';

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
  entry('init', 'begin a project: settings, a first desired state, .gitignore', () => import('./init.ts')),
  entry('validate', 'check the desired state, offline', () => import('./validate.ts')),
  entry(
    'render',
    'show the merged desired state and where each value comes from',
    () => import('./render.ts'),
  ),
  entry('plan', 'show what apply would change, and how', () => import('./plan.ts')),
  entry('diff', 'plan, with exit code 2 when something differs', () =>
    import('./plan.ts').then((plan) => plan.diff),
  ),
  entry('apply', 'make the gateway hold what the files declare, verified', () => import('./apply.ts')),
  entry('drift', 'compare memory, file and behaviour with what was applied', () => import('./drift.ts')),
  entry('run', 'watch, reconcile and report until stopped', () => import('./run.ts')),
  entry('notify', 'send a test message to the channels of the daemon', () => import('./notify.ts')),
  entry(
    'healthcheck',
    'ask whether the daemon on this state directory is alive',
    () => import('./healthcheck.ts'),
  ),
  entry('status', 'show targets, revision, sync state and the last outcome', () => import('./status.ts')),
  entry('suspend', 'write nothing to targets for a while', () => import('./suspend.ts')),
  entry('resume', 'end a suspension before its time', () => import('./resume.ts')),
  entry('pull', 'write desired-state files from the live gateway', () => import('./pull.ts')),
  entry('migrate', 'rewrite desired-state files from one layout to the other', () => import('./migrate.ts')),
  entry('backup', 'list, show or create backups of the gateway', () => import('./backup.ts')),
  entry('restore', 'put a backup back, verified', () => import('./restore.ts')),
  entry('history', 'show what was done, entry by entry', () => import('./history.ts')),
  entry('doctor', 'check by hand what usually goes wrong', () => import('./doctor.ts')),
  entry('explain', 'say what a configuration key, an error code or a guard is', () => import('./explain.ts')),
  entry('schema', 'print the JSON Schema of the desired state or the settings', () => import('./schema.ts')),
  entry('completion', 'print the completion script for bash, zsh or fish', () => import('./completion.ts')),
  entry('api', 'send one request to the Management API, checked', () => import('./api.ts')),
  entry('usage', 'show requests by credential', () => import('./usage.ts')),
  entry('sandbox', 'start a gateway that behaves like the real one', () => import('./sandbox.ts')),
];
