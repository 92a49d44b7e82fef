// Client keys with an end (`client-keys` in the settings): from then on they aren't declared, whatever the files say. Pure.
import { factsOf } from '../../gateway/layout/layouts.ts';
import type { Layout } from '../../domain/desired.ts';
import { fingerprintsOf, type NamedKey } from '../../domain/named-key.ts';
import { type Position, type Problem, problem } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import { momentText } from '../../lib/text.ts';
import type { Located, LocatedMap } from '../../yaml/located.ts';

/** How long before its end a key is announced, in ms. */
const ANNOUNCED = 7 * 86_400_000;

/** The tree as it counts at this time, and what to tell people about it. */
export function withoutExpired(
  root: LocatedMap,
  layout: Layout,
  { digestKey, named = [] }: Pick<Target, 'digestKey' | 'named'>,
  now: number,
): { readonly root: LocatedMap; readonly problems: readonly Problem[] } {
  const ending = named.filter(({ expires }) => expires !== undefined && expires - ANNOUNCED <= now);
  if (ending.length === 0) return { root, problems: [] };
  const { nameOf } = fingerprintsOf({ digestKey, named: ending });
  const problems: Problem[] = [];
  const isLeft = (item: Located): boolean => {
    const name = item.kind === 'scalar' ? nameOf(String(item.value)) : undefined;
    const key = ending.find((one) => one.name === name);
    if (key?.expires === undefined) return true;
    const isOver = key.expires <= now;
    problems.push(isOver ? expired(key, key.expires, item.position) : expiring(key, key.expires, now));
    return !isOver;
  };
  return { root: keeping(root, factsOf(layout).clientKeys.split('.'), isLeft), problems };
}

/** Whether a client key is over at this time, so that files can't declare it. */
export function isOverAt(
  { digestKey, named = [] }: Pick<Target, 'digestKey' | 'named'>,
  now: number,
): (key: string) => boolean {
  const over = named.filter(({ expires }) => expires !== undefined && expires <= now);
  if (over.length === 0) return () => false;
  const { nameOf } = fingerprintsOf({ digestKey, named: over });
  return (key) => nameOf(key) !== undefined;
}

/** The tree with those items of the list at this place. The same tree if they are all of them. */
function keeping(node: LocatedMap, [step, ...rest]: readonly string[], isLeft: Test): LocatedMap {
  const member = step === undefined ? undefined : node.members.get(step);
  if (step === undefined || !member) return node;
  const { node: below } = member;
  const kept =
    below.kind === 'map'
      ? keeping(below, rest, isLeft)
      : below.kind === 'list'
        ? itemsOf(below, isLeft)
        : below;
  return kept === below
    ? node
    : { ...node, members: new Map(node.members).set(step, { ...member, node: kept }) };
}

type Test = (item: Located) => boolean;

function itemsOf(list: Extract<Located, { kind: 'list' }>, isLeft: Test): Located {
  const items = list.items.filter(isLeft);
  return items.length === list.items.length ? list : { ...list, items };
}

function expired({ name }: NamedKey, expires: number, position: Position): Problem {
  return problem('HF2110', `client key "${name}" expired at ${momentText(expires)}, so it isn't declared`, {
    severity: 'warning',
    position,
  });
}

function expiring({ name, position }: NamedKey, expires: number, now: number): Problem {
  const days = Math.ceil((expires - now) / 86_400_000);
  const left = days > 1 ? `in ${days} days` : 'within a day';
  return problem('HF2111', `client key "${name}" expires ${left}, at ${momentText(expires)}`, {
    severity: 'warning',
    position,
    facts: { expiring: `${name} ${expires}` },
  });
}
