// Differences from recordings, by the key of the configuration that they are about, and by the rule that they break.
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { RecordedCase } from '../../test/contract/support/recorded.ts';
import type { Difference } from '../../test/contract/support/replay.ts';

export interface Finding extends Difference {
  /** A key such as `request-retry`, or an endpoint. */
  readonly key: string;
  /** Sections or names of rules in the contract, or what the case shows. */
  readonly rule: string;
  readonly case: string;
}

export function findingsOf(recorded: RecordedCase, differences: readonly Difference[]): readonly Finding[] {
  const { claims = [] } = recorded;
  const rule = claims.length > 0 ? `${claims.join(', ')}: ${recorded.title}` : recorded.title;
  return differences.flatMap((difference) =>
    keysOf(difference).map((key) => ({ key, rule, case: recorded.id, ...difference })),
  );
}

/** Of a whole configuration the members that differ, otherwise what the path names. */
function keysOf(difference: Difference): readonly string[] {
  const { request, what, found, recorded } = difference;
  const name = request ? request.path.replace(/^\/v[08]\/management\/?/, '') : 'config.yaml';
  const isWhole = !request || /^(?:config|config\.yaml|)$/.test(name);
  const members = isWhole && (what === 'body' || what === 'file') ? membersBetween(found, recorded) : [];
  if (members.length > 0) return members;
  return [name.replace(/^config\//, '').replaceAll('/', '.') || request?.path || 'config.yaml'];
}

function membersBetween(found: unknown, recorded: unknown): readonly string[] {
  const [is, was] = [treeIn(found), treeIn(recorded)];
  if (!is || !was) return [];
  const names = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...names].filter((name) => !isDeepStrictEqual(is[name], was[name]));
}

function treeIn(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const content = typeof value === 'string' ? contentOf(value) : value;
  return typeof content === 'object' && content !== null && !Array.isArray(content)
    ? (content as Readonly<Record<string, unknown>>)
    : undefined;
}

function contentOf(text: string): unknown {
  try {
    return parse(text, { uniqueKeys: false, logLevel: 'silent' });
  } catch {
    return undefined;
  }
}

export interface ContractReport {
  readonly gateway: string;
  readonly version: string;
  readonly api: 'v7' | 'v8';
  readonly replayed: number;
  readonly findings: readonly Finding[];
  /** Cases that differed, and didn't when they were repeated. */
  readonly unsteady: readonly string[];
  readonly skipped: readonly { readonly case: string; readonly reason: string }[];
  /** Why not every case was replayed; absent: all were. */
  readonly stopped?: string;
}

const LONGEST = 300;

export function contractText(report: ContractReport): string {
  const { gateway, version, api, replayed, findings, unsteady, skipped, stopped } = report;
  const cases = new Set(findings.map((finding) => finding.case)).size;
  return [
    `${gateway}: ${version}, API ${api}`,
    `${replayed} cases replayed, ${replayed - cases} as recorded, ${cases} not; ${skipped.length} skipped`,
    ...(stopped === undefined ? [] : [`Stopped: ${stopped}`]),
    ...(unsteady.length > 0 ? [`As recorded only when repeated: ${unsteady.join(', ')}`] : []),
    ...[...Map.groupBy(findings, ({ key }) => key)].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(keyText),
    '',
    ...(skipped.length > 0 ? ['Skipped, because the case'] : []),
    ...[...Map.groupBy(skipped, ({ reason }) => reason)].map(
      ([reason, all]) =>
        `  ${reason}: ${all.length} (${all
          .slice(0, 3)
          .map((one) => one.case)
          .join(', ')}${all.length > 3 ? ', …' : ''})`,
    ),
    '',
  ].join('\n');
}

function keyText([key, findings]: [string, Finding[]]): string {
  const rules = [...Map.groupBy(findings, ({ rule }) => rule)].flatMap(([rule, all]) => [
    `  ${rule}`,
    ...all.flatMap((one) => [
      `    ${one.case}, step ${one.step}: ${one.request ? `${one.request.method} ${one.request.path}, ` : ''}${one.what}`,
      `      found     ${shown(one, one.found)}`,
      `      recorded  ${shown(one, one.recorded)}`,
    ]),
  ]);
  return ['', key, ...rules].join('\n');
}

/** Of a whole configuration only what the finding is about. */
function shown({ key }: Finding, value: unknown): string {
  const tree = treeIn(value);
  const part =
    tree && key in tree
      ? { [key]: tree[key] }
      : tree && key.length > 0 && isWhole(tree)
        ? { [key]: '(absent)' }
        : value;
  const text = typeof part === 'string' ? part : (JSON.stringify(part) ?? 'nothing');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

const isWhole = (tree: Readonly<Record<string, unknown>>): boolean => 'port' in tree || 'server' in tree;
