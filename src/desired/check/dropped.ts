// What the gateway would drop, as a finding.
import type { Drop } from '../../gateway/model/rules.ts';
import type { Finding } from './findings.ts';

export function droppedFinding({ kind, reason }: Drop, steps: readonly string[]): Finding {
  if (kind === 'duplicate')
    return { steps, drop: kind, code: 'HF2051', message: `would be dropped by the gateway: ${reason}` };
  if (kind === 'erased')
    return {
      steps,
      drop: kind,
      code: 'HF2052',
      message: `would become empty in the gateway: ${reason}`,
      remedy: 'Use a prefix without a slash inside it.',
    };
  return { steps, drop: kind, code: 'HF2050', message: `would be dropped by the gateway: ${reason}` };
}
