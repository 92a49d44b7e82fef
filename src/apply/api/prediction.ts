// What a request of `holdfast api` should leave in memory and in the file, by the model of the gateway. Pure.
import { type Dialect, memoryView } from '../../gateway/dialect.ts';
import { seal } from '../../domain/secret.ts';
import type { Prediction } from '../../domain/plan/write.ts';
import { addressOf, type ApiRequest } from './request.ts';
import { contentIn } from '../run/compare.ts';
import type { DeepLive } from '../run/read.ts';

/** What memory and file should contain afterwards, by the model. Undefined if it isn't a configuration endpoint. */
export function predicted(dialect: Dialect, request: ApiRequest, before: DeepLive): Prediction | undefined {
  const { method } = request;
  const body = request.body?.open() ?? '';
  const { path, query } = addressOf(request.path);
  const after = dialect.afterRequest(before.file.text.open(), { method, path, query, body });
  if (after === 'unchanged') return { memory: before.memory, file: seal(contentIn(before.file, dialect)) };
  return after && { memory: seal(memoryView(after.memory, dialect)), file: seal(after.content) };
}
