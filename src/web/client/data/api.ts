// The only file that sends requests to the daemon. Results are values: a failed request is shown, never thrown.
// Addresses are relative to the page, so that the dashboard works below any prefix.
import { terminalSafeIn } from '../../../lib/terminal-safe.ts';
import type { ProblemView } from '../../../api-schema/views.ts';
import { shutOut } from './session.ts';

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: ProblemView; readonly retryAfter?: number };

export const API = 'api/v1';

export const targetPath = (name: string, rest = ''): string => `targets/${encodeURIComponent(name)}${rest}`;

export const get = <T>(path: string): Promise<Answer<T>> => ask<T>('GET', path);

export const post = <T>(path: string, body: object = {}): Promise<Answer<T>> => ask<T>('POST', path, body);

export const remove = (path: string): Promise<Answer<unknown>> => ask('DELETE', path);

async function ask<T>(method: string, path: string, body?: object): Promise<Answer<T>> {
  // A header that another site can't send: it shows the daemon that one of its own pages sends the request.
  const own = { accept: 'application/json', 'x-holdfast': '1' };
  const headers = { ...own, ...(body && { 'content-type': 'application/json' }) };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  try {
    const response = await fetch(`${API}/${path}`, init);
    if (response.status === 401) shutOut();
    return response.ok ? { ok: true, value: await read<T>(response) } : await refusal(response);
  } catch (error) {
    return { ok: false, problem: silence(error) };
  }
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text();
  // The shape is guaranteed by the schemas of the daemon's routes. Control characters in texts are made visible.
  return terminalSafeIn(text === '' ? undefined : JSON.parse(text)) as T;
}

async function refusal<T>(response: Response): Promise<Answer<T>> {
  const { status, headers } = response;
  const retryAfter = Number(headers.get('retry-after') ?? 0);
  const isProblem = headers.get('content-type')?.includes('json') ?? false;
  const problem = isProblem
    ? await read<ProblemView>(response)
    : { type: 'about:blank', title: `The response was ${status} ${response.statusText}`, status };
  return { ok: false, problem, ...(retryAfter > 0 && { retryAfter }) };
}

function silence(error: unknown): ProblemView {
  const detail = error instanceof Error ? error.message : String(error);
  return { type: 'about:blank', title: "The daemon doesn't respond", status: 0, detail };
}
