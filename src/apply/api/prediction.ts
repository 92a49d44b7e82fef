// What a request of `holdfast api` should leave in memory and in the file, by the models of both generations. Pure.
import type { Catalog } from '../../gateway/catalog/field.ts';
import { contentOf } from '../../gateway/model/decode.ts';
import { parseDocument } from '../../yaml/document.ts';
import { fromJson, toJson } from '../../gateway/model/json.ts';
import { load } from '../../gateway/model/load.ts';
import { save } from '../../gateway/model/save.ts';
import { stored } from '../../gateway/model/stored.ts';
import { handle, type EndpointRequest } from '../../gateway/v7/endpoints.ts';
import { handleV8, V8_BASE } from '../../gateway/v8/endpoints.ts';
import { stored as storedV8 } from '../../gateway/v8/normalise.ts';
import { runtimeCatalog } from '../../gateway/v8/runtime.ts';
import { saveV8 } from '../../gateway/v8/save.ts';
import { viewV8 } from '../../gateway/v8/view.ts';
import { seal, type Sealed } from '../../domain/secret.ts';
import type { Tree } from '../../lib/value.ts';
import type { Prediction } from '../../domain/plan/write.ts';
import { isState, predictionOf, settled } from '../../plan/prediction/predict.ts';
import { addressOf, type ApiRequest, V0_BASE } from './request.ts';
import { contentIn } from '../run/compare.ts';
import type { DeepLive } from '../run/read.ts';

/** What memory and file should hold afterwards, by the model; undefined: no configuration endpoint. */
export function predicted(catalog: Catalog, request: ApiRequest, before: DeepLive): Prediction | undefined {
  const { path, query } = addressOf(request.path);
  const body = request.body?.open() ?? '';
  if (catalog.generation === 'v8')
    return predictedV8(catalog, before, { method: request.method, path, query, body });
  if (path === `${V0_BASE}config.yaml`) return predictedFile(catalog, body);
  const loaded = load(before.file.document.open(), catalog);
  if (!loaded.ok) return undefined;
  const answer = handle(loaded.memory, { method: request.method, path, query, body }, catalog);
  if (answer.writes !== 'file') return answer.status === 404 ? undefined : asItIs(catalog, before);
  const saved = save(before.file.document.open(), answer.memory, catalog);
  if ('ok' in saved) return undefined;
  return { memory: viewOf(catalog, answer.memory), file: seal(contentOf(saved, catalog)) };
}

function predictedV8(catalog: Catalog, before: DeepLive, request: EndpointRequest): Prediction | undefined {
  const raw = before.file.text.open();
  const seen = viewV8(raw);
  if (!seen.ok) return undefined;
  const text = storedOf(raw, seen.memory, request);
  const after = text === undefined ? undefined : settled({ text, root: undefined }, catalog);
  return after && isState(after) ? predictionOf(after) : undefined;
}

function storedOf(raw: string, memory: Tree, request: EndpointRequest): string | undefined {
  const { method, path, body = '' } = request;
  if (path === `${V0_BASE}config.yaml`) return putOf(body);
  if (!path.startsWith(V8_BASE)) return savedOf(raw, memory, request);
  return handleV8({ method, path: decodeURI(path), body }, { file: raw }).writes?.text;
}

function putOf(body: string): string | undefined {
  const made = storedV8(body);
  return made.ok ? made.text : undefined;
}

/**
 * The v0 API of a v8 gateway: a field write saves at the v8 path, or into a flat file (C v8 §5). Undefined: no
 * configuration endpoint; the text as it is: the endpoint changes nothing.
 */
function savedOf(raw: string, memory: Tree, request: EndpointRequest): string | undefined {
  const answer = handle(memory, request, runtimeCatalog());
  if (answer.writes !== 'file') return answer.status === 404 ? undefined : raw;
  const saved = saveV8(raw, answer.memory);
  return saved.ok ? saved.text : undefined;
}

function viewOf(catalog: Catalog, memory: Tree): Sealed<Tree> {
  return seal(fromJson(toJson(memory, catalog) ?? {}, catalog));
}

function predictedFile(catalog: Catalog, body: string): Prediction | undefined {
  const text = stored(body, catalog);
  const document = typeof text === 'string' ? parseDocument(text) : text;
  if ('ok' in document) return undefined;
  const loaded = load(document, catalog);
  if (!loaded.ok) return undefined;
  return { memory: viewOf(catalog, loaded.memory), file: seal(contentOf(document, catalog)) };
}

function asItIs(catalog: Catalog, before: DeepLive): Prediction {
  return { memory: before.memory, file: seal(contentIn(before.file, catalog)) };
}
