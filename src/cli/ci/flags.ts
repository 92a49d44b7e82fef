// Flags by which a command reports to a pull request and its commit. Loads no code of the forges.
import type { Command } from 'commander';

export interface ForgeFlags {
  readonly comment?: boolean;
  readonly commentFile?: string;
  readonly commitStatus?: boolean;
  readonly issue?: boolean;
}

export function commentOptions(command: Command): Command {
  return command
    .option(
      '--comment',
      'post the plan as a comment on the pull or merge request of this CI job, or update the comment',
    )
    .option(
      '--comment-file <file>',
      'write the whole comment to this file (default: holdfast-comment.md, if the forge takes only a part)',
    );
}

export function statusOption(command: Command): Command {
  return command.option('--commit-status', 'set a status on the commit of this CI job for each target');
}

export function forkOption(command: Command): Command {
  return command.option(
    '--trust-fork',
    'resolve references and connect to gateways although the pull request comes from a fork',
  );
}
