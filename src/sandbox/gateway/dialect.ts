// Which gateway the sandbox is: the dialect of its generation, and what is visible only from outside. Knows no disk
// and no timing.
import { type Dialect, V7, V8 } from '../../gateway/dialect.ts';

export type Api = 'v7' | 'v8';

export interface Generation {
  readonly dialect: Dialect;
  /** Whether there are endpoints below `/v8/management`. */
  readonly hasTree: boolean;
  /** `X-CPA-VERSION` if no other version is requested. */
  readonly version: string;
}

const GENERATIONS: Readonly<Record<Api, Generation>> = {
  v7: { dialect: V7, hasTree: false, version: 'v7.2.140' },
  v8: { dialect: V8, hasTree: true, version: 'v8.0.20' },
};

export const generationOf = (api: Api): Generation => GENERATIONS[api];
