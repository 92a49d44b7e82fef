// Answers that are computed once for each object they are about and go when the object goes. For pure functions of values
// that nobody changes: to the caller it makes no difference but the time.

/** `compute`, once for each object. */
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

/** `compute`, once for each object while it is asked about by the same other one; only the last answer is kept. */
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
