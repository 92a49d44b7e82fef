// Failures as values: the type shows the caller that there may be no result, and why.

export interface Done<T> {
  readonly ok: true;
  readonly value: T;
}

export interface Failed<E> {
  readonly ok: false;
  readonly error: E;
}

export type Result<T, E> = Done<T> | Failed<E>;

export const done = <T>(value: T): Done<T> => ({ ok: true, value });
export const failed = <E>(error: E): Failed<E> => ({ ok: false, error });

/** All results in order; stops at the first failure. */
export function each<A, T, E>(
  items: Iterable<A>,
  step: (item: A, index: number) => Result<T, E>,
): Result<T[], E> {
  const values: T[] = [];
  for (const item of items) {
    const result = step(item, values.length);
    if (!result.ok) return result;
    values.push(result.value);
  }
  return done(values);
}

/** The first result of `find` that isn't undefined. */
export function firstOf<A, T>(
  items: Iterable<A>,
  find: (item: A, index: number) => T | undefined,
): T | undefined {
  let index = 0;
  for (const item of items) {
    const found = find(item, index++);
    if (found !== undefined) return found;
  }
  return undefined;
}
