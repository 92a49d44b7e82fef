// What is being done to a target at this moment, in words.
import type { Step } from '../../../domain/outcome/event.ts';

const STEPS: Record<Step, string> = {
  lock: 'waiting for the lock',
  observe: 'reading the gateway',
  plan: 'planning',
  quiet: 'waiting until nobody writes',
  baseline: 'noting how it behaves now',
  backup: 'taking a backup',
  journal: 'writing the journal',
  'probe-way-back': 'testing the way back',
  write: 'writing',
  settle: 'letting the gateway settle',
  verify: 'verifying',
  commit: 'remembering what is in force',
  'roll-back': 'rolling back',
  recover: 'resolving an unfinished run',
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
