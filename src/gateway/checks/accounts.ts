// The accounts of a gateway with the models that each one offers, for `explain route` (C v0 §7).
import { isList, isTree, type Tree, type Value } from '../../lib/value.ts';
import type { Client } from '../client/client.ts';
import { readJson, unlessNotTold } from '../observe/read.ts';
import type { Account } from '../routing/accounts.ts';
import { accountFiles } from './credentials.ts';

/** How many are asked about at a time. */
const AT_ONCE = 8;

/** Undefined: this gateway doesn't show accounts. */
export async function accountsWithModels(client: Client): Promise<readonly Account[] | undefined> {
  const files = await unlessNotTold(() => accountFiles(client, 'status'));
  if (!files) return undefined;
  const accounts: Account[] = [];
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const some = files.slice(from, from + AT_ONCE);
    accounts.push(...(await Promise.all(some.map((file) => accountIn(client, file)))));
  }
  return accounts;
}

async function accountIn(client: Client, file: Tree): Promise<Account> {
  const name = text(file['name']);
  const id = text(file['id']) || name;
  const status = text(file['status']);
  const disabled = file['disabled'] === true || status === 'disabled';
  const retry = text(file['next_retry_after']);
  return {
    id,
    name,
    provider: (text(file['provider']) || text(file['type'])).toLowerCase(),
    priority: numberOr(file['priority'], 0),
    weight: numberOr(file['weight'], 1),
    disabled,
    failing: status === 'error',
    unavailable: file['unavailable'] === true,
    ...(retry !== '' && !retry.startsWith('0001-') && { nextRetryAfter: retry }),
    models: disabled ? [] : await modelsOf(client, id),
  };
}

async function modelsOf(client: Client, id: string): Promise<readonly string[] | undefined> {
  const told = await unlessNotTold(() => readJson(client, '/auth-files/models', 'status', { name: id }));
  const models = told?.value?.open()['models'];
  if (!isList(models)) return undefined;
  return models.flatMap((model) => (isTree(model) ? [text(model['id'])] : [])).filter(Boolean);
}

const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
const numberOr = (value: Value | undefined, usual: number): number =>
  typeof value === 'number' ? value : usual;
