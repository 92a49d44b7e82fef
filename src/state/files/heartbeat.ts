// The daemon's heartbeat as a file of the state directory. Reading it creates nothing.
import { join } from 'node:path';
import type { Heartbeat } from '../../domain/state/heartbeat.ts';
import { recordsOf, writeRecord } from './records.ts';

const fileIn = (dir: string): string => join(dir, 'beat.json');

/** Rejects with HF6003 or HF6004 if nothing can be written. */
export function writeBeat(dir: string, beat: Heartbeat): Promise<void> {
  return writeRecord(fileIn(dir), beat);
}

/** Undefined if no daemon ever ran. Rejects with HF6005 if it is damaged. */
export async function readBeat(dir: string, now: number): Promise<Heartbeat | undefined> {
  return (await recordsOf(isBeat).read(fileIn(dir), now)) as Heartbeat | undefined; // isBeat saw to it
}

function isBeat(record: unknown): boolean {
  const { at, pid, problems } = record as Partial<Heartbeat>;
  return typeof at === 'number' && typeof pid === 'number' && Array.isArray(problems);
}
