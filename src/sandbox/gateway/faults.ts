// The faults that can be turned on and off (docs/sandbox.md). Only bookkeeping: each fault is implemented where it
// occurs.
import { fail } from '../../domain/problem/problem.ts';

/**
 * The argument of a fault. `count`: how many times, always if it is missing. `times`: the same, once if it is
 * missing.
 */
type Argument = 'none' | 'count' | 'times' | 'ms' | 'path' | 'nth' | 'nth:status';

const FAULTS = {
  'save-failure': 'count',
  'lost-update': 'ms',
  'empty-read': 'times',
  'drop-writes': 'path',
  'dead-watcher': 'none',
  'dead-process-on-oauth-patch': 'none',
  'reload-disabled': 'none',
  slow: 'ms',
  'empty-body': 'path',
  'garbage-body': 'path',
  'endless-body': 'path',
  'wrong-content': 'path',
  ban: 'none',
  'home-mode': 'none',
  'error-on-request': 'nth:status',
  'reset-before-write': 'nth',
  'reset-after-write': 'nth',
} as const satisfies Readonly<Record<string, Argument>>;

/** `docs/sandbox.md` describes each fault and its argument. */
export type FaultName = keyof typeof FAULTS;

export const FAULT_NAMES: readonly string[] = Object.keys(FAULTS);

const SHAPES: Readonly<Record<Argument, RegExp>> = {
  none: /^$/,
  count: /^\d*$/,
  times: /^\d*$/,
  ms: /^\d*$/,
  path: /^[^\s]*$/,
  nth: /^\d*$/,
  'nth:status': /^\d*(?::[45]\d\d)?$/,
};

export interface Faults {
  /** Throws a HoldfastError for an unknown name or a malformed argument. */
  set(name: FaultName, argument?: string): void;
  clear(name?: FaultName): void;
  active(name: FaultName): boolean;
  /** Whether a fault with a path argument applies to this path; without an argument, to every path. */
  at(name: FaultName, path: string): boolean;
  /** The number of an argument, or a default. */
  number(name: FaultName, otherwise: number): number;
  /** Whether this call is the one the argument counts to (`=3`: the third), or one of the first N. */
  strikes(name: FaultName): boolean;
  /** The status in `N:STATUS`. */
  status(name: FaultName, otherwise: number): number;
}

export function faultsOf(given: readonly string[]): Faults {
  const on = new Map<FaultName, string>();
  const calls = new Map<FaultName, number>();
  const numberOf = (name: FaultName, otherwise: number): number =>
    Number.parseInt(on.get(name) ?? '', 10) || otherwise;

  const faults: Faults = {
    set: (name, argument = '') => {
      check(name, argument);
      on.set(name, argument);
      calls.delete(name);
    },
    clear: (name) => {
      for (const each of name ? [name] : [...on.keys()]) on.delete(each);
    },
    active: (name) => on.has(name),
    at: (name, path) => on.has(name) && path.includes(on.get(name) ?? ''),
    number: numberOf,
    status: (name, otherwise) => Number(on.get(name)?.split(':')[1] ?? otherwise),
    strikes: (name) => {
      if (!on.has(name)) return false;
      const call = (calls.get(name) ?? 0) + 1;
      calls.set(name, call);
      if (FAULTS[name] === 'count') return call <= numberOf(name, Number.POSITIVE_INFINITY);
      if (FAULTS[name] === 'times') return call <= numberOf(name, 1);
      return call === numberOf(name, 1);
    },
  };
  for (const spec of given) {
    const [name = '', ...argument] = spec.split('=');
    faults.set(name as FaultName, argument.join('=')); // Checked by set.
  }
  return faults;
}

function check(name: string, argument: string): void {
  if (!Object.hasOwn(FAULTS, name))
    throw fail('HF1080', `There is no fault \`${name}\``, { remedy: `Known: ${FAULT_NAMES.join(', ')}.` });
  if (!SHAPES[FAULTS[name as FaultName]].test(argument))
    // Just checked.
    throw fail('HF1080', `The fault \`${name}\` doesn't accept \`${argument}\``);
}
