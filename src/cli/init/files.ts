// The files of `holdfast init`: their texts, and writing them without changing existing ones.
import { constants } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { envFile } from '../../adopt/files.ts';
import { fail } from '../../domain/problem/problem.ts';
import { readEnvFile } from '../../input/env-file.ts';
import { packageFile } from '../../lib/package-files.ts';
import { seal } from '../../domain/secret.ts';
import { errorCode, orMissing, replaceFile } from '../../state/files/disk.ts';
import type { Answers, KeyPlace } from './answers.ts';
import type { SchemaName } from '../pull/schema-hint.ts';

/** The result for a file; `extended`: lines were added at its end. */
export interface Made {
  readonly file: string;
  readonly what: 'written' | 'extended' | 'kept';
}

export interface SettingsParts {
  readonly hint: string | undefined;
  readonly envFile: boolean;
  readonly pulled: boolean;
}

export function settingsText({ name, url, key, mode }: Answers, parts: SettingsParts): string {
  return [
    ...modeline(parts.hint),
    '# The gateways that Holdfast manages, and how. `holdfast schema settings` lists all settings.',
    'version: 1',
    parts.envFile
      ? 'env-file: .env # values of the variables; git ignores it'
      : '# env-file: .env # would read variables from a file that git ignores',
    'targets:',
    `  - name: ${JSON.stringify(name)}`,
    `    url: ${JSON.stringify(url)}`,
    `    key: ${JSON.stringify(referenceTo(key))}`,
    '    desired: desired-state',
    `    mode: ${mode} # observe · apply · enforce`,
    ...(parts.pulled
      ? [
          "    adopted: true # pulled from this gateway, so Holdfast can remove entries from owned lists that aren't in the files",
        ]
      : []),
    '',
  ].join('\n');
}

const referenceTo = (key: KeyPlace): string =>
  key.kind === 'file' ? `\${file:${key.path}}` : `\${env:${key.name}}`;

const modeline = (hint: string | undefined): string[] =>
  hint === undefined ? [] : [`# yaml-language-server: $schema=${hint}`];

export function exampleText(hint: string | undefined): string {
  return [
    ...modeline(hint),
    "# Holdfast owns what you declare here and makes the gateway match it. It never changes what you don't declare.",
    '# `holdfast explain KEY` describes a key. Write secrets as references, such as ${env:LAPTOP_KEY}.',
    'request-retry: 3',
    '',
    '# Holdfast owns the whole list: the gateway gets exactly these keys.',
    '# api-keys:',
    '#   - ${env:LAPTOP_KEY}',
    '',
  ].join('\n');
}

export function envExampleText(name: string): string {
  return `# The variables that holdfast.yaml refers to. Set the values in .env, which git ignores, or in the environment, which takes precedence.\n\n# The management key of the gateway.\n${name}=\n`;
}

/** Without a value, the line is left for the user to complete. */
export function keyLine(name: string, value: string | undefined): string {
  return value === undefined
    ? `${name}=\n`
    : envFile([{ name, secret: seal(value.trim()), usedAt: [] }]).open();
}

export const schemaText = (name: SchemaName): Promise<string> =>
  readFile(packageFile(`schemas/${name}`), 'utf8');

/** Writes a file if it doesn't exist; an existing one stays as it is, even if it was just created. */
export async function writeAbsent(dir: string, file: string, text: string, mode = 0o644): Promise<Made> {
  const path = join(dir, file);
  return onDisk(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    const handle = await open(path, flags, mode).catch(orThere);
    if (!handle) return { file, what: 'kept' };
    await handle.writeFile(text).finally(() => handle.close());
    return { file, what: 'written' };
  });
}

/** A variable in a file of variables: written, added at its end, or kept if the file already sets it. */
export async function addVariable(dir: string, file: string, name: string, line: string): Promise<Made> {
  const path = join(dir, file);
  return onDisk(path, async () => {
    const before = await readFile(path, 'utf8').catch(orMissing);
    if (before === undefined) return writeAbsent(dir, file, line, 0o600);
    if (Object.hasOwn(readEnvFile(before, file, {}).values, name)) return { file, what: 'kept' };
    await replaceFile(path, `${withLineEnd(before)}${line}`, 0o600);
    return { file, what: 'extended' };
  });
}

/** Whether a file of variables sets this one. */
export async function hasVariable(dir: string, file: string, name: string): Promise<boolean> {
  const text = await readFile(join(dir, file), 'utf8').catch(orMissing);
  return text !== undefined && (readEnvFile(text, file, {}).values[name] ?? '').trim() !== '';
}

const withLineEnd = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

const IGNORED = ['.holdfast/', '.env'];

/** What git must ignore; of an existing .gitignore, only the end grows. */
export async function ignoreSecrets(dir: string): Promise<Made> {
  const path = join(dir, '.gitignore');
  return onDisk(path, async () => {
    const before = await readFile(path, 'utf8').catch(orMissing);
    const missing = IGNORED.filter((line) => !ignores(before ?? '', line));
    if (missing.length === 0) return { file: '.gitignore', what: 'kept' };
    await replaceFile(path, `${withLineEnd(before ?? '')}${missing.join('\n')}\n`, 0o644);
    return { file: '.gitignore', what: before === undefined ? 'written' : 'extended' };
  });
}

function ignores(text: string, entry: string): boolean {
  const plain = (line: string): string => line.trim().replaceAll(/^\/|\/$/g, '');
  return text.split('\n').some((line) => plain(line) === plain(entry));
}

function orThere(error: unknown): undefined {
  if (errorCode(error) === 'EEXIST') return undefined;
  throw error;
}

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
    const remedy = 'Make the directory writable, or run `holdfast init` in another one.';
    throw fail('HF2002', `${path} can't be written: ${code}`, { remedy }, { cause: error });
  }
}
