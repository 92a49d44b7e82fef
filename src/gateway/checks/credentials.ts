// Health of a gateway's credential files, for `status` and `doctor`. Nothing writes them (design §1), and no secret
// part of them leaves the files that read them.
import { fail } from '../../domain/problem/problem.ts';
import { isTree, listOf, type Tree, type Value } from '../../lib/value.ts';
import type { Client, Purpose } from '../client/client.ts';
import { readJson } from '../observe/read.ts';

export interface CredentialHealth {
  readonly name: string;
  readonly provider: string;
  readonly state: 'ok' | 'disabled' | 'unavailable' | 'error';
  /** The gateway's own word: `active`, `error`, `pending`, … */
  readonly status: string;
  /** ISO 8601: the gateway doesn't use it before this time. */
  readonly nextRetryAfter?: string;
}

/** A limit in case a server never stops sending pages. */
const MOST_PAGES = 1000;

/**
 * In the gateway's order, page by page if it pages (addendum of docs/contract-v8.md). Config API keys aren't
 * included (C v0 §7). Rejects with HF3016 if there are implausibly many pages, HF3018 if the pages repeat.
 */
export async function credentialsOf(
  client: Client,
  purpose: Purpose = 'status',
): Promise<readonly CredentialHealth[]> {
  return (await accountFiles(client, purpose)).map(healthIn);
}

/** The same as the gateway shows them. They can have secret parts. */
export async function accountFiles(client: Client, purpose: Purpose): Promise<readonly Tree[]> {
  const files: Tree[] = [];
  const known = new Set<string>();
  for (let query: Query | undefined, page = 1; page <= MOST_PAGES; page += 1) {
    const shown = (await readJson(client, '/auth-files', purpose, query)).value?.open() ?? {};
    const fresh = filesIn(shown).filter((file) => !known.has(identityOf(file)));
    for (const file of fresh) known.add(identityOf(file));
    files.push(...fresh);
    if (shown['has_more'] !== true) return files;
    if (fresh.length === 0)
      throw unusable('HF3018', client, 'announces more accounts but repeats the same ones');
    query = queryFor(page + 1, shown);
  }
  throw unusable('HF3016', client, `has accounts on more than ${MOST_PAGES} pages`);
}

type Query = Readonly<Record<string, string>>;

/** The next page, of the same size. */
function queryFor(page: number, { page_size: size }: Tree): Query {
  return { page: String(page), ...(typeof size === 'number' && { page_size: String(size) }) };
}

const filesIn = ({ files }: Tree): readonly Tree[] => listOf(files).filter(isTree);

/** Two accounts of the same name belong to different providers; without a name, each one counts. */
const identityOf = (file: Tree): string =>
  JSON.stringify([file['id'], file['name'], file['provider'] ?? file['type']]);

function unusable(code: 'HF3016' | 'HF3018', { target }: Client, why: string): Error {
  return fail(code, `GET /auth-files of ${target} ${why}`, { target });
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
