// What all endpoints share: responses, reading and replacing a path of memory, the parsing of parameters.
import type { Tree, Value } from '../../lib/value.ts';
import type { Field } from '../catalog/field.ts';
import type { Memory } from '../model/model.ts';
import type { Sent } from '../model/spelling.ts';
import { writeJson } from './json-text.ts';

export interface EndpointAnswer {
  readonly status: number;
  /** Absent if the body is empty. */
  readonly contentType?: string;
  readonly body: string;
  /** Memory after the request; the same object if nothing was written. */
  readonly memory: Memory;
  /** `file`: memory is to be saved and a reload follows, even if the saved text is the same. */
  readonly writes: 'file' | 'none';
  /** Numbers of plugin settings as they were sent: they are saved in that spelling. */
  readonly sent?: Sent;
}

export const JSON_TYPE = 'application/json; charset=utf-8';

export function shows(memory: Memory, body: Value): EndpointAnswer {
  return { status: 200, contentType: JSON_TYPE, body: writeJson(body), memory, writes: 'none' };
}

export function refuses(memory: Memory, status: number, error: string, more: Tree = {}): EndpointAnswer {
  return { ...shows(memory, { error, ...more }), status };
}

export const invalidBody = (memory: Memory): EndpointAnswer => refuses(memory, 400, 'invalid body');

/** 200 for a memory that is to be saved. */
export function stores(memory: Memory, body: Tree = { status: 'ok' }): EndpointAnswer {
  return { ...shows(memory, body), writes: 'file' };
}

/** An unknown path or method: 404 with an empty body, never 405 (C v0 §1.1). */
export const unknown = (memory: Memory): EndpointAnswer => ({
  status: 404,
  body: '',
  memory,
  writes: 'none',
});

/** The names that lead from the root to a field. */
export function namesOf(field: Field): string[] {
  return field.parent ? [...namesOf(field.parent), field.name] : [];
}

/** An `index` parameter as C's `%d` parses it; undefined if it can't be parsed or is out of range (C v0 §3.0). */
export function indexIn(text: string | undefined, length: number): number | undefined {
  const digits = text === undefined ? undefined : /^[ \t\r]*([+-]?\d+)/.exec(text)?.[1];
  return inRange(digits === undefined ? undefined : Number(digits), length);
}

export function inRange(index: number | undefined, length: number): number | undefined {
  return index !== undefined && index >= 0 && index < length ? index : undefined;
}
