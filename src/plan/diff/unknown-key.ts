// Names of members: the gateway's spelling, and a stand-in field for keys that the catalog doesn't know
// (`policy.unknown-keys: pass`): free-form, only in the raw file.
import type { Field } from '../../gateway/catalog/field.ts';

export function unknownField(parent: Field, name: string): Field {
  return {
    name,
    pattern: parent.pattern === '' ? name : `${parent.pattern}.${name}`,
    kind: 'any',
    description: 'not in the catalog',
    parent,
    secret: false,
    identity: [],
    saverIdentity: [],
    formerNames: [],
    normalise: [],
    equalsAbsent: [],
    pointer: true,
    omitEmpty: false,
    visible: 'yaml',
    jsonName: name,
    route: { kind: 'file' },
    restart: false,
  };
}

/** Keys of OAuth maps in the gateway's spelling: trimmed and in lower case (C v0 §4.2). */
export function foldedName(map: Field, name: string): string {
  const folds = map.kind === 'map' && map.normalise.some((rule) => rule.endsWith('keys:lower'));
  return folds ? name.trim().toLowerCase() : name;
}
