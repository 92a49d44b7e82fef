// Which line of the files caused a refusal of the gateway. Its messages name paths in the flat spelling, the
// section, or nothing (C v8 §1.5), so this picks the change whose names occur in the message most. Pure.
import { spelledFlat } from '../../gateway/layout/locate.ts';
import type { Change } from '../../domain/plan/change.ts';
import { parsePath } from '../../domain/path.ts';

type Asked = Pick<Change, 'path' | 'position'>;

/** ` (desired/gateway.yaml:3:7)`, or empty if no change stands out. */
export function locateChange(message: string, changes: readonly Asked[]): string {
  const scored = changes.map((change) => ({ change, score: scoreOf(message, change) }));
  const best = Math.max(0, ...scored.map(({ score }) => score));
  const found =
    best === 0 ? changes : scored.filter(({ score }) => score === best).map(({ change }) => change);
  const places = new Set(
    found.flatMap(({ position: at }) => (at ? [`${at.file}:${at.line}:${at.column}`] : [])),
  );
  if (places.size === 0 || places.size > MOST_PLACES) return '';
  return ` (${[...places].join(', ')})`;
}

const MOST_PLACES = 3;

function scoreOf(message: string, { path }: Asked): number {
  const names = namesIn(path);
  const flat = spelledFlat(names.join('.')).split('.');
  return new Set([...names, ...flat].filter((name) => name.length > 2 && message.includes(name))).size;
}

function namesIn(path: string): readonly string[] {
  return parsePath(path).flatMap(({ kind, name }) => (kind === 'key' && name !== null ? [name] : []));
}
