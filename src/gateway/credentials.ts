// Health of the credential files of a gateway, for `status` and `doctor`. Nothing writes them (design §1), and nothing
// of them that is secret leaves this file.
import { isList, isTree, type Tree, type Value } from '../nouns/value.ts';
import type { Client, Purpose } from './client.ts';
import { readJson } from './read.ts';

export interface CredentialHealth {
  readonly name: string;
  readonly provider: string;
  readonly state: 'ok' | 'disabled' | 'unavailable' | 'error';
  /** The gateway's own word for it: `active`, `error`, `pending`, … */
  readonly status: string;
  /** ISO 8601: not used by the gateway before. */
  readonly nextRetryAfter?: string;
}

/** In the gateway's order. Config API keys are not among them (C v0 §7). */
export async function credentialsOf(
  client: Client,
  purpose: Purpose = 'status',
): Promise<readonly CredentialHealth[]> {
  const { value } = await readJson(client, '/auth-files', purpose);
  const files = value?.open()['files'];
  return isList(files) ? files.filter(isTree).map(healthIn) : [];
}

function healthIn(file: Tree): CredentialHealth {
  const status = text(file['status']) || 'unknown';
  const retry = text(file['next_retry_after']);
  return {
    name: text(file['name']),
    provider: text(file['provider']) || text(file['type']),
    state: stateIn(file, status),
    status,
    ...(retry !== '' && !retry.startsWith('0001-') && { nextRetryAfter: retry }),
  };
}

function stateIn(file: Tree, status: string): CredentialHealth['state'] {
  if (file['disabled'] === true || status === 'disabled') return 'disabled';
  if (status === 'error') return 'error';
  return file['unavailable'] === true ? 'unavailable' : 'ok';
}

const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
