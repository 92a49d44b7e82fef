// Results that are computed once per object and released with the object. For pure functions of values that nobody
// changes: callers notice only the speed.

/** `compute`, once per object. */
export function memo<K extends object, V>(compute: (about: K) => V): (about: K) => V {
  const known = new WeakMap<K, { readonly answer: V }>();
  return (about) => {
    const found = known.get(about);
    if (found) return found.answer;
    const answer = compute(about);
    known.set(about, { answer });
    return answer;
  };
}

/** `compute`, once per object while the other argument stays the same; keeps only the last result. */
export function memoBy<K extends object, B, V>(compute: (about: K, by: B) => V): (about: K, by: B) => V {
  const known = new WeakMap<K, { readonly by: B; readonly answer: V }>();
  return (about, by) => {
    const found = known.get(about);
    if (found?.by === by) return found.answer;
    const answer = compute(about, by);
    known.set(about, { by, answer });
    return answer;
  };
}
