// "Did you mean …?" for mistyped names.
import { distance } from 'fastest-levenshtein';
import { plainSpelling } from './text.ts';

/** The known name that was probably meant; undefined if none is similar. Spelling variants count as similar. */
export function nearest(written: string, known: Iterable<string>): string | undefined {
  const wanted = plainSpelling(written);
  const limit = Math.max(1, Math.round(wanted.length * 0.4));
  let best: { name: string; far: number } | undefined;
  for (const name of known) {
    const far = farness(wanted, plainSpelling(name));
    if (far <= limit && (!best || far < best.far)) best = { name, far };
  }
  return best?.name;
}

/** Transposed letters count as one mistake, and so does a truncated name. */
function farness(wanted: string, name: string): number {
  const cut = wanted.length >= 3 && name.startsWith(wanted);
  return cut || sorted(wanted) === sorted(name)
    ? Math.min(1, distance(wanted, name))
    : distance(wanted, name);
}

function sorted(text: string): string {
  return [...text].toSorted().join('');
}
