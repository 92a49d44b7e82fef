// Secrets in the arguments of tools: references to where a person stores them, never their values.
import { isList, isTree, type Value } from '../lib/value.ts';

/** The value with each `{"secret": {"env": NAME}}` and `{"secret": {"file": PATH}}` as a reference of a desired-state file. */
export function withReferences(value: Value): Value {
  if (isList(value)) return value.map(withReferences);
  if (!isTree(value)) return value;
  const reference = referenceIn(value['secret']);
  if (reference !== undefined && Object.keys(value).length === 1) return reference;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withReferences(member)]));
}

function referenceIn(secret: Value | undefined): string | undefined {
  if (!isTree(secret) || Object.keys(secret).length !== 1) return undefined;
  const { env, file } = secret;
  if (typeof env === 'string' && /^\w+$/.test(env)) return `\${env:${env}}`;
  return typeof file === 'string' && !/[{}\s]/.test(file) ? `\${file:${file}}` : undefined;
}
