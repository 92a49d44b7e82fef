// `state` of holdfast.yaml: whether the state directory lasts, and where else backups are written.
import { resolve } from 'node:path';
import { type Problem, problem } from '../domain/problem/problem.ts';
import { isWithin } from '../lib/paths.ts';
import { type LocatedMap, type LocatedScalar, nodeAt } from '../yaml/located.ts';
import type { StateSettings } from './shape.ts';

interface Places {
  /** Where relative paths start: the directory of the settings file. */
  readonly dir: string;
  /** Absolute. */
  readonly stateDir: string;
}

/** `root` has passed the schema. */
export async function stateOf(
  root: LocatedMap,
  { dir, stateDir }: Places,
): Promise<{ readonly state: StateSettings; readonly problems: readonly Problem[] }> {
  const lasting = scalarsAt(root, 'lasting')[0]?.value;
  const [place] = scalarsAt(root, 'backups');
  const recipients = scalarsAt(root, 'backup-recipients');
  const problems = await recipientProblems(recipients);
  const own: StateSettings = { dir: stateDir, ...(typeof lasting === 'boolean' && { lasting }) };
  if (!place) return { state: own, problems: [...problems, ...recipients.slice(0, 1).map(unused)] };
  const backups = {
    dir: resolve(dir, String(place.value)),
    recipients: recipients.map(({ value }) => String(value)),
  };
  const isOpen = !nodeAt(root, ['state', 'backup-recipients']) && !isWithin(backups.dir, stateDir);
  return { state: { ...own, backups }, problems: isOpen ? [...problems, unencrypted(place)] : problems };
}

/** One text or a list of texts; omits what couldn't be resolved offline. */
function scalarsAt(root: LocatedMap, name: string): LocatedScalar[] {
  const node = nodeAt(root, ['state', name]);
  const items = node?.kind === 'list' ? node.items : node ? [node] : [];
  return items.filter((item) => item.kind === 'scalar').filter(({ unresolved }) => !unresolved);
}

async function recipientProblems(recipients: readonly LocatedScalar[]): Promise<readonly Problem[]> {
  if (recipients.length === 0) return [];
  const { Encrypter } = await import('age-encryption'); // only where there are any
  return recipients.flatMap(({ value, position }) => {
    try {
      new Encrypter().addRecipient(String(value));
      return [];
    } catch {
      return [
        problem('HF1012', wrongRecipient(String(value)), {
          position,
          remedy: 'Write the public key that `age-keygen` prints: age1, then 58 letters and digits.',
        }),
      ];
    }
  });
}

/** Without the text, because it can be the secret half. */
function wrongRecipient(text: string): string {
  if (/^AGE-SECRET-KEY-/i.test(text))
    return '`state.backup-recipients` contains an identity, which decrypts and must stay secret';
  if (text.startsWith('ssh-')) return "`state.backup-recipients` can't contain SSH keys";
  return "`state.backup-recipients` contains a text that isn't a public key of age";
}

function unused({ position }: LocatedScalar): Problem {
  return problem('HF1012', '`state.backup-recipients` has no effect without `state.backups`', {
    position,
    remedy: 'Name the directory for the encrypted files: `backups: backups`.',
  });
}

function unencrypted({ position }: LocatedScalar): Problem {
  return problem(
    'HF1012',
    '`state.backups` is outside the state directory, and nothing encrypts what it gets',
    {
      position,
      remedy:
        'Add `backup-recipients: [age1…]`. `age-keygen -o key.txt` creates a key and prints this public half; keep key.txt away from this machine.',
    },
  );
}
