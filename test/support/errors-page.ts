// docs/errors.md, made from the table of codes and the table of exit codes.
import { CODES } from '../../src/domain/problem/codes.ts';

const EXITS: readonly (readonly [number, string])[] = [
  [0, 'in sync, applied and verified; `plan` with or without changes'],
  [1, 'unexpected error'],
  [
    2,
    'differences found by `diff`, `drift`, `plan --exit-code` or `restore --dry-run`, or left unchanged by `apply`',
  ],
  [3, 'input invalid'],
  [
    4,
    'refused by a guard, nothing written (`plan`, `diff` and `drift` too, when the apply would be refused)',
  ],
  [5, 'gateway unreachable or access denied'],
  [6, 'verification failed, rolled back'],
  [7, 'rollback failed, a person is needed'],
  [8, 'the plan is stale, the gateway changed in the meantime, or the target is locked'],
  [64, 'usage'],
];

const RANGES: Readonly<Record<string, string>> = {
  '1': 'Usage and settings',
  '2': 'Desired state',
  '3': 'Gateway',
  '4': 'Plan and guards',
  '5': 'Apply and rollback',
  '6': 'State',
  '7': 'Daemon',
  '8': 'Forges and CI',
  '9': 'Errors in Holdfast itself',
};

/** Code is shown as it is; elsewhere, `<` would begin a tag. */
const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replace(/(`[^`]*`)|</g, (_, code?: string) => code ?? '&lt;');

export function errorsPage(): string {
  const sections = Object.entries(RANGES).map(([digit, title]) => {
    const rows = Object.entries(CODES)
      .filter(([code]) => code.startsWith(`HF${digit}`))
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(
        ([code, { exit, summary, remedy }]) =>
          `| \`${code}\` | ${exit} | ${cell(summary)} | ${cell(remedy)} |`,
      );
    return [
      `## ${title}`,
      '',
      '| code | exit | what happened | what to do |',
      '|---|---|---|---|',
      ...rows,
      '',
    ].join('\n');
  });
  return [
    '# Errors and exit codes',
    '',
    'Every problem has a stable code, a position if there is one, and a remedy. With `--output json`, the same members are',
    'in `problems`. This page is generated from `src/domain/problem/codes.ts` by `npm run docs`.',
    '',
    '## Exit codes',
    '',
    '| exit | meaning |',
    '|---|---|',
    ...EXITS.map(([exit, meaning]) => `| ${exit} | ${meaning} |`),
    '',
    'With several targets the most severe one wins: 7, 1, 5, 6, 8, 4, 3, 2, 0.',
    '',
    ...sections,
  ].join('\n');
}
