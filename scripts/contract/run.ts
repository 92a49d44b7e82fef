// Replays recorded cases on a gateway, one after the other, and puts the gateway back at the end.
import type { RecordedCase } from '../../test/contract/support/recorded.ts';
import { type Difference, replay } from '../../test/contract/support/replay.ts';
import { type ContractReport, type Finding, findingsOf } from './findings.ts';
import { type NamedGateway, Refused, Unsettable } from './named-gateway.ts';
import { skipReason } from './skipped.ts';

export interface RunOptions {
  readonly url: string;
  readonly gateway: NamedGateway;
  readonly cases: readonly RecordedCase[];
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, all: number, id: string) => void;
}

export async function replayAll({
  url,
  gateway,
  cases,
  signal,
  progress = () => {},
}: RunOptions): Promise<ContractReport> {
  const canRestart = gateway.subject.restart !== undefined;
  const skipped = cases.flatMap((one) => {
    const reason = skipReason(one, canRestart);
    return reason === undefined ? [] : [{ case: one.id, reason }];
  });
  const possible = cases.filter((one) => skipReason(one, canRestart) === undefined);
  const findings: Finding[] = [];
  const unsteady: string[] = [];
  let replayed = 0;
  let stopped: string | undefined;
  const stoppedBy = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      stopped ??= `after ${replayed} of ${possible.length} cases: ${error.message}`;
    }
  };
  try {
    await stoppedBy(async () => {
      for (const recorded of possible) {
        if (signal?.aborted) throw new Refused('you stopped it');
        progress(replayed + 1, possible.length, recorded.id);
        const differences = await steadyDifferences(gateway, recorded).catch(unsettable);
        if (typeof differences === 'object' && 'reason' in differences) {
          skipped.push({ case: recorded.id, ...differences });
          continue;
        }
        if (differences === 'unsteady') unsteady.push(recorded.id);
        else findings.push(...findingsOf(recorded, differences));
        replayed += 1;
      }
    });
  } finally {
    await stoppedBy(() => gateway.restore());
  }
  const { version, api } = gateway;
  return {
    gateway: url,
    version,
    api,
    replayed,
    findings,
    unsteady,
    skipped,
    ...(stopped !== undefined && { stopped }),
  };
}

function unsettable(error: unknown): { readonly reason: string } {
  if (error instanceof Unsettable) return { reason: error.message };
  throw error;
}

/**
 * A busy machine sends a request too late, or a gateway on it needs longer than the recorded waits: what doesn't differ
 * every time, with waits twice as long each time, isn't a difference.
 */
const TRIES = 3;

async function steadyDifferences(
  gateway: NamedGateway,
  recorded: RecordedCase,
): Promise<readonly Difference[] | 'unsteady'> {
  for (let tries = 1; ; tries += 1) {
    await gateway.start(recorded);
    const { subject } = gateway;
    const sleep = (ms: number): Promise<void> => subject.sleep(ms * 2 ** (tries - 1));
    const differences = await replay(recorded, { ...subject, sleep });
    if (differences.length === 0) return tries === 1 ? [] : 'unsteady';
    if (tries === TRIES) return differences;
  }
}
