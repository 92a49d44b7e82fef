// Remedies that a page offers itself: the texts of the codes name commands of a terminal instead. Pure.
import type { Code } from '../../../domain/problem/codes.ts';
import type { Problem } from '../../../domain/problem/problem.ts';

const ON_PAGE: Partial<Record<Code, string>> = {
  HF4001:
    'Restart the gateway. In the modes apply and enforce, Holdfast writes the file again in a way that makes the gateway load it: select Sync now.',
  HF5021:
    'Compare the gateway with the backup in Backups. To keep the gateway as it is, select Apply after the steps; to go back, restore the backup.',
  HF5011:
    "Holdfast read the gateway to find out what happened, and rolled back. Check the gateway's log and disk, then select Retry the revision.",
  HF5012:
    'Holdfast rolled back. Check what the gateway does to this value, correct the files or the gateway, then select Retry the revision.',
  HF5014:
    "Holdfast rolled back. If the gateway's file watcher no longer works, restart the gateway. Then select Retry the revision.",
  HF5030: 'Change the files or secrets, or select Retry the revision.',
  HF5031: 'Wait until the suspension ends, or select Resume.',
};

export const remedyOnPage = ({ code, remedy }: Pick<Problem, 'code' | 'remedy'>): string =>
  ON_PAGE[code] ?? remedy;

/** Each of them once; those of `elsewhere` are shown there. */
export function distinct(
  problems: readonly Problem[],
  elsewhere: readonly Pick<Problem, 'code' | 'message'>[] = [],
): readonly Problem[] {
  const seen = new Set(elsewhere.map(identity));
  return problems.filter((problem) => {
    const isNew = !seen.has(identity(problem));
    seen.add(identity(problem));
    return isNew;
  });
}

const identity = ({ code, message }: Pick<Problem, 'code' | 'message'>): string => `${code} ${message}`;
