// Why a transaction can't be committed. A value, not an exception, because the rollback that follows is a normal
// path.
import type { Code } from '../../domain/problem/codes.ts';
import type { Evidence } from '../../domain/outcome/outcome.ts';

export interface ApplyFailure {
  readonly kind: 'apply-failure';
  readonly code: Code;
  readonly reason: string;
  readonly path?: string;
  readonly evidence: readonly Evidence[];
  /** The revision didn't cause it, so it isn't quarantined. */
  readonly blameless: boolean;
}

interface Details {
  readonly path?: string;
  readonly evidence?: readonly Evidence[];
  readonly blameless?: boolean;
}

export function applyFailure(code: Code, reason: string, details: Details = {}): ApplyFailure {
  const { path, evidence = [], blameless = false } = details;
  return { kind: 'apply-failure', code, reason, evidence, blameless, ...(path !== undefined && { path }) };
}
