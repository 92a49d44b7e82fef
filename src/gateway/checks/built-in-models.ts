// The models that a gateway knows by itself: what an entry without a list of models offers (C v0 §7).
import { isList, isTree, type Tree } from '../../lib/value.ts';
import type { Client } from '../client/client.ts';
import { HoldfastError } from '../../domain/problem/problem.ts';
import { readJson } from '../observe/read.ts';
import type { BuiltInModels } from '../routing/credentials.ts';
import { channelsWithoutModels } from '../routing/credentials.ts';

/** For the channels that these configurations need. A gateway that doesn't tell leaves a channel unknown. */
export async function builtInModels(client: Client, memories: readonly Tree[]): Promise<BuiltInModels> {
  const channels = new Set(memories.flatMap(channelsWithoutModels));
  const known = new Map<string, readonly string[]>();
  for (const channel of channels) {
    const models = await modelsOf(client, channel);
    if (models) known.set(channel, models);
  }
  return (channel) => known.get(channel);
}

/** A response that isn't what was asked for, and one that refuses. */
const NOT_TOLD: ReadonlySet<string> = new Set(['HF3018', 'HF3026']);

async function modelsOf(client: Client, channel: string): Promise<readonly string[] | undefined> {
  try {
    const { value } = await readJson(client, `/model-definitions/${channel}`, 'status');
    const models = value?.open()['models'];
    if (!isList(models)) return undefined;
    return models.flatMap((model) => (isTree(model) && typeof model['id'] === 'string' ? [model['id']] : []));
  } catch (error) {
    // An older gateway, without this endpoint or this channel.
    if (error instanceof HoldfastError && error.problems.every(({ code }) => NOT_TOLD.has(code)))
      return undefined;
    throw error;
  }
}
