// What a change on the gateway looks like, and what to do about it: hints, made only from what Holdfast saw itself.
import { plural } from '../../lib/text.ts';
import { type Change, EXPIRED } from './change.ts';

export type Cause =
  'old-file' | 'second-writer' | 'panel-toggle' | 'normalisation' | 'installer-reset' | 'earlier-value';

interface Meaning {
  /** After "looks like". */
  readonly what: string;
  /** The evidence, as a clause. */
  readonly because: string;
  /** One sentence. */
  readonly remedy: string;
}

export const CAUSES: Readonly<Record<Cause, Meaning>> = {
  'old-file': {
    what: 'an old file that was put back',
    because: "several settings changed, and the gateway's file is byte for byte one that it had before",
    remedy: 'Check what starts the gateway: an image, a volume or a backup job with an old `config.yaml`.',
  },
  'second-writer': {
    what: 'a second program or person that sets it',
    because: 'Holdfast corrected it at least twice within an hour, and it differs again',
    remedy: 'Find out who writes to this gateway, and declare the value in one place only.',
  },
  'panel-toggle': {
    what: 'a toggle in the panel',
    because: 'only the `*` in the excluded models differs, with which the panel turns a key off',
    remedy: 'If it was intended, adopt it.',
  },
  normalisation: {
    what: "the gateway's own spelling",
    because: 'the gateway writes the home directory in place of `~`',
    remedy: 'Declare the path as the gateway writes it.',
  },
  'installer-reset': {
    what: 'a reset by an installer',
    because: "most of what changed has the gateway's defaults",
    remedy: 'Check what installed or updated the gateway, then correct it with `apply --mode enforce`.',
  },
  'earlier-value': {
    what: 'an earlier value that is back',
    because:
      'the gateway had it before the last verified one, so a write got lost or someone wrote an older value',
    remedy: 'Check for a restart, or a tool that writes what it read earlier.',
  },
};

const isCause = (text: string): text is Cause => Object.hasOwn(CAUSES, text);

/** A few words; undefined if nothing is known. */
export function attributionText({ attribution }: Pick<Change, 'attribution'>): string | undefined {
  if (attribution === undefined) return undefined;
  return isCause(attribution) ? `looks like ${CAUSES[attribution].what}` : attribution.replaceAll('-', ' ');
}

/** Each cause once, with its evidence and what to do. */
export function causeLines(changes: readonly Pick<Change, 'attribution'>[]): string[] {
  const groups = Map.groupBy(changes, ({ attribution }) => attribution);
  return [...groups].flatMap(([attribution, members]) => {
    if (attribution === undefined || attribution === EXPIRED || !isCause(attribution)) return [];
    const { what, because, remedy } = CAUSES[attribution];
    const verb = members.length === 1 ? 'looks' : 'look';
    return [`${plural(members.length, 'change')} ${verb} like ${what}: ${because}. ${remedy}`];
  });
}
