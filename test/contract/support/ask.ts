// Sends recorded requests as they were sent then: no redirects followed, headers and bodies as given.
import { request as httpRequest } from 'node:http';
import { expand, normalise, type RecordedRequest, type RecordedResponse, type Translation } from './recorded.ts';

const KEPT: ReadonlySet<string> = new Set([
  'content-type',
  'cache-control',
  'location',
  'www-authenticate',
  'retry-after',
  'x-content-type-options',
]);

export interface Place {
  readonly url: string;
  readonly texts: Translation;
  /** The file now; null if there is none. */
  file(): Promise<string | null>;
  /** The header of a recorded request as this gateway needs it. Absent: as it was. */
  readonly header?: (value: string) => string;
}

export async function ask(request: RecordedRequest, place: Place): Promise<RecordedResponse> {
  const { status, headers, text } = await exchange(request, place);
  if (status === 0) return { status };
  const kept = Object.fromEntries(
    Object.entries(headers).filter(([name]) => KEPT.has(name) || name.startsWith('x-cpa-')),
  );
  const isJson = text !== '' && String(kept['content-type'] ?? '').includes('json');
  const body = picked(request, models(request, isJson ? JSON.parse(text) : text));
  return normalise({ status, headers: kept, body }, place.texts) as RecordedResponse;
}

interface Exchange {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

async function exchange(request: RecordedRequest, place: Place): Promise<Exchange> {
  const { url, header = (value) => value } = place;
  const body = await bodyOf(request, place);
  const given = Object.entries(request.headers ?? {}).map(([name, value]) => [name, header(value)] as const);
  const headers: Record<string, string | number> = {
    Connection: 'close',
    ...(request.body !== undefined && { 'Content-Type': 'application/json' }),
    ...Object.fromEntries(given),
    ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }),
  };
  const query = queryOf(request);
  return new Promise((resolve) => {
    const call = httpRequest(
      new URL(url),
      { method: request.method, path: query === '' ? request.path : `${request.path}?${query}`, headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    call.on('error', () => resolve({ status: 0, headers: {}, text: '' }));
    call.end(body);
  });
}

async function bodyOf(request: RecordedRequest, { texts, file }: Place): Promise<string | undefined> {
  if (request.edit)
    return request.edit.reduce(
      (now, [old, fresh]) => now.replaceAll(texts.out(old), texts.out(fresh)),
      (await file()) ?? '',
    );
  if (request.body_text !== undefined) return texts.out(request.body_text);
  return request.body === undefined ? undefined : JSON.stringify(expand(request.body, texts));
}

function queryOf({ query = '' }: RecordedRequest): string {
  if (typeof query === 'string') return query;
  return Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}

const DAY_S = 86_400;

/** The order and the creation times of the model list differ every time. */
function models({ path }: RecordedRequest, body: unknown): unknown {
  if (path !== '/v1/models' || typeof body !== 'object' || body === null || !('data' in body)) return body;
  const list = (body.data as readonly { id: string; created?: number }[]) // What `/v1/models` answers.
    .map((model) =>
      Date.now() / 1000 - (model.created ?? 0) < DAY_S ? { ...model, created: '<now>' } : model,
    )
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { ...body, data: list };
}

function picked({ pick }: RecordedRequest, body: unknown): unknown {
  if (!pick || typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => pick.includes(name)));
}
