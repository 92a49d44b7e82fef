// What readings of both API generations have in common: their options, and how to report a file or a response that
// can't be used.
import { createHash } from 'node:crypto';
import type { Clock } from '../../domain/clock.ts';
import type { FileDocument } from '../../domain/yaml-node.ts';
import type { Agreement, Build, LiveFile } from '../../domain/live.ts';
import type { DetectionMemory, KnownValues } from '../../domain/state/memory.ts';
import { fail, type HoldfastError, problem, type Problem } from '../../domain/problem/problem.ts';
import { type Sealed, seal } from '../../domain/secret.ts';
import type { Target } from '../../domain/target.ts';
import type { Tree } from '../../lib/value.ts';
import type { LoadFailure } from '../../yaml/failure.ts';
import { agreementOf } from './agreement.ts';
import { buildKey } from '../client/build.ts';
import type { Catalog } from '../catalog/field.ts';
import type { Client, Purpose } from '../client/client.ts';
import { notJson } from './findings.ts';

export interface ObserveOptions {
  readonly depth: 'shallow' | 'deep';
  /** The JSON view doesn't show something that is declared, so a shallow check reads the file too. */
  readonly blind?: boolean;
  readonly api: Target['api'];
  /** Nobody allowed converting a flat file of a v8 gateway, so it is managed through the v0 API. */
  readonly keepFlat?: boolean;
  readonly clock: Clock;
  readonly known?: KnownValues;
  readonly detection?: DetectionMemory;
  /** The purpose by which the requests are counted. Default: `observe`. */
  readonly purpose?: Purpose;
  /**
   * For `restore`: a file that doesn't parse, or that the gateway would refuse or not understand (HF3023, HF3027),
   * becomes a finding. Such a reading has `agreement: unread` and must not be planned on.
   */
  readonly evenUnreadable?: boolean;
}

export interface ReadFile {
  readonly file: LiveFile;
  readonly findings: readonly Problem[];
  /** What the gateway would have in memory after loading it; undefined if it wouldn't load it. */
  readonly loaded: Sealed<Tree> | undefined;
}

export function total(client: Client): number {
  return Object.values(client.counts()).reduce((sum, count) => sum + count, 0);
}

/** `document` are the nodes that are compared; on v8, those of the normalised text. */
export function liveFile(text: Sealed<string>, document: FileDocument): LiveFile {
  return { text, hash: createHash('sha256').update(text.open()).digest('hex'), document: seal(document) };
}

export function unreadable(
  file: LiveFile,
  { message: fault, bound }: Pick<LoadFailure, 'message' | 'bound'>,
  target: string,
  options: ObserveOptions,
): ReadFile {
  const message = `the config.yaml of ${target} can't be used: ${fault}`;
  return withFinding(
    file,
    problem('HF3027', message, { target, ...(bound && { remedy: SIMPLIFY }) }),
    options,
  );
}

const SIMPLIFY =
  "Simplify that part of the file on the gateway's machine. The gateway may be able to read the file, but Holdfast can't manage it as it is.";

export function withFinding(file: LiveFile, finding: Problem, { evenUnreadable }: ObserveOptions): ReadFile {
  if (evenUnreadable !== true)
    throw fail(finding.code, finding.message, { target: finding.target, remedy: finding.remedy });
  return { file, findings: [finding], loaded: undefined };
}

/** `catalog` is that of memory. */
export function agreement(
  memory: Tree,
  read: ReadFile | undefined,
  catalog: Catalog,
  known: KnownValues | undefined,
  build: Build,
): Agreement {
  if (!read?.loaded) return { kind: 'unread' };
  const earlier = known && { values: known, build: buildKey(build) };
  return agreementOf(memory, read.loaded.open(), catalog, earlier);
}

/** The JSON view stayed empty: the file shows the reason (design-v8 rule 5). */
export function unshowable(target: string, content: Tree | undefined): HoldfastError {
  const culprit = content && notJson(content);
  if (culprit === undefined)
    return fail('HF3019', `GET /config of ${target} responded three times with an empty body`, { target });
  return fail('HF3020', `${target} can't show its configuration: ${culprit}`, { target });
}
