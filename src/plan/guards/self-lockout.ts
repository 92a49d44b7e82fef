// `self-lockout`: any change after which Holdfast couldn't manage the gateway (C v0 §2.3, §5.2, §8.1): the secret,
// who can call from where, the address it listens on, TLS.
import { isLoopback } from '../../lib/loopback.ts';
import { spelledFlat } from '../../gateway/layout/locate.ts';
import { formatPath, type Path } from '../../domain/path.ts';
import type { Value } from '../../lib/value.ts';
import type { Difference } from '../types/difference.ts';
import type { Case, Finding } from './guard.ts';

type Judge = (change: Difference, subject: Case) => string | undefined;

const JUDGES: Readonly<Record<string, Judge>> = {
  'remote-management.secret-key': judgeSecret,
  'remote-management.allow-remote': judgeRemote,
  host: judgeHost,
  port: judgePort,
  'tls.enable': judgeTls,
};

const REMEDIES: Readonly<Record<string, string>> = {
  'remote-management.secret-key':
    "Add the new secret to the target's `key` list next to the old one, then apply again.",
  'remote-management.allow-remote':
    "Run Holdfast on the gateway's host, connect over loopback, and allow the change. Or set MANAGEMENT_PASSWORD on the gateway, which keeps remote access.",
  host: "Declare an address that matches the target's `url`, or change the `url` first.",
  port: "Change the port in the target's `url` at the same time. The change takes effect when the gateway restarts.",
  'tls.enable':
    "Change the scheme of the target's `url` at the same time. The change takes effect when the gateway restarts.",
};

export function selfLockout(subject: Case): Finding[] {
  return subject.differences.flatMap((change) => {
    const path = spelledFlat(formatPath(change.path));
    const message = JUDGES[path]?.(change, subject);
    return message === undefined ? [] : [finding(change.path, message, REMEDIES[path] ?? '', change.id)];
  });
}

function finding(path: Path, message: string, remedy: string, change: string): Finding {
  return { guard: 'self-lockout', path, message, remedy, changes: [change] };
}

function judgeSecret({ after }: Difference, { managementSecret }: Case): string | undefined {
  if (isBlank(after))
    return 'removes the management secret. Without MANAGEMENT_PASSWORD, this turns the Management API off permanently';
  if (!managementSecret)
    return "replaces the management secret, and Holdfast couldn't compare it with the keys of this target";
  if (!managementSecret.isTargetKey)
    return "replaces the management secret with one that isn't among the target's `key` references";
  return undefined;
}

function isBlank(value: Value | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function judgeRemote({ after }: Difference, { target }: Case): string | undefined {
  if (after === true) return undefined;
  return isLoopback(target.url.hostname)
    ? "turns remote management off. If the gateway runs in a container, its host's loopback is remote to it"
    : `turns remote management off, and this target is managed from another host (${target.url.host})`;
}

function judgeHost({ after }: Difference, { target }: Case): string | undefined {
  const host = typeof after === 'string' ? after.trim() : '';
  const { hostname } = target.url;
  if (ANY_ADDRESS.has(host) || host === bare(hostname)) return undefined;
  if (isLoopback(hostname) && isLoopback(host)) return undefined;
  return `listens on ${host} only after the next restart, but the target's url has ${hostname}`;
}

const ANY_ADDRESS = new Set(['', '0.0.0.0', '::', '[::]']);

function judgePort({ after }: Difference, { target }: Case): string | undefined {
  const managed = portOf(target.url);
  if (after === managed) return undefined;
  const port = typeof after === 'number' && after > 0 ? `port ${after}` : 'a random port';
  return `listens on ${port} after the next restart, but the target's url has ${managed}`;
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function judgeTls({ after }: Difference, { target }: Case): string | undefined {
  const encrypted = after === true;
  if (encrypted === (target.url.protocol === 'https:')) return undefined;
  return `speaks ${encrypted ? 'https' : 'http'} after the next restart, but the target's url has ${target.url.protocol.slice(0, -1)}`;
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
