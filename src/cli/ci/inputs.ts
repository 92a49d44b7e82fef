// Inputs of the action as a command line. Pure. A command refuses what it doesn't know, with the flag's name.
import { fail } from '../../domain/problem/problem.ts';
import type { Environment } from '../../input/environment.ts';

export interface Called {
  readonly argv: readonly string[];
  /** Where it runs, from the workspace. */
  readonly dir: string;
  /** What the workflow gives the action to speak to the forge. */
  readonly token?: string;
}

/** Commands whose result can be annotations and outputs of a step. */
const REPORTS: ReadonlySet<string> = new Set(['validate', 'plan', 'diff', 'drift', 'apply', 'restore']);

const TEXTS = ['settings', 'base', 'fail-on', 'comment-file'] as const;
const LISTS = ['target', 'allow'] as const;
const SWITCHES = ['comment', 'commit-status', 'issue', 'as-approved', 'allow-unresolved', 'prune'] as const;

/** Throws HF1001 for an input that is no value of its kind. */
export function argvOf(env: Environment): Called {
  const input = (name: string): string => env[`INPUT_${name.toUpperCase()}`]?.trim() ?? '';
  const command = input('command') || 'plan';
  const token = input('token');
  const planFile = input('plan-file');
  return {
    argv: [
      command,
      ...(REPORTS.has(command) ? ['--output', 'github'] : []),
      ...TEXTS.flatMap((name) => (input(name) === '' ? [] : [`--${name}`, input(name)])),
      ...LISTS.flatMap((name) => linesOf(input(name)).flatMap((value) => [`--${name}`, value])),
      ...SWITCHES.flatMap((name) => (isOn(name, input(name)) ? [`--${name}`] : [])),
      ...(planFile === '' ? [] : command === 'plan' ? ['--out', planFile] : [planFile]),
      ...linesOf(input('arguments')),
    ],
    dir: input('working-directory') || '.',
    ...(token !== '' && { token }),
  };
}

/** One value a line, so that a value may have blanks. */
function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function isOn(name: string, value: string): boolean {
  if (value === '' || value === 'false') return false;
  if (value === 'true') return true;
  throw fail('HF1001', `the input "${name}" is true or false, not "${value}"`);
}
