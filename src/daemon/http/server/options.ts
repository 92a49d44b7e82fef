// What the HTTP service is given by whoever puts the daemon together. Types only.
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../../domain/clock.ts';
import type { HttpSettings } from '../../../settings/settings.ts';
import type { Source } from '../../../api-schema/views.ts';
import type { Routes } from './api.ts';
import type { WebAssets } from './assets.ts';
import type { GitHook } from './hooks.ts';
import type { StreamOptions } from './stream.ts';

export interface HttpOptions {
  /** Of Holdfast. */
  readonly version: string;
  readonly clock: Clock;
  /** The second net: the value without any known secret. */
  readonly redact: <T>(value: T) => T;
  readonly note: (level: 'info' | 'warn', text: string) => void;
  /** Is told of faults of ours. */
  readonly failed: (error: unknown) => void;
  /** Where the files come from, when the daemon follows git by itself. */
  readonly source?: () => Source | undefined;
  /** Answers `POST /hooks/git`. */
  readonly hook?: GitHook;
  /** The dashboard, asked for when somebody could look at it; nothing at `/` without it. */
  readonly assets?: () => Promise<WebAssets>;
  /** More routes at the root of the server: health and metrics. */
  readonly routes?: (http: HttpSettings) => readonly Routes[];
  /** Is given each server before its routes are: to count what it answers. */
  readonly onServer?: (server: FastifyInstance) => void;
  readonly events?: Omit<StreamOptions, 'redact'>;
}
