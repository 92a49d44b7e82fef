// Combines two lists of lines into one diff, with removed and added lines; the longest common part stays. Pure.
export interface Compared<T> {
  readonly mark: ' ' | '-' | '+';
  readonly line: T;
}

/** Beyond this, the table costs too much: all lines are removed and added. */
const MOST_CELLS = 1_000_000;

export function compareLines<T extends { readonly text: string }>(
  before: readonly T[],
  after: readonly T[],
): readonly Compared<T>[] {
  const lines: Compared<T>[] = [];
  const common = commonLengths(before, after);
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [left, right] = [before[i], after[j]];
    if (left && right && common && left.text === right.text) {
      lines.push({ mark: ' ', line: left });
      [i, j] = [i + 1, j + 1];
    } else if (left && (!right || !common || common(i + 1, j) >= common(i, j + 1))) {
      lines.push({ mark: '-', line: left });
      i += 1;
    } else if (right) {
      lines.push({ mark: '+', line: right });
      j += 1;
    }
  }
  return lines;
}

type Lengths = (i: number, j: number) => number;

function commonLengths(
  before: readonly { readonly text: string }[],
  after: readonly { readonly text: string }[],
): Lengths | undefined {
  const width = after.length + 1;
  if ((before.length + 1) * width > MOST_CELLS) return undefined;
  const table = new Uint16Array((before.length + 1) * width);
  const at: Lengths = (i, j) => table[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1)
      table[i * width + j] =
        before[i]?.text === after[j]?.text ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  return at;
}
