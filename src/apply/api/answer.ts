// Removes secrets from a response of the Management API: by path, by what is known of earlier runs, and by value. It
// shows values of headers and other free-form members only if the files are known to contain them.
import { contentOf } from '../../gateway/model/decode.ts';
import { parseDocument } from '../../yaml/document.ts';
import { loadCatalog } from '../../gateway/catalog/catalog.ts';
import { scrubComments } from '../../gateway/comments/scrub.ts';
import type { Field } from '../../gateway/catalog/field.ts';
import { hidesAt, mapSecrets, secretsIn } from '../../gateway/catalog/secrets.ts';
import { catalogOfText, type Dialect } from '../../gateway/dialect.ts';
import type { FileDocument, FileNode } from '../../domain/yaml-node.ts';
import { REDACTED, redactor } from '../../lib/redact.ts';
import type { KnownTexts } from '../../domain/secret.ts';
import { isTree, type Value } from '../../lib/value.ts';
import { addressOf, V0_BASE } from './request.ts';

export interface AnswerContext {
  readonly dialect: Dialect;
  readonly known: KnownTexts;
  /** Secrets that a response can quote anywhere. */
  readonly secrets: readonly string[];
}

export function withoutSecrets(path: string, body: Value | string, context: AnswerContext): Value | string {
  const { tree } = addressOf(path);
  if (tree) return ofTree(tree, body, context);
  if (typeof body === 'string') return isFile(path) ? ofFile(body, context) : ofText(body, context);
  const { root } = context.dialect.memoryCatalog;
  return ofValue(root, body, isConfiguration(path, body, root), context);
}

const isFile = (path: string): boolean => addressOf(path).path.endsWith('/config.yaml');

/** Whether a response is the configuration or a part of it; other endpoints return something else. */
function isConfiguration(path: string, body: Value, root: Field): boolean {
  if (addressOf(path).path === `${V0_BASE}config`) return true;
  return isTree(body) && Object.keys(body).every((name) => root.fields?.has(name));
}

/** The value at a path of the v8 tree. */
function ofTree(names: readonly string[], body: Value, context: AnswerContext): Value {
  const last = names.at(-1);
  const field = loadCatalog('v8').at(names.slice(0, -1));
  if (last === undefined) return ofValue(loadCatalog('v8').root, body, true, context);
  const whole = ofValue(field, { [last]: body }, true, context);
  return (isTree(whole) ? whole[last] : undefined) ?? REDACTED;
}

/** `free`: whether to hide free-form members unless the files are known to contain them. */
function ofValue(field: Field | undefined, body: Value, free: boolean, context: AnswerContext): Value {
  const found: string[] = [...context.secrets];
  const hide = (secret: string): string => (found.push(secret), REDACTED);
  const shown = mapSecrets<string>(field, body, {
    whole: hide,
    part: hide,
    hides: (text, at) => isHidden(at, text, free, context.known),
  });
  return redactor(found).value(shown as Value); // texts in place of texts and numbers
}

function isHidden(field: Field | undefined, text: string, free: boolean, known: KnownTexts): boolean {
  return free ? hidesAt(field, text, known) : known.isSecret(text, field?.pattern);
}

const ofText = (text: string, { secrets }: AnswerContext): string => redactor(secrets).text(text);

/** If the file can't be parsed, its secrets can't be found. */
const UNREADABLE =
  "# This file isn't a readable configuration, so Holdfast can't find its secrets. Use --reveal to show it.\n";

/** A raw `config.yaml`: every scalar that contains a secret, also one that an anchor brings in. */
function ofFile(text: string, context: AnswerContext): string {
  const document = parseDocument(text);
  if ('ok' in document) return UNREADABLE;
  const own = catalogOfText(document, context.dialect);
  const content = contentOf(document, own);
  const hidden = new Set<string>();
  const keep = (secret: string): string => (hidden.add(secret), secret);
  mapSecrets(own.root, content, {
    whole: keep,
    part: (secret) => secret,
    hides: (found, at) => isHidden(at, found, true, context.known),
  });
  const parts = secretsIn(own.root, content);
  const scrubbed = parseDocument(scrubComments(document, own, content).text);
  const plain = withoutScalars('ok' in scrubbed ? document : scrubbed, hidden);
  return redactor([...context.secrets, ...hidden, ...parts]).text(plain);
}

function withoutScalars({ text, root }: FileDocument, hidden: ReadonlySet<string>): string {
  const found = root ? scalarsIn(root).filter((node) => hidden.has(node.text)) : [];
  return found
    .flatMap(({ range }) => (range ? [range] : []))
    .toSorted((a, b) => b.start - a.start)
    .reduce((left, { start, end }) => `${left.slice(0, start)}${REDACTED}${left.slice(end)}`, text);
}

function scalarsIn(node: FileNode): Extract<FileNode, { kind: 'scalar' }>[] {
  if (node.kind === 'scalar') return [node];
  if (node.kind === 'list') return node.items.flatMap(scalarsIn);
  return node.kind === 'map' ? node.pairs.flatMap(({ value }) => scalarsIn(value)) : [];
}
