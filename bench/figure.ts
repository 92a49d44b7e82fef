// One measured figure with its bound, and the arithmetic of repeated runs. Knows nothing of what is measured.

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'requests' | 'ratio' | 'percent' | 'KiB' | 'MiB' | 'ms';
  /** The largest value that is good enough; without it the figure is only told. */
  readonly bound?: number;
  readonly ok: boolean;
  /** What it was made from: counts by purpose, medians in ms. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export function figure(
  name: string,
  unit: Figure['unit'],
  value: number,
  bound: number | undefined,
  detail: Figure['detail'] = {},
): Figure {
  const rounded = Math.round(value * 1000) / 1000;
  return {
    name,
    value: rounded,
    unit,
    ...(bound !== undefined && { bound }),
    ok: !(value > (bound ?? Infinity)),
    detail,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Own CPU of a piece of work, ms: what others do on the machine does not count. */
export async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Medians of `runs` interleaved runs of each piece of work, after `warmUp` runs that do not count. */
export async function interleaved<K extends string>(
  works: Readonly<Record<K, () => unknown>>,
  measure: (work: () => unknown) => Promise<number>,
  { runs, warmUp }: { readonly runs: number; readonly warmUp: number },
): Promise<Record<K, number>> {
  const names = Object.keys(works) as K[]; // of a Record<K, …>
  const taken = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let run = -warmUp; run < runs; run += 1)
    for (const name of names) {
      const ms = await measure(works[name]);
      if (run >= 0) taken.get(name)?.push(ms);
    }
  return Object.fromEntries(names.map((name) => [name, median(taken.get(name) ?? [])])) as Record<K, number>;
}

export const rounded = (medians: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(medians).map(([name, ms]) => [`${name}Ms`, Math.round(ms * 10) / 10]));
