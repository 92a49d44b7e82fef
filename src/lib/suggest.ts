// "Did you mean …?" for mistyped names.
import { distance } from 'fastest-levenshtein';
import { plainSpelling } from './text.ts';

/** The known name that was probably meant; undefined if none is similar. Spelling variants count as similar. */
export function nearest(written: string, known: Iterable<string>): string | undefined {
  const typed = plainSpelling(written);
  const limit = Math.max(1, Math.round(typed.length * 0.4));
  let best: { name: string; far: number } | undefined;
  for (const name of known) {
    const far = farness(typed, plainSpelling(name));
    if (far <= limit && (!best || far < best.far)) best = { name, far };
  }
  return best?.name;
}

/** Transposed letters count as one mistake, and so does a truncated name. */
function farness(typed: string, name: string): number {
  const cut = typed.length >= 3 && name.startsWith(typed);
  return cut || sorted(typed) === sorted(name) ? Math.min(1, distance(typed, name)) : distance(typed, name);
}

function sorted(text: string): string {
  return [...text].toSorted().join('');
}
