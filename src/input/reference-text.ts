// References as texts: `${env:NAME}`, `${file:path}`, `${lines:path}`, `${list:NAME}`, `${exec:NAME}`, and `$${` for a
// literal.
import { nearest } from '../lib/suggest.ts';

export type ReferenceKind = 'env' | 'file' | 'lines' | 'list' | 'exec';
const KINDS: readonly ReferenceKind[] = ['env', 'file', 'lines', 'list', 'exec'];

export interface Reference {
  readonly kind: ReferenceKind;
  readonly argument: string;
  /** As written, `${env:NAME}`. */
  readonly text: string;
}

export type Part = string | Reference | { readonly broken: string };

/** The reference of one text from outside YAML, e.g. a flag. */
export function isReference(text: string): boolean {
  return /(?<!\$)\$\{/.test(text);
}

/** The reference that makes an entry repeat, where a text is one: the path of a `lines` file, the name of a `list`. */
export function repeatingReference(
  text: string,
): { readonly kind: 'lines' | 'list'; readonly argument: string } | undefined {
  const parts = partsOf(text);
  const [only] = parts;
  if (parts.length !== 1 || typeof only !== 'object' || 'broken' in only) return undefined;
  const { kind, argument } = only;
  return kind === 'lines' || kind === 'list' ? { kind, argument } : undefined;
}

/** The variables that a text refers to. */
export function variablesIn(text: string): readonly string[] {
  return partsOf(text).flatMap((part) =>
    typeof part === 'object' && 'kind' in part && part.kind === 'env' ? [part.argument] : [],
  );
}

/**
 * A text with one reference in it, as it has to be so that it stands for `meant`: what is around the reference changes.
 * Undefined where it has another number of references, or what the reference brings isn't once in `meant`.
 */
export function aroundReference(
  text: string,
  { was, meant }: Readonly<Record<'was' | 'meant', string>>,
): string | undefined {
  const parts = partsOf(text);
  const at = parts.findIndex((part) => typeof part === 'object' && 'kind' in part);
  const reference = parts[at];
  if (parts.filter((part) => typeof part === 'object').length !== 1) return undefined;
  if (typeof reference !== 'object' || 'broken' in reference || parts.length === 1) return undefined;
  const [before, after] = [parts.slice(0, at).join(''), parts.slice(at + 1).join('')];
  const brought = was.slice(before.length, was.length - after.length);
  const start = meant.indexOf(brought);
  if (brought === '' || start < 0 || meant.includes(brought, start + 1)) return undefined;
  return `${escaped(meant.slice(0, start))}${reference.text}${escaped(meant.slice(start + brought.length))}`;
}

/** A text that no reference is read from. */
export const escaped = (text: string): string => text.replaceAll('${', () => '$${');

/** Literal texts and references, in order. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let literal = '';
  let at = 0;
  const flush = (): void => {
    if (literal !== '') parts.push(literal);
    literal = '';
  };
  while (at < text.length) {
    const next = text.indexOf('${', at);
    if (next < 0) break;
    if (next > at && text[next - 1] === '$') {
      literal += `${text.slice(at, next - 1)}\${`;
      at = next + 2;
      continue;
    }
    literal += text.slice(at, next);
    flush();
    const close = text.indexOf('}', next);
    if (close < 0)
      return [...parts, { broken: 'A reference isn\'t closed with "}"; write $${ for a literal "${"' }];
    parts.push(referenceOf(text.slice(next, close + 1)));
    at = close + 1;
  }
  literal += text.slice(at);
  flush();
  return parts;
}

function referenceOf(text: string): Reference | { broken: string } {
  const [, kind = '', argument = ''] = /^\$\{([^:}]*):?([^}]*)\}$/.exec(text) ?? [];
  const known = KINDS.find((name) => name === kind);
  if (known && argument !== '') return { kind: known, argument, text };
  if (known) return { broken: `${text} has no name; write \${${known}:…}` };
  const meant = nearest(kind, KINDS) ?? 'env';
  const example = argument === '' ? `\${env:${kind}}` : `\${${meant}:${argument}}`;
  return {
    broken: `${text} isn't a reference. Did you mean \`${example}\`? Write $\${ for a literal "\${"`,
  };
}
