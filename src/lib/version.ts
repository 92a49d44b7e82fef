// Versions of gateways, compared numerically. Knows no release.

/** `v8.0.4`, `8.0.4`, `v8.0.4-rc.1`; undefined for anything else (`dev`). */
export function parseVersion(text: string): readonly number[] | undefined {
  const found = /^v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/.exec(text.trim());
  return found?.slice(1).map(Number);
}

/** Whether `version` is before `other`. Both are versions. */
export function isBefore(version: string, other: string): boolean {
  const [left, right] = [parseVersion(version), parseVersion(other)];
  const at = left?.findIndex((part, i) => part !== right?.[i]) ?? -1;
  return at >= 0 && (left?.[at] ?? 0) < (right?.[at] ?? 0);
}
