// The same text for equal values: the form in which values are hashed and compared. Not for output.
import { isList, isTree, type Value } from './value.ts';

/** JSON with sorted keys. */
export function canonicalJson(value: Value): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isTree(value)) return JSON.stringify(value);
  const members = Object.keys(value).toSorted();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] as Value)}`).join(',')}}`;
}

/**
 * Like `canonicalJson`, but treats `null`, `[]`, `{}` and absent as equal, because the gateway shows them
 * inconsistently (C v0 §2.1.1, §4.3). Undefined: nothing remains.
 */
export function substanceOf(value: Value | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return quoted(value);
  if (isList(value))
    return value.length === 0 ? undefined : `[${value.map((item) => substanceOf(item) ?? '').join(',')}]`;
  if (!isTree(value)) return JSON.stringify(value);
  let members = '';
  for (const name of Object.keys(value).sort()) {
    const text = substanceOf(value[name]);
    if (text !== undefined) members += `${members === '' ? '' : ','}${quoted(name)}:${text}`;
  }
  return members === '' ? undefined : `{${members}}`;
}

/** As JSON writes it; most texts of a configuration need no escapes. */
function quoted(text: string): string {
  return /^[\w ./:@*-]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}
