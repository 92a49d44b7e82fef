// The work in progress on a target, as text.
import type { Step } from '../../../domain/outcome/event.ts';

const STEPS: Record<Step, string> = {
  lock: 'waiting for the lock',
  observe: 'reading the gateway',
  plan: 'planning',
  quiet: 'waiting until the gateway is quiet',
  baseline: 'recording the current behavior',
  backup: 'creating a backup',
  journal: 'writing the journal',
  'probe-way-back': 'checking that a rollback is possible',
  write: 'writing',
  settle: 'waiting for the gateway to settle',
  verify: 'verifying',
  commit: 'recording the applied state',
  'roll-back': 'rolling back',
  recover: 'resolving an unfinished transaction',
  bisect: 'finding out which changes fail',
};

export const stepWords = (step: string): string => (step in STEPS ? STEPS[step as Step] : step);

export function StepLine({ step }: { readonly step: string }) {
  return (
    <span class="step">
      <i class="spinner" aria-hidden="true" />
      {stepWords(step)}…
    </span>
  );
}
