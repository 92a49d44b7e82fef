// The new value of a rotation: what a reference stands for, or a value that Holdfast makes.
import { randomBytes } from 'node:crypto';
import type { Variable } from '../../adopt/variables.ts';
import type { NewValue } from '../../adopt/rotation/edits.ts';
import type { Environment } from '../../input/environment.ts';
import { storesOf, type Stores } from '../../compose/adoption.ts';
import type { Session } from '../../compose/session.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import { seal } from '../../domain/secret.ts';
import type { RotationKind } from '../../domain/state/rotation.ts';
import { isReference, repeatingReference, variablesIn } from '../../input/reference-text.ts';
import { resolveReferences } from '../../input/references.ts';
import type { LocatedScalar } from '../../yaml/located.ts';

/** Rejects with HF2121 for a text that isn't one reference to one value, and with what is wrong with the reference. */
export async function valueOfReference(
  { env, settings: { dir, references: rules } }: Session,
  text: string,
): Promise<NewValue> {
  if (!isReference(text))
    throw fail('HF2121', "--to isn't a reference", {
      remedy: "Put the value into a variable or a file, and write for example --to '${env:NEW_KEY}'.",
    });
  if (repeatingReference(text)) throw fail('HF2121', `--to ${text} stands for several values`);
  const scalar: LocatedScalar = {
    kind: 'scalar',
    value: text,
    position: { file: '--to', line: 1, column: 1 },
    plain: false,
  };
  const { root, problems } = await resolveReferences(scalar, { env, dir, rules, allowUnresolved: false });
  if (problems.length > 0)
    throw new HoldfastError(problems.map(({ position: _position, ...found }) => found));
  return { value: String(root.value), reference: text };
}

export interface Made extends NewValue {
  /** Where the value is stored under this name. */
  readonly variable: Variable;
  readonly stores: Stores;
}

const STEM: Readonly<Record<RotationKind, string>> = {
  'client-key': 'CLIENT_KEY',
  'provider-key': 'PROVIDER_KEY',
  'management-secret': 'MANAGEMENT_KEY',
};

/** `before`: what the files say for the old value; the new variable is called like its variable. */
export async function madeValue(
  session: Session,
  {
    kind,
    before,
    path,
  }: { readonly kind: RotationKind; readonly before: string | undefined; readonly path: string },
): Promise<Made> {
  const stores = await storesOf(session, {}, session.env);
  const [held = STEM[kind]] = before === undefined ? [] : variablesIn(before);
  const name = freeName(held.replace(/_\d+$/, ''), {
    ...stores.files?.held,
    ...stores.values?.held,
    ...session.env,
  });
  const value = `${kind === 'client-key' ? 'sk-' : ''}${randomBytes(32).toString('base64url')}`;
  return {
    value,
    reference: `\${env:${name}}`,
    variable: { name, secret: seal(value), usedAt: [path] },
    stores,
  };
}

function freeName(stem: string, env: Environment): string {
  for (let number = 2; ; number += 1) {
    const name = `${stem}_${number}`;
    if (env[name] === undefined) return name;
  }
}
