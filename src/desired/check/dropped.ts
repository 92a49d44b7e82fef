// What the gateway would drop, as a finding.
import type { Finding } from './findings.ts';

export function droppedFinding(reason: string, steps: readonly string[]): Finding {
  if (reason.startsWith('the same'))
    return { steps, code: 'HF2051', message: `would be dropped by the gateway: ${reason}` };
  if (reason.includes('erased'))
    return {
      steps,
      code: 'HF2052',
      message: `would become empty in the gateway: ${reason}`,
      remedy: 'Write a prefix without a slash inside.',
    };
  return { steps, code: 'HF2050', message: `would be dropped by the gateway: ${reason}` };
}
