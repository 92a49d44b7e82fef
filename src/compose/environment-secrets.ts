// Variables of the process that look like credentials: no output shows them, whoever requests them.
import { carriesCredential } from '../gateway/catalog/credential-names.ts';
import type { Environment } from '../input/environment.ts';

/** Shorter values, plain words and paths are probably settings (`SECRET_STORE=production`), not secrets. */
const LONG_ENOUGH = 8;
const LOOKS_PLAIN = /^(?:\p{L}+|\/[\w./-]*)$/u;

export function credentialsIn(env: Environment): string[] {
  return Object.entries(env).flatMap(([name, value = '']) =>
    value.length >= LONG_ENOUGH && carriesCredential(name) && !LOOKS_PLAIN.test(value) ? [value] : [],
  );
}
