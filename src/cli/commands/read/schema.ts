// `holdfast schema`: the JSON Schemas, for editors and other tools.
import { readFileSync } from 'node:fs';
import { Argument, type Command } from 'commander';
import { packageFile } from '../../../lib/package-files.ts';
import type { Io } from '../../../compose/io.ts';
import { onCall } from '../../io/options.ts';

const FILES = {
  desired: 'legacy.schema.json',
  v8: 'v8.schema.json',
  settings: 'settings.schema.json',
} as const;

export function define(command: Command, io: Io): void {
  const schema = command
    .addArgument(
      new Argument(
        '[which]',
        'desired: desired-state files; v8: desired-state files in the v8 layout; settings: holdfast.yaml',
      )
        .choices(Object.keys(FILES))
        .default('desired'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast schema > desired-state.schema.json
  $ holdfast schema v8
  $ holdfast schema settings`,
    );
  onCall(schema, (_flags, which) => {
    io.out(readFileSync(packageFile(`schemas/${FILES[which as keyof typeof FILES]}`), 'utf8'));
  });
}
