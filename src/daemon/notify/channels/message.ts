// The content of one message for people, on any channel: one notice, or several as one. Pure; escaping and limits
// belong to each channel.
import { attributionText } from '../../../domain/plan/attribution.ts';
import { changeText } from '../../../domain/plan/change-text.ts';
import { meaningOf, type Facts, type Notice } from '../../../domain/outcome/notice.ts';
import { type Severity, SYNC_STATUSES } from '../../../domain/outcome/sync-status.ts';
import { oneLine } from '../../../lib/terminal-safe.ts';
import { clipped, plural } from '../../../lib/text.ts';

/** Many notices in one. */
export interface Digest {
  readonly id: string;
  readonly at: number;
  readonly severity: Severity;
  /** The number of all notices, including those that `notices` has no space for. */
  readonly total: number;
  readonly counts: Readonly<Partial<Record<Notice['kind'], number>>>;
  /** The newest, oldest first, at most 20. */
  readonly notices: readonly Notice[];
}

export type Message =
  { readonly kind: 'notice'; readonly notice: Notice } | { readonly kind: 'digest'; readonly digest: Digest };

export interface Page {
  readonly id: string;
  readonly at: number;
  readonly severity: Severity;
  readonly title: string;
  readonly summary: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly sections: readonly { readonly heading: string; readonly lines: readonly string[] }[];
  readonly link?: string;
}

/** Every text on one line. */
export function pageOf(message: Message): Page {
  return message.kind === 'notice' ? noticePage(message.notice) : digestPage(message.digest);
}

/** Characters. Escaped they can be six times as many, which every channel still allows. */
const LONGEST_TITLE = 120;
const LONGEST_SUMMARY = 500;
const LONGEST_LINE = 300;

/** As many lines as fit into `most` characters, newlines included, and how many are missing. */
export function fitting(lines: readonly string[], most: number): string[] {
  const rest = (count: number): string => `… and ${plural(count, 'line')} more`;
  const kept: string[] = [];
  let length = 0;
  for (const [i, line] of lines.entries()) {
    const isLast = i === lines.length - 1;
    if (length + line.length + 1 + (isLast ? 0 : rest(lines.length).length) > most)
      return [...kept, rest(lines.length - i)];
    kept.push(line);
    length += line.length + 1;
  }
  return kept;
}

export const isoTime = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

function noticePage(notice: Notice): Page {
  const { id, at, severity, title, summary, facts, link } = notice;
  return {
    id,
    at,
    severity,
    title: clipped(oneLine(title), LONGEST_TITLE),
    summary: clipped(oneLine(summary), LONGEST_SUMMARY),
    facts: factsOf(notice),
    sections: [
      { heading: 'Changes', lines: changeLines(facts) },
      {
        heading: 'Refused by',
        lines: [...facts.findings.map(findingLine), ...remaining(facts.more.findings, 'finding')],
      },
      {
        heading: 'Problems',
        lines: [...facts.problems.map(problemLine), ...remaining(facts.more.problems, 'problem')],
      },
      { heading: 'What to do', lines: remedyLines(facts) },
    ].flatMap(({ heading, lines }) => (lines.length > 0 ? [{ heading, lines: lines.map(line) }] : [])),
    ...(link !== undefined && { link }),
  };
}

const line = (text: string): string => clipped(oneLine(text), LONGEST_LINE);

function factsOf({ target, previous, facts: { revision, commit, backup } }: Notice): Page['facts'] {
  const sha =
    commit && `${commit.sha.slice(0, 12)}${commit.dirty ? ' and changes that are not committed' : ''}`;
  const all: readonly (readonly [string, string | undefined])[] = [
    ['Target', target],
    ['Before', previous && SYNC_STATUSES[previous].title],
    ['Revision', revision],
    ['Commit', sha],
    ['Author', commit?.author],
    ['Subject', commit?.subject],
    ['Backup', backup],
  ];
  return all.flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: clipped(oneLine(value), 200) }],
  );
}

function changeLines({ changes, more }: Facts): string[] {
  const lines = changes.map((change) => {
    const about = [...(change.origin === 'drift' ? ['changed on the gateway'] : []), attributionText(change)];
    const said = about.filter((text) => text !== undefined).join('; ');
    const who = said === '' ? '' : ` (${said})`;
    return `${changeText(change)}${who}`;
  });
  return [...lines, ...remaining(more.changes, 'change')];
}

const remaining = (count: number, noun: string): string[] =>
  count > 0 ? [`… and ${plural(count, noun)} more`] : [];

function findingLine({ guard, path, message, override }: Facts['findings'][number]): string {
  const where = path === undefined ? '' : ` at ${path}`;
  return `${guard}${where}: ${message}${override === undefined ? '' : ` (override: ${override})`}`;
}

function problemLine({ code, message, position }: Facts['problems'][number]): string {
  const at = position ? `${position.file}:${position.line}:${position.column} ` : '';
  return `${at}${code} ${message}`;
}

function remedyLines({ remedy, findings, problems }: Facts): string[] {
  return [...new Set([...remedy, ...[...findings, ...problems].map((one) => one.remedy)])];
}

function digestPage({ id, at, severity, total, counts, notices }: Digest): Page {
  const sorts = Object.entries(counts).map(
    ([kind, count]) => `${count} × ${meaningOf(kind as Notice['kind']).title}`, // counted by kind
  );
  const left = total - notices.length;
  return {
    id,
    at,
    severity,
    title: `Holdfast: ${plural(total, 'notice')}`,
    summary: oneLine(sorts.join(', ')),
    facts: [],
    sections: [
      {
        heading: left > 0 ? `The newest ${notices.length}` : 'All of them',
        lines: notices.map((notice) => line(`${isoTime(notice.at)} ${notice.title}. ${notice.summary}`)),
      },
    ],
  };
}
