// What allows the finding of a guard, and its text in plans: the flag as it is typed in a shell, which is part of
// the format. All other code gets the data here and prints it in its own way.
import { shellWord } from '../../lib/shell.ts';
import type { GuardId, Verdict } from './guard.ts';

export interface Override {
  readonly guard: GuardId;
  /** As path text; absent: for the guard as a whole. */
  readonly path?: string;
  /** The user must choose one of them. */
  readonly choices?: readonly string[];
}

/** `--allow mass-delete:api-keys`, `--allow split-brain=file|memory`. */
export function overrideFlag({ guard, path, choices }: Override): string {
  if (choices) return `--allow ${guard}=${choices.join('|')}`;
  return `--allow ${shellWord(path === undefined ? guard : `${guard}:${path}`)}`;
}

/** The override that a verdict names; undefined: its guard has none. */
export function overrideOf({ guard, override }: Pick<Verdict, 'guard' | 'override'>): Override | undefined {
  if (override === undefined) return undefined;
  const word = override.replace(/^--allow /, '');
  const value = word.startsWith("'") ? word.slice(1, -1).replaceAll(String.raw`'\''`, "'") : word;
  const rest = value.slice(guard.length);
  if (rest.startsWith('=')) return { guard, choices: rest.slice(1).split('|') };
  return rest.startsWith(':') ? { guard, path: rest.slice(1) } : { guard };
}

/** The arguments of `--allow`, one for each way to allow it. */
export function allowValues({ guard, path, choices }: Override): readonly string[] {
  if (choices) return choices.map((choice) => `${guard}=${choice}`);
  return [path === undefined ? guard : `${guard}:${path}`];
}
