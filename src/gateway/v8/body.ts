// Bodies of v8 requests: checked as JSON, then read by a YAML parser (C v8 §4.10).
import { isFailure, type LoadFailure } from '../model/model.ts';
import { isJson } from '../model/rules.ts';
import { type Node, treeOf } from './tree.ts';

export type Body =
  | { readonly ok: true; readonly node: Node }
  | { readonly ok: false; readonly error: 'invalid_json' | 'invalid_body' };

export function readBody(text: string, format: 'json' | 'yaml'): Body {
  if (format === 'json' && !isJson(text)) return { ok: false, error: 'invalid_json' };
  if (format === 'json' && isRefusedAsYaml(text)) return { ok: false, error: 'invalid_body' };
  const node = treeOf(format === 'json' ? text.replaceAll('\u0085', ' ') : text);
  if (!node || isFailure(node)) return { ok: false, error: 'invalid_body' };
  return { ok: true, node: node as Exclude<typeof node, LoadFailure> }; // It is no failure.
}

/** Escapes that JSON has and YAML lacks: halves of characters, and the slash. */
const ESCAPES = /(?<!\\)(?:\\\\)*\\(?:\/|u[dD][89a-fA-F])/;
const LONGEST_KEY = 1024;

function isRefusedAsYaml(text: string): boolean {
  if (ESCAPES.test(text) || /^[ \r\n]*\t/.test(text)) return true;
  for (const { 0: found } of text.matchAll(/"(?:[^"\\]|\\.)*"(?=\s*:)/g))
    if (found.length > LONGEST_KEY) return true;
  return false;
}
