// Go's durations: text in YAML, integer nanoseconds in JSON (C v0 §2.1.3).

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Nanoseconds of a text like `1h30m`, `-1.5s`, `0`. Undefined: the gateway refuses it. */
export function parseGoDuration(text: string): number | undefined {
  const negative = text.startsWith('-');
  const rest = text.replace(/^[-+]/, '');
  if (rest === '0') return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/u.test(rest)) return undefined;
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of rest.matchAll(
    /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/gu,
  ))
    total += nanoseconds(whole, fraction, UNITS[unit] ?? 1n);
  if (total > 2n ** 63n - 1n) return undefined;
  return total === 0n ? 0 : Number(negative ? -total : total);
}

function nanoseconds(whole: string, fraction: string, unit: bigint): bigint {
  const part = fraction === '' ? 0n : (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
  return BigInt(whole === '' ? 0 : whole) * unit + part;
}

/** The text Go prints: `1h30m0s`, `2.5s`, `250ms`, `0s`. */
export function formatGoDuration(ns: number): string {
  const sign = ns < 0 ? '-' : '';
  const size = BigInt(Math.abs(ns));
  if (size === 0n) return '0s';
  if (size < 1000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 1000n)}µs`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 1_000_000n)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 1_000_000_000n)}s`;
  if (minutes === 0n) return `${sign}${seconds}`;
  const hours = minutes / 60n;
  return `${sign}${hours === 0n ? '' : `${hours}h`}${minutes % 60n}m${seconds}`;
}

function decimal(size: bigint, unit: bigint): string {
  const rest = (size % unit)
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '');
  return `${size / unit}${rest === '' ? '' : `.${rest}`}`;
}

/** The canonical text of a duration; any other text unchanged. */
export function canonicalGoDuration(text: string): string {
  const ns = parseGoDuration(text);
  return ns === undefined ? text : formatGoDuration(ns);
}
