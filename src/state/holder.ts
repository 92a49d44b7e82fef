// Who has a lock. The note that one process leaves for others: whom they wait for, and whether it still lives.
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { fail, type HoldfastError } from '../domain/problem/problem.ts';

export interface Holder {
  readonly token: string;
  readonly owner: string;
  readonly host: string;
  /** Host, boot and process namespace: where a process number means one process. */
  readonly machine: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
}

/** This process. */
export function holderNow(owner: string): Holder {
  return {
    token: randomUUID(),
    owner,
    host: hostname(),
    machine: MACHINE,
    pid: process.pid,
    since: new Date().toISOString(),
  };
}

/** Certainly dead: a process of this machine that no longer exists. For other machines, only the lease shows it. */
export function isDead(holder: Holder): boolean {
  if (holder.machine !== MACHINE || holder.pid === process.pid) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'; // what process.kill throws
  }
}

export const holderText = ({ owner, pid, host, since }: Holder): string =>
  `${owner} (process ${pid} on ${host}, since ${since})`;

/** A holder who left no note, or has released the lock meanwhile. */
export const SOMEBODY = 'another process';

export function inUse(target: string, holder = SOMEBODY): HoldfastError {
  return fail('HF6001', `${target} is in use by ${holder}`, { target, facts: { holder } });
}

/** Host, boot and process namespace: processes with the same one share a clock. */
export const MACHINE = [hostname(), bootId(), processNamespace()].join(' ');

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** Two containers can share a host name and use the same process numbers. */
function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
