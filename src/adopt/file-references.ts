// A secret in a file of its own: `${file:PATH}` in place of `${env:NAME}`. Pure.
import type { Environment } from '../input/environment.ts';
import type { Variable } from './variables.ts';

/** Those that no variable holds, and that are therefore kept in files. */
export const inFiles = (variables: readonly Variable[], env: Environment): readonly Variable[] =>
  variables.filter(({ name, secret }) => env[name] !== secret.open());

/** The text with references to these names as references to files. Escaped ones, `$${env:NAME}`, stay. */
export function withFileReferences(
  text: string,
  names: ReadonlySet<string>,
  pathOf: (name: string) => string,
): string {
  return text.replaceAll(/(?<!\$)\$\{env:(\w+)\}/g, (reference, name: string) =>
    names.has(name) ? `\${file:${pathOf(name)}}` : reference,
  );
}
