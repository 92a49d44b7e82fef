// What the gateway refuses in single members of an entry (C v0 §3.3), with its messages.
import type { Value } from '../../lib/value.ts';
import { trim } from '../model/rules.ts';

const MAX_WEIGHT = 1_000_000;
const PROFILES: ReadonlySet<string> = new Set(['', 'claude-code-cli', 'oauth-cli']);

export function weightProblem(weight: Value | undefined): string | undefined {
  return typeof weight === 'number' && weight > MAX_WEIGHT
    ? `weight must not exceed ${MAX_WEIGHT}`
    : undefined;
}

export function profileProblem(profile: string): string | undefined {
  if (PROFILES.has(trim(profile).toLowerCase())) return undefined;
  return `unsupported fingerprint-profile ${JSON.stringify(trim(profile))} (supported: "claude-code-cli" or empty)`;
}
