// The texts around a pulled file: where it came from, the variables it needs, and their values for those who ask.
import { fail } from '../nouns/problem.ts';
import { seal, type Sealed } from '../nouns/secret.ts';
import { quotedForEnvFile, readEnvFile } from '../reading/env-file.ts';
import type { Variable } from './variables.ts';

export interface Origin {
  readonly target: string;
  readonly url: URL;
  /** For editors; relative to the file. */
  readonly schema: string | undefined;
}

/** The pulled text under lines that say what it is. */
export function withHeading(text: string, { target, url, schema }: Origin): string {
  const lines = [
    ...(schema === undefined ? [] : [`# yaml-language-server: $schema=${schema}`]),
    `# Pulled from the gateway ${JSON.stringify(target)} at ${url.host} by \`holdfast pull\`; secrets are in the variables of .env.example.`,
    '',
  ];
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return `${lines.join(eol)}${eol}${text.replace(/^(?:[ \t]*\r?\n)+/, '')}`;
}

/** Names only, each with where it is used. */
export function envExample(variables: readonly Variable[]): string {
  const blocks = variables.map(({ name, usedAt }) => `# ${usedAtText(usedAt)}\n${name}=\n`);
  return `# The secrets of the pulled files. Fill them in in a copy that git ignores, e.g. .env.\n\n${blocks.join('')}`;
}

function usedAtText([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

/** With the values. Throws HF2072 for one that no such file can hold. */
export function envFile(variables: readonly Variable[]): Sealed<string> {
  const text = variables.map(({ name, secret }) => `${name}=${quotedForEnvFile(secret.open())}\n`).join('');
  const { values } = readEnvFile(text, '', {});
  const lost = variables.filter(({ name, secret }) => values[name] !== secret.open());
  if (lost.length > 0)
    throw fail('HF2072', `no such file can hold the value of ${lost.map(({ name }) => name).join(', ')}`, {
      remedy: 'Leave out --write-env, and set these variables by other means.',
    });
  return seal(text);
}
