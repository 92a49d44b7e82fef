// The inputs of `holdfast init`, from flags, from a person or by default. Messages never repeat an answer, because
// it could be the key itself.
import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fail, type HoldfastError } from '../../domain/problem/problem.ts';
import type { Mode } from '../../domain/target.ts';
import { modeOf, urlOf } from '../../settings/common.ts';
import { DEFAULT_URL } from '../../settings/from-flags.ts';
import type { Io } from '../../compose/io.ts';

/** Where the management key is, never the key. */
export type KeyPlace =
  | { readonly kind: 'variable'; readonly name: string }
  /** As it was written, relative to the working directory. */
  | { readonly kind: 'file'; readonly path: string }
  /** A variable whose value is in .env. */
  | { readonly kind: 'env-file'; readonly name: string };

export interface Answers {
  readonly name: string;
  readonly url: string;
  readonly key: KeyPlace;
  readonly mode: Mode;
}

export interface AnswerFlags {
  readonly name: string;
  readonly url?: string;
  readonly keyFrom?: string;
  readonly mode?: string;
}

type Read<T> = { readonly value: T } | { readonly wrong: string; readonly remedy?: string };

interface Question<T> {
  readonly flag: string;
  readonly given: string | undefined;
  readonly fallback: string;
  readonly text: string;
  readonly read: (text: string) => Read<T> | Promise<Read<T>>;
}

/** `asking`: a person is at the terminal. Throws HF1001 for an unusable flag. */
export async function answersFrom(flags: AnswerFlags, asking: boolean, io: Io): Promise<Answers> {
  const ask = <T>(question: Question<T>): Promise<T> => answerTo(question, asking, io);
  const name = await answerTo(
    { flag: '--name', given: flags.name, fallback: 'home', text: '', read: readName },
    false,
    io,
  );
  const url = await ask({
    flag: '--url',
    given: flags.url,
    fallback: nonBlank(io.env['HOLDFAST_URL']) ?? DEFAULT_URL,
    text: 'What is the URL of the gateway?',
    read: readUrl,
  });
  const key = await ask({
    flag: '--key-from',
    given: flags.keyFrom,
    fallback: keyVariable(io.env),
    text: 'Where is its management key? Enter the name of a variable, a file (./path), or .env.',
    read: (text) => readKeyPlace(text, io),
  });
  const mode = await ask({
    flag: '--mode',
    given: flags.mode,
    fallback: 'apply',
    text: 'Mode: observe only reports, apply writes changes of the files, enforce also overwrites changes by others.',
    read: readMode,
  });
  return { name, url, key, mode };
}

/** A wrong flag is an error; a person is asked again. */
async function answerTo<T>(question: Question<T>, asking: boolean, io: Io): Promise<T> {
  const { flag, given, fallback, read } = question;
  if (asking && given === undefined) return askedOf(question, io);
  const found = await read(given ?? fallback);
  if ('value' in found) return found.value;
  throw unusable(flag, found.wrong, found.remedy);
}

/** The given flags of settings that exist, so that they have no effect. Throws HF1001 for an unusable one. */
export async function givenFlags({ url, keyFrom, mode }: AnswerFlags, io: Io): Promise<readonly string[]> {
  const given = [
    { flag: '--url', text: url, read: readUrl },
    { flag: '--key-from', text: keyFrom, read: (text: string) => readKeyPlace(text, io) },
    { flag: '--mode', text: mode, read: readMode },
  ];
  const flags: string[] = [];
  for (const { flag, text, read } of given) {
    if (text === undefined) continue;
    const found = await read(text);
    if ('wrong' in found) throw unusable(flag, found.wrong, found.remedy);
    flags.push(flag);
  }
  return flags;
}

const TRIES = 3;

async function askedOf<T>({ flag, fallback, text, read }: Question<T>, io: Io): Promise<T> {
  for (let tries = 0; tries < TRIES; tries++) {
    const typed = (await io.ask(`${text} [${fallback}] `)).trim();
    const found = await read(typed === '' ? fallback : typed);
    if ('value' in found) return found.value;
    io.err(`${[found.wrong, ...(found.remedy === undefined ? [] : [found.remedy])].join('. ')}\n`);
  }
  throw unusable(flag, `${TRIES} invalid answers`);
}

function unusable(flag: string, wrong: string, remedy = 'See `holdfast init --help`.'): HoldfastError {
  return fail('HF1001', `${flag}: ${wrong}`, { remedy });
}

function readName(text: string): Read<string> {
  const isName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(text);
  return isName
    ? { value: text }
    : { wrong: 'the name of a target consists of letters, digits, `.`, `_` and `-`' };
}

function readUrl(text: string): Read<string> {
  const { url, problems } = urlOf(text, { setting: 'the URL of the gateway' });
  return url
    ? { value: text }
    : {
        wrong: problems.map(({ message }) => message).join('; '),
        remedy: problems.map(({ remedy }) => remedy).join(' '),
      };
}

function readMode(text: string): Read<Mode> {
  const mode = modeOf(text);
  return mode ? { value: mode } : { wrong: 'the modes are observe, apply and enforce' };
}

/**
 * Names in capitals and existing files: a key that is typed here by mistake is neither, and isn't written to a file.
 */
async function readKeyPlace(text: string, { cwd, env }: Io): Promise<Read<KeyPlace>> {
  if (text === '.env') return { value: { kind: 'env-file', name: keyVariable(env) } };
  if (/^[A-Z_][A-Z0-9_]*$/.test(text)) return { value: { kind: 'variable', name: text } };
  if (!/[{}]/.test(text) && (await isReadable(resolve(cwd, text))))
    return { value: { kind: 'file', path: text } };
  const wrong =
    "enter a variable name in capitals, a readable file, or .env. Don't enter the key itself here";
  return { wrong };
}

/** The variable that is set, in the order in which every command tries them. */
export function keyVariable(env: Io['env']): string {
  return ['HOLDFAST_KEY', 'MANAGEMENT_PASSWORD'].find((name) => nonBlank(env[name])) ?? 'MANAGEMENT_PASSWORD';
}

/** Whether the gateway can be contacted now. */
export function keyIsAtHand({ key }: Answers, { env }: Io): boolean {
  return key.kind === 'file' || nonBlank(env[key.name]) !== undefined;
}

function nonBlank(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
