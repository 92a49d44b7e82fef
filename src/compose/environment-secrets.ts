// Variables of the process that look like credentials: nothing that Holdfast says may show them, whoever asked for them.
import { carriesCredential } from '../gateway/catalog/credential-names.ts';
import type { Environment } from '../input/environment.ts';

/** Shorter ones, plain words and paths are what settings look like (`SECRET_STORE=production`), not secrets. */
const LONG_ENOUGH = 8;
const LOOKS_PLAIN = /^(?:\p{L}+|\/[\w./-]*)$/u;

export function credentialsIn(env: Environment): string[] {
  return Object.entries(env).flatMap(([name, value = '']) =>
    value.length >= LONG_ENOUGH && carriesCredential(name) && !LOOKS_PLAIN.test(value) ? [value] : [],
  );
}
