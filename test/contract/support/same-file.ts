// Whether two config.yaml are equal: content, order of keys, set of comments. Reads with the YAML library directly,
// so that the model of the gateway doesn't judge itself.
import { parseDocument, Parser } from 'yaml';

/** Undefined: the same. Otherwise what differs first. */
export function fileDifference(expected: string | null, found: string | null): string | undefined {
  if (expected === found) return undefined;
  if (expected === null || found === null) return expected === null ? 'a file that should be gone' : 'no file';
  if (contentOf(expected) !== contentOf(found)) return 'content or order of keys';
  return commentsOf(expected) === commentsOf(found) ? undefined : 'comments';
}

function contentOf(text: string): string {
  const document = parseDocument(text, { uniqueKeys: false, merge: true, logLevel: 'silent' });
  if (document.errors.length > 0) return text;
  return JSON.stringify(document.toJS({ mapAsMap: true }), (_key, value: unknown) =>
    value instanceof Map ? ['map', ...value] : typeof value === 'number' ? String(value) : value,
  );
}

function commentsOf(text: string): string {
  const found = new Set<string>();
  const visit = (token: unknown): void => {
    if (typeof token !== 'object' || token === null) return;
    if ('type' in token && token.type === 'comment' && 'source' in token) found.add(String(token.source).trim());
    for (const value of Object.values(token)) if (typeof value === 'object') visit(value);
  };
  for (const token of new Parser().parse(text)) visit(token);
  return [...found].toSorted().join('\n');
}
