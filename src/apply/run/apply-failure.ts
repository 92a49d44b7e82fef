// Why a transaction cannot be committed. A value, not an exception: the roll-back that follows is the normal way.
import type { Code } from '../../domain/problem/codes.ts';
import type { Evidence } from '../../domain/outcome/outcome.ts';

export interface ApplyFailure {
  readonly kind: 'setback';
  readonly code: Code;
  readonly reason: string;
  readonly path?: string;
  readonly evidence: readonly Evidence[];
  /** Not the revision's fault: it is not quarantined. */
  readonly blameless: boolean;
}

interface Details {
  readonly path?: string;
  readonly evidence?: readonly Evidence[];
  readonly blameless?: boolean;
}

export function applyFailure(code: Code, reason: string, details: Details = {}): ApplyFailure {
  const { path, evidence = [], blameless = false } = details;
  return { kind: 'setback', code, reason, evidence, blameless, ...(path !== undefined && { path }) };
}
