// `$NAME`, `${NAME}` and `${NAME:-default}` in a file of variables, as Docker Compose expands them. `$$` is a literal `$`.

/** The value of a variable; undefined if it isn't set. */
export type Lookup = (name: string) => string | undefined;

/** Why a value can't be expanded. Contains no part of the value, because it can be a secret. */
export type Fault = 'invalid' | 'required' | 'unset';

export type Interpolated = { readonly text: string } | { readonly fault: Fault; readonly at: number };

/**
 * Like Compose, except for a variable that isn't set and has no default: Compose replaces it with nothing, which
 * truncates a secret that contains a `$`. Here that is an error. `at` is the index of the `$`.
 */
export function interpolate(text: string, lookup: Lookup): Interpolated {
  let failed: { fault: Fault; at: number } | undefined;
  const expanded = text.replaceAll(REFERENCES, (reference: string, ...rest: unknown[]) => {
    const found = expand(reference, lookup);
    if ('text' in found) return found.text;
    failed ??= { fault: found.fault, at: offsetIn(rest) };
    return '';
  });
  return failed ?? { text: expanded };
}

/** A default can contain anything except a line break, including closing braces: `expand` finds its end. */
const PATTERN =
  /\$(?:(?<escaped>\$)|(?<named>[_a-z][_a-z0-9]*)|\{(?:(?<braced>[_a-z][_a-z0-9]*(?::?[-+?][^\n]*)?)\})?)/iu;
const REFERENCES = new RegExp(PATTERN.source, 'giu');

/** The arguments of a replacer after the match: groups, offset, whole text, named groups. */
const offsetIn = (rest: readonly unknown[]): number => Number(rest.find((one) => typeof one === 'number'));

type Expanded = { readonly text: string } | { readonly fault: Fault };

/** One match: the reference ends where its own brace closes; the rest is expanded in its turn. */
function expand(match: string, lookup: Lookup): Expanded {
  const end = closingBrace(match);
  const { escaped, named, braced } = PATTERN.exec(match.slice(0, end))?.groups ?? {};
  if (escaped !== undefined) return { text: '$' };
  if (named !== undefined) return valueOf(named, lookup);
  if (braced === undefined) return { fault: 'invalid' };
  const value = substituted(braced, lookup);
  if ('fault' in value) return value;
  const rest = interpolate(match.slice(end), lookup);
  return 'fault' in rest ? rest : { text: value.text + rest.text };
}

/** Index after the brace that closes the first one. Like Compose, it ignores the character directly after a brace. */
function closingBrace(text: string): number {
  let open = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '}' && --open === 0) return i + 1;
    if (text[i] === '{') {
      open++;
      i++;
    }
  }
  return text.length;
}

/** `NAME`, or `NAME` with one of the operators `-`, `+`, `?`, each of which a colon makes to take an empty value as unset. */
function substituted(braced: string, lookup: Lookup): Expanded {
  const [, name = braced, colon, operator, word = ''] = /^([^:?+-]+)(:?)([-+?])(.*)$/su.exec(braced) ?? [];
  const value = lookup(name);
  const isSet = value !== undefined && (colon !== ':' || value !== '');
  if (operator === undefined) return valueOf(name, lookup);
  if (operator === '?') return isSet ? { text: value } : { fault: 'required' };
  if (operator === '+') return isSet ? interpolate(word, lookup) : { text: value ?? '' };
  return isSet ? { text: value } : interpolate(word, lookup);
}

function valueOf(name: string, lookup: Lookup): Expanded {
  const value = lookup(name);
  return value === undefined ? { fault: 'unset' } : { text: value };
}
