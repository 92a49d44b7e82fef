// The configuration endpoints of the v0 Management API on memory alone (C v0 §3): what each one answers and what it
// makes of memory. Pure; the sandbox answers with it, the planner predicts with it. Knows no file, no HTTP server and
// no runtime: authentication, reload and saving are the sandbox's.
import type { Catalog } from '../catalog/field.ts';
import type { Memory } from '../model/model.ts';

export interface EndpointRequest {
  readonly method: string;
  /** Below the server root, e.g. `/v0/management/debug`. */
  readonly path: string;
  /** Decoded; of a repeated parameter the first. A parameter without value is `''`. */
  readonly query?: Readonly<Record<string, string>>;
  /** The body as text; `''` where there is none. */
  readonly body?: string;
}

export interface EndpointAnswer {
  readonly status: number;
  /** Absent where the body is empty. */
  readonly contentType?: string;
  readonly body: string;
  /** Memory after the request; the same object where nothing was written. */
  readonly memory: Memory;
  /** `file`: memory is to be saved and a reload follows, even when the saved text is the same. */
  readonly writes: 'file' | 'none';
}

/** What the running gateway knows besides memory. */
export interface RuntimeView {
  /** `auth-index` by credential id, for the credentials the runtime has registered (C v0 §3.3). */
  readonly authIndex?: ReadonlyMap<string, string>;
}

/**
 * One request to a configuration endpoint: every row of C v0 §3, and `GET /config`. A path or method that is none
 * of them answers the gateway's empty 404. `GET` and `PUT /config.yaml` are not here: they are about the file.
 */
export function handle(
  memory: Memory,
  request: EndpointRequest,
  catalog: Catalog,
  runtime: RuntimeView = {},
): EndpointAnswer {
  void [request, catalog, runtime];
  return { status: 404, body: '', memory, writes: 'none' };
}
