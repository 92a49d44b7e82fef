// The models that a gateway knows by itself: what an entry without a list of models offers (C v0 §7).
import { isList, isTree, type Tree } from '../../lib/value.ts';
import type { Client } from '../client/client.ts';
import { readJson, unlessNotTold } from '../observe/read.ts';
import type { BuiltInModels } from '../routing/credentials.ts';
import { channelsWithoutModels } from '../routing/credentials.ts';

/** For the channels that these configurations, and accounts, need. A gateway that doesn't tell leaves a channel unknown. */
export async function builtInModels(
  client: Client,
  memories: readonly Tree[],
  ofAccounts: readonly string[] = [],
): Promise<BuiltInModels> {
  const channels = new Set([...memories.flatMap(channelsWithoutModels), ...ofAccounts]);
  const known = new Map<string, readonly string[]>();
  for (const channel of channels) {
    const models = await modelsOf(client, channel);
    if (models) known.set(channel, models);
  }
  return (channel) => known.get(channel);
}

/** Undefined: an older gateway, without this endpoint or this channel. */
async function modelsOf(client: Client, channel: string): Promise<readonly string[] | undefined> {
  const endpoint = `/model-definitions/${encodeURIComponent(channel)}`;
  const told = await unlessNotTold(() => readJson(client, endpoint, 'status'));
  const models = told?.value?.open()['models'];
  if (!isList(models)) return undefined;
  return models.flatMap((model) => (isTree(model) && typeof model['id'] === 'string' ? [model['id']] : []));
}
