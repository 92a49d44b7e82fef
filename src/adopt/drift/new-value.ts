// A value of the gateway as a person would declare it: without what the gateway fills in by itself.
import type { Field } from '../../gateway/catalog/field.ts';
import { canonical } from '../../gateway/model/equal.ts';
import { isList, isTree, type Value } from '../../lib/value.ts';

/** Members that mean the same as missing ones go. */
export function withoutDefaults(field: Field, value: Value): Value {
  if (isList(value)) {
    const { item } = field;
    return item ? value.map((each) => withoutDefaults(item, each)) : value;
  }
  if (!isTree(value) || (field.kind !== 'struct' && field.kind !== 'map')) return value;
  const members = Object.entries(value).flatMap(([name, member]): [string, Value][] => {
    const inner = field.kind === 'map' ? field.value : field.fields?.get(name);
    if (!inner) return [];
    const isImplied = field.kind === 'struct' && canonical(inner, member) === undefined;
    return isImplied ? [] : [[name, withoutDefaults(inner, member)]];
  });
  return Object.fromEntries(members);
}
