// What the verification after the writes found. Types only.
import type { Evidence } from '../../domain/outcome/outcome.ts';
import type { Settled } from './settled.ts';

export interface Verified {
  readonly kind: 'verified';
  readonly settled: Settled;
  readonly evidence: readonly Evidence[];
  readonly runtime: 'proven' | 'unproven';
  readonly notServedYet: readonly string[];
}
