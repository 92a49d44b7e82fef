// The texts around a pulled file: its origin, the variables it needs, and their values on request.
import { fail } from '../domain/problem/problem.ts';
import { seal, type Sealed } from '../domain/secret.ts';
import { quotedForEnvFile } from '../input/env-file.ts';
import type { Environment } from '../input/environment.ts';
import type { SopsFormat } from '../input/sops.ts';
import { valuesIn } from '../input/variables-file.ts';
import type { Variable } from './variables.ts';

export interface Origin {
  readonly target: string;
  readonly url: URL;
  /** All targets of which this is what they have in common. */
  readonly sharedBy?: readonly string[];
  /** For editors; relative to the file. */
  readonly schema: string | undefined;
  readonly hasLines: boolean;
}

/** The pulled text with a header about its origin. */
export function withHeading(text: string, { target, url, sharedBy, schema, hasLines }: Origin): string {
  const lines = [
    ...(schema === undefined ? [] : [`# yaml-language-server: $schema=${schema}`]),
    `# ${sharedBy ? `What ${sharedBy.join(' and ')} have in common, pulled` : `Pulled from the gateway ${JSON.stringify(target)} at ${url.host}`} by \`holdfast pull\`. The ${hasLines ? 'variables and files' : 'variables'} in .env.example replace the secrets.`,
    '',
  ];
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return `${lines.join(eol)}${eol}${text.replace(/^(?:[ \t]*\r?\n)+/, '')}`;
}

/** A file of keys without its keys. */
interface NamedLines {
  /** Relative to the pulled file. */
  readonly shown: string;
  readonly keys: number;
  readonly usedAt: string;
}

/** Only the names of variables and of files of keys, each with where it is used. */
export function envExample(variables: readonly Variable[], lines: readonly NamedLines[] = []): string {
  const files = lines.map(
    ({ shown, keys, usedAt }) =>
      `# ${usedAt}: ${keys === 1 ? `a key in the file ${shown}` : `${keys} keys in the file ${shown}, one on each line`}\n`,
  );
  const blocks = variables.map(({ name, usedAt }) => `# ${usedAtText(usedAt)}\n${name}=\n`);
  return `# The secrets of the pulled files. Enter their values in a copy that git ignores, for example .env.\n\n${files.join('')}${files.length > 0 ? '\n' : ''}${blocks.join('')}`;
}

/** With new variables at the end; what is there stays as it is. */
export function extendedExample(before: string, variables: readonly Variable[]): string {
  const named = new Set(Object.keys(valuesIn(before, undefined, '', {}).values));
  const eol = eolOf(before);
  const missing = variables.filter(({ name }) => !named.has(name));
  const blocks = missing.map(({ name, usedAt }) => `# ${usedAtText(usedAt)}${eol}${name}=${eol}`);
  return `${endedLine(before)}${blocks.join('')}`;
}

function usedAtText([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

interface Before {
  /** What the file has already, decrypted. It stays as it is. */
  readonly before?: string;
  /** How the file is encrypted; undefined: it is plain. */
  readonly format?: SopsFormat | undefined;
  /** What its values can refer to. */
  readonly env?: Environment;
}

/**
 * With the values, added to the content of the file. A variable that already has its value there isn't written again.
 * Throws HF2072 for a value that such a file can't contain.
 */
export function envFile(
  variables: readonly Variable[],
  { before = '', format, env = {} }: Before = {},
): Sealed<string> {
  const held = valuesIn(before, format, '', env).values;
  const missing = variables.filter(({ name, secret }) => held[name] !== secret.open());
  const content = format === 'yaml' && before.trim() === '{}' ? '' : before;
  const text = `${endedLine(content)}${missing.map(lineOf(content, format)).join('')}`;
  const { values } = valuesIn(text, format, '', env);
  // SOPS reads such a file line by line.
  const isLost = (value: string): boolean => format === 'dotenv' && /[\r\n]/.test(value);
  const lost = variables.filter(
    ({ name, secret }) => values[name] !== secret.open() || isLost(secret.open()),
  );
  if (lost.length > 0)
    throw fail(
      'HF2072',
      `a file of variables can't store the value of ${lost.map(({ name }) => name).join(', ')}`,
      {
        remedy: 'Run the command without --write-env, and set these variables in another way.',
      },
    );
  return seal(text);
}

function endedLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}${eolOf(text)}`;
}

const lineOf =
  (before: string, format: SopsFormat | undefined) =>
  ({ name, secret }: Variable): string =>
    format === 'yaml'
      ? `${name}: ${JSON.stringify(secret.open())}${eolOf(before)}`
      : `${name}=${quotedForEnvFile(secret.open())}${eolOf(before)}`;

const eolOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');
