// What a section of the configuration is about: `pull --split` writes a file for each subject, and a new section goes to
// the file of its subject.
import type { Pair } from '../domain/yaml-node.ts';
import { valueLineEnd } from '../yaml/splice/text.ts';
import { parsed } from './prepare.ts';

/** In the order of the files. `gateway` is everything else. */
export const SUBJECTS = ['keys', 'providers', 'aliases', 'routing', 'payload', 'gateway'] as const;
export type Subject = (typeof SUBJECTS)[number];

/** By the top-level key in either layout. */
const SUBJECT_OF: Readonly<Record<string, Subject>> = {
  access: 'keys',
  'gemini-api-key': 'providers',
  'interactions-api-key': 'providers',
  'codex-api-key': 'providers',
  'xai-api-key': 'providers',
  'claude-api-key': 'providers',
  'openai-compatibility': 'providers',
  'vertex-api-key': 'providers',
  upstream: 'providers',
  'oauth-model-alias': 'aliases',
  'oauth-excluded-models': 'aliases',
  oauth: 'aliases',
  models: 'aliases',
  routing: 'routing',
  'request-retry': 'routing',
  'max-retry-credentials': 'routing',
  'max-retry-interval': 'routing',
  'transient-error-cooldown-seconds': 'routing',
  'disable-cooling': 'routing',
  'save-cooldown-status': 'routing',
  'quota-exceeded': 'routing',
  'force-model-prefix': 'routing',
  'proxy-url': 'routing',
  payload: 'payload',
  requests: 'payload',
};

/** `api-keys` are the keys of clients in the flat layout, and those of providers in the v8 layout. */
export function subjectOf(section: string, isFlat: boolean): Subject {
  if (section === 'api-keys') return isFlat ? 'keys' : 'providers';
  return SUBJECT_OF[section] ?? 'gateway';
}

/** The text of each subject, comments included: what stands directly above a key goes with it. */
export function splitBySubject(text: string, isFlat: boolean): ReadonlyMap<Subject, string> {
  const { root } = parsed(text);
  const pairs = root?.kind === 'map' ? root.pairs : [];
  const starts = pairs.map(({ key }, i) => {
    const lineStart = text.lastIndexOf('\n', (key.range?.start ?? 0) - 1) + 1;
    return i === 0 ? 0 : commentsAbove(text, lineStart, endOf(text, pairs[i - 1]));
  });
  const made = new Map<Subject, string>();
  pairs.forEach(({ key }, i) => {
    const block = text.slice(starts[i], starts[i + 1] ?? text.length);
    const subject = subjectOf(key.text, isFlat);
    made.set(subject, `${made.get(subject) ?? ''}${block.endsWith('\n') ? block : `${block}\n`}`);
  });
  return new Map(
    SUBJECTS.flatMap((subject) => (made.has(subject) ? [[subject, made.get(subject) ?? '']] : [])),
  );
}

/** Where the lines of comments directly above a line begin. */
function commentsAbove(text: string, lineStart: number, from: number): number {
  const between = text.slice(from, lineStart);
  const lines = between.split(/(?<=\n)/);
  const last = lines.findLastIndex((line) => line.trim() === '');
  return from + lines.slice(0, last + 1).join('').length;
}

function endOf(text: string, pair: Pair | undefined): number {
  const start = pair?.value.range?.start ?? pair?.key.range?.end ?? 0;
  return valueLineEnd(text, start, pair?.value.range?.end ?? start);
}
