// The alternative to an edit that can't be spliced, if the guard allows it: prints the file again from its meaning.
// Comments, anchors and layout are lost, values aren't.
import { stringify } from 'yaml';
import type { Dialect } from '../../../gateway/dialect.ts';
import { parseDocument } from '../../../yaml/document.ts';
import type { FileDocument } from '../../../domain/yaml-node.ts';
import { type Tree, valueAt, withValue } from '../../../lib/value.ts';
import { besides } from '../../prediction/footprint.ts';
import { isState, settled, type State } from '../../prediction/predict.ts';
import type { FileEdit } from './route-file.ts';
import { isFailure } from '../../../yaml/failure.ts';
import type { Area } from '../../types/area.ts';

/** Undefined if the printed file wouldn't have the same meaning as the current one, or would be refused. */
export function rewriteFile(
  dialect: Dialect,
  start: State,
  proposed: Tree,
  areas: readonly Area[],
): FileEdit | undefined {
  const content = areas.reduce((tree, area) => withValue(tree, area, valueAt(proposed, area)), start.content);
  const document = parseDocument(stringify(content, { aliasDuplicateObjects: false, lineWidth: 0 }));
  if (isFailure(document)) return undefined;
  const after = settled(document as FileDocument, dialect);
  if (!isState(after)) return undefined;
  if (besides(dialect.catalog, start.content, after.content, areas).lost.length > 0) return undefined;
  return { document: document as FileDocument, after };
}
