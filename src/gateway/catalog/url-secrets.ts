// Secrets inside URLs: the password of the user, and query parameters whose names indicate credentials.
import { carriesCredential } from './credential-names.ts';

/** The text with those parts replaced; the user, the host and all other characters stay. Accepts any text. */
export function mapUrlSecrets(text: string, replace: (secret: string) => string): string {
  return withoutQuerySecrets(withoutPassword(text, replace), replace);
}

/** `scheme://user:password@host`, with or without the scheme. */
function withoutPassword(text: string, replace: (secret: string) => string): string {
  const start = /^\s*(?:[a-z][a-z0-9+.-]*:\/\/)?/i.exec(text)?.[0].length ?? 0;
  const end = passwordEnd(text, start);
  const colon = text.indexOf(':', start);
  if (end < 0 || colon < 0 || colon + 1 >= end) return text;
  return text.slice(0, colon + 1) + replace(text.slice(colon + 1, end)) + text.slice(end);
}

/**
 * The last `@` before the path. A password with an unescaped slash breaks the URL; then the last `@` of the text
 * counts.
 */
function passwordEnd(text: string, start: number): number {
  const length = text.slice(start).search(/[/?#\s]/);
  const authority = length < 0 ? text.slice(start) : text.slice(start, start + length);
  const at = authority.lastIndexOf('@');
  if (at >= 0) return start + at;
  const port = /:(.*)$/.exec(authority)?.[1];
  return port === undefined || /^\d*$/.test(port) || start === 0 ? -1 : text.lastIndexOf('@');
}

function withoutQuerySecrets(text: string, replace: (secret: string) => string): string {
  if (!text.includes('://')) return text;
  return text.replaceAll(/([?&])([^=&#]+)=([^&#]+)/g, (all, sign: string, name: string, value: string) =>
    carriesCredential(name) ? `${sign}${name}=${replace(value)}` : all,
  );
}
