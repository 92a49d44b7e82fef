// Texts that the gateway sends by HTTP. If such a text has a character that HTTP can't transport, the gateway
// accepts and shows the value, but its request is never sent. Pure.
import type { Field } from '../../gateway/catalog/field.ts';
import { trim } from '../../gateway/model/rules.ts';
import { type Uncarried, uncarriedInName, uncarriedInUrl, uncarriedInValue } from '../../lib/http-text.ts';
import type { Located } from '../../yaml/located.ts';
import type { Finding } from './findings.ts';

/** Keys, addresses, headers and what becomes part of them. */
export function* uncarried(field: Field, node: Located, steps: readonly string[]): Iterable<Finding> {
  if (isHeaders(field) && node.kind === 'map')
    for (const [name, { position }] of node.members) {
      const found = uncarriedInName(trim(name));
      if (found) yield { ...finding(found, [...steps, name], 'contains in its name'), position };
    }
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.unresolved) return;
  const check = checkOf(field);
  const found = check?.(isTrimmed(field) ? trim(node.value) : node.value);
  if (found) yield finding(found, steps, 'holds');
}

function finding({ what, at }: Uncarried, steps: readonly string[], verb: string): Finding {
  return {
    steps,
    code: 'HF2057',
    message: `${verb} ${what}, character ${at}, which HTTP can't transmit`,
  };
}

const isHeaders = ({ normalise }: Field): boolean => normalise.includes('headers');

const HEADER_DEFAULTS = /(?:^|[.-])header-defaults$/;

function checkOf(field: Field): ((text: string) => Uncarried | undefined) | undefined {
  const { kind, secret, name, parent, pattern } = field;
  if (kind !== 'string') return undefined;
  if (name === 'base-url' || name === 'proxy-url' || name === 'prefix') return uncarriedInUrl;
  if (name === 'header-name') return uncarriedInName;
  const isClientKey = /(?:^|\.)api-keys\[\*\]$/.test(pattern);
  const isHeader = parent !== undefined && (isHeaders(parent) || HEADER_DEFAULTS.test(parent.pattern));
  return secret || isClientKey || isHeader ? uncarriedInValue : undefined;
}

/** Whether the gateway trims the value when it loads its file; client keys are trimmed when they are compared. */
function isTrimmed({ normalise, parent, pattern }: Field): boolean {
  return (
    normalise.includes('trim') ||
    normalise.includes('prefix') ||
    (parent !== undefined && isHeaders(parent)) ||
    /(?:^|\.)api-keys\[\*\]$/.test(pattern)
  );
}
