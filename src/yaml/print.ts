// Prints nodes as the gateway's encoder does (C v0 §6.2 step 5): block style, 2-space indent, empty lists `[]`,
// comment lines at the left edge. Knows nothing of the catalog.
import type { Comments, FileNode, ListNode, MapNode, ScalarNode } from '../domain/yaml-node.ts';

export interface PrintOptions {
  /** 2 as the saver writes, 4 as a v8 gateway marshals (C v8 §4.11). */
  readonly indent: 2 | 4;
  /** Comment lines lose their indentation. */
  readonly leftAligned: boolean;
}

const SAVED: PrintOptions = { indent: 2, leftAligned: true };

/** The text of a document. Comments of the root itself belong to the document, separated by a blank line. */
export function printDocument(root: FileNode, options: PrintOptions = SAVED): string {
  const printer = new Printer(options);
  printer.comments(root.comments.head);
  if (root.comments.head.length > 0) printer.line('');
  printer.value(root, 0, '');
  if (root.comments.foot.length > 0) {
    printer.line('');
    printer.comments(root.comments.foot);
  }
  return printer.text();
}

/** What is before a value; `colon`: the one of a key after a question mark. */
type Behind = 'key' | 'colon' | 'dash' | 'nothing';

/**
 * Comments after a block collection have no line of their own, so they wait for the next key or dash. After a key
 * they are printed only if a block follows. A scalar prints its own comment first; the key's comment then moves to
 * the next key without one.
 */
class Printer {
  readonly #lines: string[] = [];
  #waiting: string | undefined;
  #keyed: string | undefined;
  /** Indentation of the last foot comment: a blank line keeps it from becoming the head of what follows. */
  #footIndent = -1;
  readonly #step: number;
  readonly #leftAligned: boolean;

  constructor({ indent, leftAligned }: PrintOptions) {
    this.#step = indent;
    this.#leftAligned = leftAligned;
  }

  text(): string {
    const text = this.#lines.join('\n');
    if (text === '') return text;
    return `${this.#leftAligned ? text.replace(/^[ \t]+(?=#)/gm, '') : text}\n`;
  }

  line(text: string): void {
    this.#lines.push(text);
  }

  comments(texts: readonly string[], indent = 0): void {
    for (const text of texts) this.line(`${' '.repeat(indent)}${text}`);
  }

  /** One level in: the next multiple of the step. */
  #within(indent: number): number {
    return this.#step * Math.floor((indent + this.#step) / this.#step);
  }

  /** Prints a value after `lead`: `key:` or `-` with its indentation, or nothing for the root. */
  value(node: FileNode, indent: number, lead: string, behind: Behind = 'nothing'): void {
    const props = propsOf(node);
    const within = behind === 'nothing' ? 0 : this.#within(indent);
    if (props === '' && this.#goesOn(node, behind))
      return this.#onLine(node, behind === 'dash' ? indent + 2 : within, lead);
    if (node.kind === 'map' && node.pairs.length > 0 && !node.flow) {
      this.#block(lead, props, behind);
      this.#pairs(node, within);
      this.#waiting = node.comments.line ?? this.#waiting;
    } else if (node.kind === 'list' && node.items.length > 0 && !node.flow) {
      this.#block(lead, props, behind);
      this.#items(node.items, within);
      this.#waiting = node.comments.line ?? this.#waiting;
    } else if (isKeyed(behind) && this.#keyed !== undefined && isEmptyBlock(node)) {
      // The gateway prints this, and can't parse it again: see `brokenBySave` in stored.ts.
      this.#block(lead, props, behind);
      this.line(`${' '.repeat(indent)}{}`);
    } else this.#inline(node, indent, `${lead}${props}`, this.#commentFor(node, behind));
  }

  /** Whether a collection begins on the line of its dash, or of the colon of a key after a question mark. */
  #goesOn(node: FileNode, behind: Behind): node is MapNode | ListNode {
    if ((behind !== 'colon' && behind !== 'dash') || this.#waiting !== undefined || this.#keyed !== undefined)
      return false;
    if (node.kind === 'list')
      return !node.flow && node.items.length > 0 && node.items[0]?.comments.head.length === 0;
    return behind === 'colon' && node.kind === 'map' && !node.flow && node.pairs.length > 0;
  }

  #onLine(node: MapNode | ListNode, indent: number, lead: string): void {
    if (node.kind === 'map') this.#pairs(node, indent, lead.padEnd(indent));
    else this.#items(node.items, indent, lead.padEnd(indent));
    this.#waiting = node.comments.line ?? this.#waiting;
  }

  #block(lead: string, props: string, behind: Behind): void {
    const comment = isKeyed(behind) ? this.#keyed : behind === 'dash' ? this.#waiting : undefined;
    if (isKeyed(behind)) this.#keyed = undefined;
    if (behind === 'dash') this.#waiting = undefined;
    const shown = comment === undefined ? '' : ` ${comment}`;
    if (lead !== '' || props !== '') this.line(`${lead}${props}${shown}`);
  }

  #commentFor(node: FileNode, behind: Behind): string | undefined {
    const own = node.comments.line;
    const other = isKeyed(behind) ? this.#keyed : this.#waiting;
    if (!isKeyed(behind)) this.#waiting = undefined;
    else if (own === undefined) this.#keyed = undefined;
    return own ?? other;
  }

  #pairs(node: MapNode, indent: number, first?: string): void {
    node.pairs.forEach(({ key, value }, i) => {
      const { comments } = key;
      const onDash = i === 0 ? first : undefined;
      if (onDash === undefined) this.#heads([...comments.head, ...headOf(value)], indent);
      this.#keyed = comments.line ?? this.#waiting ?? this.#keyed;
      this.#waiting = undefined;
      const lead = onDash ?? ' '.repeat(indent);
      if (isSimple(key)) this.value(value, indent, `${lead}${keyText(key)}:`, 'key');
      else {
        this.#inline(key, indent, `${lead}?`, undefined);
        this.value(value, indent, `${' '.repeat(indent)}:`, 'colon');
      }
      this.#foots([...footOf(value), ...comments.foot], indent);
    });
  }

  #items(items: readonly FileNode[], indent: number, first?: string): void {
    for (const [i, item] of items.entries()) {
      const pad = (i === 0 ? first : undefined) ?? ' '.repeat(indent);
      const onDash = item.kind === 'map' && this.#waiting === undefined;
      const inner = onDash ? (item.pairs[0]?.key.comments.head ?? []) : [];
      this.#heads([...item.comments.head, ...inner], indent);
      if (item.kind === 'map' && item.pairs.length > 0 && !item.flow && propsOf(item) === '') {
        this.#pairs(item, indent + 2, this.#dash(pad));
        this.#waiting = item.comments.line ?? this.#waiting;
      } else this.value(item, indent, `${pad}-`, 'dash');
      this.#foots(item.comments.foot, indent);
    }
  }

  /** What the first key of an item follows; empty if a comment took the line of the dash. */
  #dash(pad: string): string | undefined {
    if (this.#waiting === undefined) return `${pad}- `;
    this.line(`${pad}- ${this.#waiting}`);
    this.#waiting = undefined;
    return undefined;
  }

  #heads(texts: readonly string[], indent: number): void {
    if (this.#footIndent === indent) this.line('');
    this.#footIndent = -1;
    this.comments(texts, indent);
  }

  #foots(texts: readonly string[], indent: number): void {
    if (texts.length === 0) return;
    this.comments(texts, indent);
    this.#footIndent = indent;
  }

  #inline(node: FileNode, indent: number, lead: string, comment: string | undefined): void {
    const text = node.kind === 'scalar' ? scalarText(node, indent, this.#step) : flowText(node);
    const [first = '', ...rest] = text.split('\n');
    const gap = lead === '' || first === '' ? '' : ' ';
    this.line(`${lead}${gap}${first}${comment === undefined ? '' : ` ${comment}`}`);
    for (const line of rest) this.line(line);
  }
}

const isKeyed = (behind: Behind): boolean => behind === 'key' || behind === 'colon';

/**
 * A mapping that became empty under a key followed by a comment: the encoder prints the brackets on the next line.
 */
export function breaksBehind(key: Comments, value: FileNode): boolean {
  return key.line !== undefined && isEmptyBlock(value);
}

const isEmptyBlock = (value: FileNode): boolean =>
  value.kind === 'map' && !value.flow && value.pairs.length === 0;

function headOf(value: FileNode): readonly string[] {
  return value.comments.head;
}

function footOf(value: FileNode): readonly string[] {
  return value.comments.foot;
}

function propsOf(node: FileNode): string {
  if (node.kind === 'alias') return '';
  return `${node.anchor === undefined ? '' : ` &${node.anchor}`}${node.tag === undefined ? '' : ` ${node.tag}`}`;
}

function flowText(node: FileNode): string {
  if (node.kind === 'alias') return `*${node.name}`;
  if (node.kind === 'scalar') return flowScalar(node);
  const props = propsOf(node).trimStart();
  const lead = (inner: FileNode): string => (inner.kind === 'scalar' ? propsOf(inner).trimStart() : '');
  const shown = (inner: FileNode): string =>
    [lead(inner), flowText(inner)].filter((part) => part !== '').join(' ');
  const inner =
    node.kind === 'map'
      ? `{${node.pairs.map(({ key, value }) => `${keyText(key, flowScalar(key))}: ${shown(value)}`).join(', ')}}`
      : `[${node.items.map(shown).join(', ')}]`;
  return props === '' ? inner : `${props} ${inner}`;
}

/** Plain texts must not contain what ends an item of a flow collection. */
function flowScalar(node: ScalarNode): string {
  const risky = node.style === 'plain' && (node.text === '' || /[,?[\]{}:]/.test(node.text));
  const block = node.style === 'literal' || node.style === 'folded' || node.text.includes('\n');
  if (block) return quoted(node.text);
  return scalarText(risky ? { ...node, style: 'single' } : node, 0);
}

const LONGEST_SIMPLE_KEY = 128;

/** Other keys follow a question mark. */
const isSimple = ({ text }: ScalarNode): boolean =>
  !/[\n\r\u0085\u2028\u2029]/.test(text) && Buffer.byteLength(text) <= LONGEST_SIMPLE_KEY;

function keyText(key: ScalarNode, inside?: string): string {
  const props = propsOf(key).trimStart();
  const text =
    key.text.includes('\n') || key.style === 'literal' || (key.text === '' && key.style === 'plain')
      ? quoted(key.text)
      : (inside ?? scalarText(key, 0));
  return props === '' ? text : `${props} ${text}`;
}

function scalarText(node: ScalarNode, indent: number, step = 2): string {
  const { text, style } = node;
  const traits = traitsOf(text);
  switch (style) {
    case 'literal':
    case 'folded':
      return traits.block ? blockText(text, style, indent, step) : quoted(text);
    case 'double':
      return quoted(text);
    case 'single':
      return traits.single ? singleQuoted(text, padding(indent, step)) : quoted(text);
    case 'plain':
      if (text.includes('\n')) return traits.block ? blockText(text, 'literal', indent, step) : quoted(text);
      if (traits.plain) return text;
      return traits.single ? singleQuoted(text, padding(indent, step)) : quoted(text);
  }
}

/** Whether a text of several lines is printed as a block, not in quotes. */
export const isBlockText = (text: string): boolean => traitsOf(text).block;

/** Which styles a text can be printed in. */
function traitsOf(text: string): { plain: boolean; single: boolean; block: boolean } {
  if (text === '') return { plain: true, single: true, block: false };
  // eslint-disable-next-line no-control-regex -- what YAML calls printable
  const special = /[^\t\n\r -~\u00A0-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD]/u.test(text);
  const spaceBreak = / [\n\r\u2028\u2029]/.test(text);
  const breakSpace = /[\n\r\u2028\u2029] /.test(text);
  const broken = /[\n\r\u2028\u2029]/.test(text);
  const edges = /^[ \n\r]|[ \n\r]$/.test(text);
  const indicators = /^(---|\.\.\.)|^[#,[\]{}&*!|>'"%@`]|^[?:-]([ \t]|$)|:([ \t\n\r]|$)|[ \t\n\r]#/.test(
    text,
  );
  const tab = text.includes('\t');
  return {
    plain: !(edges || spaceBreak || breakSpace || tab || special || indicators || broken),
    single: !(spaceBreak || breakSpace || tab || special),
    block: !(spaceBreak || special || text.endsWith(' ') || text.includes('\r')),
  };
}

/** After a line or paragraph separator, which is a line break to the encoder, the text continues indented. */
function singleQuoted(text: string, pad: string): string {
  const doubled = text.replaceAll("'", "''").replaceAll('\n', '\n\n');
  return `'${doubled.replace(/[\u2028\u2029]+(?=.)/g, `$&${pad}`)}'`;
}

const padding = (indent: number, step: number): string =>
  ' '.repeat(step * Math.floor((indent + step) / step));

/** Everything that is not printable, as the encoder counts, is escaped. */
function quoted(text: string): string {
  const escaped = text.replace(/[^ !#-[\]-~\u00A1-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD]/gu, escape);
  return `"${escaped}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0',
  '\u0007': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\u001B': 'e',
  '"': '"',
  '\\': '\\',
  '\u0085': 'N',
  '\u2028': 'L',
  '\u2029': 'P',
};

function escape(char: string): string {
  if (char === '\u00A0') return char;
  const known = ESCAPES[char];
  if (known !== undefined) return `\\${known}`;
  const code = char.codePointAt(0) ?? 0;
  const [letter, digits] = code <= 0xff ? ['x', 2] : code <= 0xffff ? ['u', 4] : ['U', 8];
  return `\\${letter}${code.toString(16).toUpperCase().padStart(Number(digits), '0')}`;
}

/** The encoder takes a line break at the beginning for the end of the header line. */
function blockText(text: string, style: 'literal' | 'folded', indent: number, step: number): string {
  const pad = padding(indent, step);
  const body = text.replace(/\n+$/, '');
  const trailing = text.length - body.length;
  const hint = /^[ \n]/.test(text) ? String(step) : '';
  const chomp = trailing === 0 ? '-' : trailing === 1 && body !== '' ? '' : '+';
  const laidOut = style === 'folded' ? folded(text) : text;
  const shown = chomp === '+' || style === 'folded' ? laidOut.replace(/\n$/, '') : body;
  const lines = shown.split('\n').map((line) => (line === '' ? '' : `${pad}${line}`));
  const written = style === 'literal' && text.startsWith('\n') ? lines.slice(1) : lines;
  return [`${style === 'literal' ? '|' : '>'}${hint}${chomp}`, ...written].join('\n');
}

/**
 * A break after a line that isn't indented is doubled, even if an indented line follows, before which it isn't
 * folded. The gateway then reads its own output with one more blank line. Texts that begin with a blank are an
 * exception.
 */
function folded(text: string): string {
  if (/^\n*[ \t]/.test(text)) return text;
  return text.replace(/^(?![ \t\n]).*\n/gm, '$&\n');
}
