// The options of the HTTP service. Types only.
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../../domain/clock.ts';
import type { HttpRole, HttpSettings } from '../../../settings/settings.ts';
import type { Source } from '../../../api-schema/views.ts';
import type { Routes } from './api.ts';
import type { WebAssets } from './assets.ts';
import type { GitHook } from './hooks.ts';
import type { StreamOptions } from './stream.ts';

/** A request to the MCP server; `body`: of a POST, as JSON. */
export type ServeMcp = (
  request: Request,
  body: unknown,
  caller: { readonly name: string; readonly role: HttpRole },
) => Promise<Response>;

export interface HttpOptions {
  /** The version of Holdfast. */
  readonly version: string;
  readonly clock: Clock;
  /** Redaction by value: the value without any known secret. */
  readonly redact: <T>(value: T) => T;
  /** Is told where it listens; `note` where absent. */
  readonly listening?: ((origin: string) => void) | undefined;
  readonly note: (level: 'info' | 'warn', text: string) => void;
  /** Called for bugs. */
  readonly failed: (error: unknown) => void;
  /** The source of the files, if the daemon follows git. */
  readonly source?: () => Source | undefined;
  /** Handles `POST /hooks/git`. */
  readonly hook?: GitHook;
  /** The dashboard, loaded on first use; without it, `/` serves nothing. */
  readonly assets?: () => Promise<WebAssets>;
  /** Serves AI agents at `/mcp`. */
  readonly mcp?: ServeMcp | undefined;
  /** More routes at the root of the server: health and metrics. */
  readonly routes?: (http: HttpSettings) => readonly Routes[];
  /** Gets each server before its routes are added: counts its responses. */
  readonly onServer?: (server: FastifyInstance) => void;
  readonly events?: Omit<StreamOptions, 'redact'>;
}
