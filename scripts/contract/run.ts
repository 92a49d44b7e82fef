// Replays recorded cases on a gateway, one after the other, and puts the gateway back at the end.
import type { RecordedCase } from '../../test/contract/support/recorded.ts';
import { replay } from '../../test/contract/support/replay.ts';
import { type ContractReport, type Finding, findingsOf } from './findings.ts';
import { type NamedGateway, Refused } from './named-gateway.ts';
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
        await gateway.start(recorded);
        findings.push(...findingsOf(recorded, await replay(recorded, gateway.subject)));
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
    skipped,
    ...(stopped !== undefined && { stopped }),
  };
}
