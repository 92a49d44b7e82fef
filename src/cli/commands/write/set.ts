// `holdfast set`: declares values in the files that should have them, and leaves everything else in them as it is.
import { type Command } from 'commander';
import { parse } from 'yaml';
import type { Declaration } from '../../../adopt/drift/declare-values.ts';
import type { FileEdit } from '../../../compose/adoption.ts';
import { type Declaring, declarationOf } from '../../../compose/declaration.ts';
import type { PlanFlags } from '../../../compose/flags.ts';
import type { Io } from '../../../compose/io.ts';
import { theTarget } from '../../../compose/session.ts';
import { parsePath, PathSyntaxError } from '../../../domain/path.ts';
import { fail } from '../../../domain/problem/problem.ts';
import { shellWord } from '../../../lib/shell.ts';
import { readTextFile } from '../../../input/text-file.ts';
import { isList, isTree, type Value } from '../../../lib/value.ts';
import { plural } from '../../../lib/text.ts';
import { colouredDiff } from '../../../report/text/diff.ts';
import { diffOf, NOTHING_WRITTEN } from '../../edits/shown.ts';
import { refuseFlags, type WriteFlags, writeEdits, writeOptions } from '../../edits/write.ts';
import { gatewayOptions, onCall, sourceOptions } from '../../io/options.ts';
import { sharedWith } from '../../edits/warnings.ts';
import { openCommandSession } from '../../io/session.ts';
import { show, showWarnings } from '../../io/show.ts';
import { resolve } from 'node:path';

interface Flags extends PlanFlags, WriteFlags {
  readonly unset?: boolean;
  readonly edits?: string;
  readonly storeSecrets?: boolean;
  readonly inBase?: boolean;
  readonly patch?: string;
}

export function define(command: Command, io: Io): void {
  const set = sourceOptions(gatewayOptions(command))
    .argument('[path]', 'what to declare, for example request-retry or openai-compatibility[kimi].priority')
    .argument('[value]', 'the value, as YAML or JSON')
    .option('--unset', 'remove the path from the files')
    .option(
      '--edits <file>',
      'several edits as JSON: [{"path": …, "value": …}, {"path": …, "unset": true}]; - reads standard input',
    )
    .option('--patch <file>', 'a unified diff of desired-state files; - reads standard input');
  set.option('--in-base', 'edit what a base of several targets declares there, for all of them');
  set.option(
    '--store-secrets',
    'write secrets in the values to `secrets-dir` or `env-file` of the settings, and declare references',
  );
  writeOptions(set).addHelpText(
    'after',
    `
Edits the file that declares the path, or the one that declares its neighbors. A value that only a base of
several targets declares is overridden in the target's own last layer. Comments, order and quotes stay. Prints one unified diff, and writes nothing without --write or --commit. Secrets must be references, unless --store-secrets is given. Then
give the values in a file or on standard input, because other users can read a command line, and shells remember it.

Examples:
  $ holdfast set request-retry 5
  $ holdfast set 'openai-compatibility[kimi].priority' 10 --write
  $ holdfast set api-keys '["\${env:LAPTOP_KEY}", "\${env:PHONE_KEY}"]' --write
  $ holdfast set --edits - --store-secrets --write < new-keys.json
  $ holdfast set routing.strategy --unset --branch calmer --commit
  $ holdfast set --patch change.diff --branch proposal --commit`,
  );
  onCall(set, (flags: Flags, path, value) => run(flags, path, value, io));
}

async function run(flags: Flags, path: string | undefined, value: string | undefined, io: Io): Promise<void> {
  refuseFlags(flags);
  const declaring = await declaringFrom(flags, path, value, io);
  await using session = await openCommandSession(flags, io);
  const target = theTarget(session, 'set');
  const files = await declarationOf(session, target, declaring, {
    storesSecrets: flags.storeSecrets,
    inBase: flags.inBase,
  });
  const committed = await writeEdits(files, flags, {
    io,
    stateDir: session.settings.state.dir,
    publish: session.publish,
    message: messageOf(declaring, files),
  });
  const diff = diffOf(files);
  const isWritten = flags.write === true || committed !== undefined;
  const problems = sharedWith(files, target.name, session);
  const shown = files.map((file) => file.shown);
  const result = { target: target.name, diff, files: shown, written: isWritten, problems };
  show(
    io,
    flags,
    'set',
    { ...result, ...(committed && { ...committed }) },
    (style) => {
      if (diff === '') return 'The files declare it already.';
      const end = committed
        ? `committed to ${committed.branch}: ${committed.sha.slice(0, 8)}`
        : isWritten
          ? `written: ${plural(files.length, 'file')}`
          : NOTHING_WRITTEN;
      const others = files.filter(({ kind }) => kind !== 'yaml');
      const values = others.map(({ shown }) => style.dim(`${shown}: new values\n`));
      return `${colouredDiff(diff, style)}${values.join('')}${end}\n`;
    },
    { asIs: true },
  );
  if (flags.output === 'text') showWarnings(io, flags, problems);
}

const messageOf = (declaring: Declaring, files: readonly FileEdit[]): string =>
  'patch' in declaring
    ? `Change ${files.map(({ shown }) => shown).join(', ')}\n`
    : `Declare ${declaring.map(({ text }) => text).join(', ')}\n`;

async function declaringFrom(
  { edits, patch, unset }: Flags,
  path: string | undefined,
  value: string | undefined,
  io: Io,
): Promise<Declaring> {
  if ([edits, patch, path].filter((one) => one !== undefined).length > 1)
    throw fail('HF1001', 'a path, --edits and --patch exclude each other');
  if (patch !== undefined) return { patch: await inputText(patch, io) };
  if (edits !== undefined) return editsIn(await inputText(edits, io));
  if (path === undefined)
    throw fail('HF1001', 'set needs a path and a value, --edits or --patch', {
      remedy: 'For example, run `holdfast set request-retry 5`.',
    });
  if (unset) return [declaration(path, undefined)];
  if (value === undefined) throw withoutValue(path);
  return [declaration(path, valueIn(value, path))];
}

/** `path=value` is how other tools take a value. The error shows no value that could be a secret. */
function withoutValue(path: string): Error {
  const [, name = path, value] = /^([^[\]=]+)=(.*)$/s.exec(path) ?? [];
  const shown = /^(?:true|false|\d+)$/.test(value ?? '') ? value : 'VALUE';
  return fail('HF1001', `set needs a value for \`${name}\``, {
    remedy:
      value === undefined
        ? 'Add the value, or --unset to remove the path.'
        : `Write the value as a separate word: \`holdfast set ${shellWord(name)} ${shown}\`.`,
  });
}

async function inputText(file: string, io: Io): Promise<string> {
  if (file === '-') return io.stdin();
  const read = await readTextFile(resolve(io.cwd, file), file);
  if ('problem' in read) throw fail('HF1001', read.problem.message);
  return read.text;
}

const FORM = 'Write a JSON list such as [{"path": "request-retry", "value": 5}].';

function editsIn(text: string): readonly Declaration[] {
  const edits = parsed(text, 'the edits');
  if (!isList(edits) || edits.length === 0) throw fail('HF1001', "the edits aren't a list", { remedy: FORM });
  return edits.map((edit) => {
    const { path, value, unset } = isTree(edit) ? edit : {};
    if (typeof path !== 'string' || (value === undefined) === (unset !== true))
      throw fail('HF1001', 'an edit needs a `path`, and either `value` or `unset: true`', { remedy: FORM });
    return declaration(path, value);
  });
}

const valueIn = (text: string, path: string): Value => parsed(text, `the value for \`${path}\``);

function parsed(text: string, what: string): Value {
  try {
    return parse(text, { maxAliasCount: 0 }) as Value; // YAML and JSON are values
  } catch (error) {
    throw fail('HF1001', `${what} can't be read: ${(error as Error).message.split('\n')[0] ?? ''}`);
  }
}

function declaration(text: string, value: Value | undefined): Declaration {
  try {
    return { text, path: parsePath(text), ...(value !== undefined && { value }) };
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    throw fail('HF1001', `"${text}" isn't a path: ${error.message}`);
  }
}
