// How a load changes the file itself (C v8 §4.6, §4.9): it replaces a plaintext secret with its hash, and removes
// flat keys that lose against their v8 spelling. Pure.
import { isTree } from '../../lib/value.ts';
import { type LoadOptions, type Memory } from '../model/model.ts';
import { Fault } from './groups.ts';
import { loadV8 } from './load.ts';
import { normalise, parse } from './normalise.ts';
import { atPath, emptyMap, expanded, type Node, print, scalar, set } from './tree.ts';
import { isFailure, type LoadFailure } from '../../yaml/failure.ts';

export interface AtLoad {
  readonly ok: true;
  readonly memory: Memory;
  /** The file afterwards; the given text if the load doesn't change it. */
  readonly text: string;
}

export function atLoad(text: string, options: LoadOptions = {}): AtLoad | LoadFailure {
  const loaded = loadV8(text, options);
  if (isFailure(loaded) || !('memory' in loaded)) return loaded as LoadFailure; // The only other kind.
  const { memory, rewritten } = loaded;
  const hashed = rewritten ? withSecret(text, secretIn(memory)) : text;
  const cleaned = normalise(hashed, false);
  if (!cleaned.ok) return { ok: false, stage: 'validate', message: cleaned.refused };
  return { ok: true, memory, text: cleaned.text };
}

function secretIn(memory: Memory): string {
  const management = memory['remote-management'];
  return isTree(management) ? String(management['secret-key'] ?? '') : '';
}

/** The whole file is then indented by two, and comment lines start at the left edge. */
function withSecret(text: string, hash: string): string {
  const root = expanded(parse(text));
  if (!root) throw new Fault('empty config');
  const section = atPath(root, 'management.secret-key') ? 'management' : 'remote-management';
  const old = atPath(root, `${section}.secret-key`);
  const fresh: Node =
    old?.kind === 'scalar' ? { ...scalar(hash, old.style), comments: old.comments } : scalar(hash);
  if (!atPath(root, section)) set(root, section, emptyMap());
  set(root, `${section}.secret-key`, fresh);
  return print(root, 2, 'left');
}
