// `state` of holdfast.yaml: a directory or a database, whether the directory lasts, and where else backups are written.
import { resolve } from 'node:path';
import { type Problem, problem } from '../domain/problem/problem.ts';
import { isWithin } from '../lib/paths.ts';
import { seal } from '../domain/secret.ts';
import { type Located, type LocatedMap, type LocatedScalar, nodeAt } from '../yaml/located.ts';
import type { PostgresSettings, StateSettings } from './shape.ts';

interface Places {
  /** Where relative paths start: the directory of the settings file. */
  readonly dir: string;
  /** Absolute. */
  readonly stateDir: string;
  /** `--state` names a directory, so a database of the settings isn't used. */
  readonly isDirNamed: boolean;
}

/** `root` has passed the schema. */
export async function stateOf(root: LocatedMap, places: Places): Promise<ReadState> {
  const { state, problems } = await directoryOf(root, places);
  const database = databaseOf(root);
  return {
    state: { ...state, ...(database.postgres && !places.isDirNamed && { postgres: database.postgres }) },
    problems: [...problems, ...database.problems],
  };
}

interface ReadState {
  readonly state: StateSettings;
  readonly problems: readonly Problem[];
}

async function directoryOf(root: LocatedMap, { dir, stateDir }: Places): Promise<ReadState> {
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

/** Minimum characters: a short key could be guessed by somebody who has a dump of the database. */
const SHORTEST_KEY = 32;
const MAKE_ONE = 'Create a key with `openssl rand -hex 32`, and keep a copy of it outside the database.';

/** Undefined also if a reference couldn't be resolved offline. */
function databaseOf(root: LocatedMap): {
  readonly postgres?: PostgresSettings;
  readonly problems: readonly Problem[];
} {
  const [url] = scalarsAt(root, 'postgres');
  const keys = scalarsAt(root, 'encryption-key');
  const keyNode = nodeAt(root, ['state', 'encryption-key']);
  const urlNode = nodeAt(root, ['state', 'postgres']);
  if (!urlNode) return { problems: keyNode ? [withoutDatabase(keyNode)] : [] };
  if (!keyNode) return { problems: [withoutKey(urlNode)] };
  const problems = [
    ...(url ? urlProblems(url) : []),
    ...keys.filter(({ value }) => String(value).length < SHORTEST_KEY).map(shortKey),
    ...[...(url && hasPassword(url) ? [url] : []), ...keys]
      .filter(({ reference }) => reference === undefined)
      .map(literal),
  ];
  const isWhole = url && keys.length > 0 && !problems.some(({ severity }) => severity === 'error');
  if (!isWhole) return { problems };
  const encryptionKeys = seal(keys.map(({ value }) => String(value)));
  return { postgres: { url: seal(String(url.value)), encryptionKeys }, problems };
}

/** For redaction by value. */
export function secretsOfState({ postgres }: StateSettings): readonly string[] {
  if (!postgres) return [];
  const url = postgres.url.open();
  const password = new URL(url).password;
  return [
    ...postgres.encryptionKeys.open(),
    ...(password ? [url, password, decodeURIComponent(password)] : []),
  ];
}

function urlOf({ value }: LocatedScalar): URL | undefined {
  const text = String(value);
  return /^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

const hasPassword = (node: LocatedScalar): boolean => (urlOf(node)?.password ?? '') !== '';

function urlProblems(node: LocatedScalar): Problem[] {
  if (urlOf(node)) return [];
  const remedy = 'Write postgres://USER:PASSWORD@HOST:5432/DATABASE, with special characters as %XX.';
  return [
    problem('HF1012', "`state.postgres` isn't the URL of a database", { position: node.position, remedy }),
  ];
}

function shortKey({ position }: LocatedScalar): Problem {
  const message = `\`state.encryption-key\` has fewer than ${SHORTEST_KEY} characters`;
  return problem('HF1012', message, { position, remedy: MAKE_ONE });
}

function withoutKey({ position }: Located): Problem {
  return problem('HF1012', '`state.postgres` needs `state.encryption-key`, which encrypts the backups', {
    position,
    remedy: MAKE_ONE,
  });
}

function withoutDatabase({ position }: Located): Problem {
  return problem('HF1012', '`state.encryption-key` has no effect without `state.postgres`', {
    position,
    remedy: 'Remove it. `state.backup-recipients` encrypts the files of `state.backups`.',
  });
}

function literal({ position }: LocatedScalar): Problem {
  return problem('HF2060', 'A secret of the state is in plain text in the settings', {
    position,
    severity: 'warning',
    remedy: 'Refer to it: postgres: "${env:DATABASE_URL}".',
  });
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
