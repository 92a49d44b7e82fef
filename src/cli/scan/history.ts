// `holdfast scan --history`: each secret once, with the first commit, the path and the line that has it.
import { createHash } from 'node:crypto';
import { secretsInText } from '../../desired/check/scan-text.ts';
import { largerThan, versionsIn } from '../../desired/git/history.ts';
import { type Objects, openObjects } from '../../desired/git/objects.ts';
import { runGit } from '../../desired/git/run.ts';
import { fail, type Problem, problem } from '../../domain/problem/problem.ts';
import { decodeText } from '../../input/text-file.ts';

export interface HistoryScan {
  readonly problems: readonly Problem[];
  /** Versions of files. */
  readonly versions: number;
}

interface Scanning {
  readonly cwd: string;
  readonly revisions: string | undefined;
  /** `COMMIT:PATH:LINE` of findings that somebody has accepted. */
  readonly known: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** Bytes of one version. */
const LARGEST = 10 * 1024 * 1024;
const MOST_VERSIONS = 500_000;
const MOST_BYTES = 8 * 1024 * 1024 * 1024;
/** ms */
const LONGEST = 30 * 60_000;

/** Rejects with HF2080 where the history can't be read, and with HF2063 where it is too large. */
export async function scanHistory({ cwd, revisions, known, signal }: Scanning): Promise<HistoryScan> {
  const options = { revisions, signal };
  const large = await largerThan(cwd, LARGEST, options);
  await using objects = openObjects(cwd, LONGEST);
  const seen = new Set<string>();
  const found: Problem[] = [];
  let [versions, bytes, passed] = [0, 0, 0];
  for await (const { commit, path, blob } of versionsIn(cwd, options)) {
    if (large.has(blob)) {
      passed += 1;
      continue;
    }
    const content = await contentOf(objects, blob);
    versions += 1;
    bytes += content.length;
    if (versions > MOST_VERSIONS || bytes > MOST_BYTES)
      throw fail('HF2063', `the history is too large: the scan stopped at commit ${commit.slice(0, 12)}`);
    for (const one of fresh(content, path, seen)) {
      const { line = 0, column = 0 } = one.position ?? {};
      if (![commit, commit.slice(0, 12)].some((name) => known.has(`${name}:${path}:${line}`)))
        found.push(inCommit(one, { file: `${commit.slice(0, 12)}:${path}`, line, column }));
    }
  }
  return { problems: [...found, ...(await limits(cwd, passed))], versions };
}

async function contentOf(objects: Objects, blob: string): Promise<Buffer> {
  try {
    const object = await objects.read(blob);
    if (object) return object.content;
  } catch (error) {
    throw fail('HF2080', `git can't read the history: ${(error as Error).message}`, {}, { cause: error });
  }
  throw fail('HF2080', `git can't read the history: object ${blob.slice(0, 12)} is missing`, {
    remedy: 'Run `git fetch --refetch` in a partial clone, or scan a full one.',
  });
}

/** Those whose line no earlier version of the file has. None in what isn't text. */
function fresh(content: Buffer, path: string, seen: Set<string>): readonly Problem[] {
  const read = decodeText(content, path);
  if ('problem' in read) return [];
  const lines = read.text.split('\n');
  return secretsInText(read.text, path).filter(({ code, position }) => {
    const line = (lines[(position?.line ?? 1) - 1] ?? '').trim();
    const key = createHash('sha256')
      .update(JSON.stringify([code, path, line]))
      .digest('hex');
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const REMEDY =
  'Replace the key at its provider: everyone who has the repository has it. To accept the finding, add COMMIT:PATH:LINE to the file of `--known`.';

const inCommit = ({ code, message, path }: Problem, position: Required<Problem>['position']): Problem =>
  problem(code, message, { position, path, remedy: REMEDY });

/** What the scan didn't see. */
async function limits(cwd: string, passed: number): Promise<readonly Problem[]> {
  const shallow = await runGit(cwd, ['rev-parse', '--is-shallow-repository']);
  const warning = (message: string, remedy: string): Problem =>
    problem('HF2063', message, { severity: 'warning', remedy });
  return [
    ...(shallow.out.trim() === 'true'
      ? [warning("the clone is shallow, so earlier commits weren't scanned", 'Run `git fetch --unshallow`.')]
      : []),
    ...(passed > 0
      ? [
          warning(
            `${passed} versions of files are larger than ${LARGEST / 1024 / 1024} MiB and weren't scanned`,
            'Look at these files by hand.',
          ),
        ]
      : []),
  ];
}
