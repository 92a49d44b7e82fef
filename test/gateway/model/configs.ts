// Random configuration files, as people and other programs write them: by the catalog's types, with awkward texts, mixed
// layouts and comments everywhere. For property tests and for comparing with a real gateway.
import * as fc from 'fast-check';
import type { Catalog, Field } from '../../../src/gateway/catalog/field.ts';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';

/** Keys that would take the gateway's own listener, files or helpers away, or start others. */
const LEFT_ALONE =
  /^(host|port|auth-dir|remote-management|tls|pprof|logging-to-file|commercial-mode|plugins\.(enabled|dir)|codex\.live-media-relay\.enabled|credential-in-flight.*)$/;

/** The same in the tree of v8, and what would be refused more often than not. */
const LEFT_ALONE_V8 =
  /^(server\.(host|port|tls|trusted-proxies)|oauth\.auth-dir|management|models|config-version|observability\.pprof|observability\.logs\.logging-to-file|server\.commercial-mode|plugins\.(enabled|dir|auth-revision)|oauth\.providers\.codex\.live-media-relay|credentials\.in-flight|.*-revision)$/;

const isLeftAlone = ({ pattern, name }: Field): boolean =>
  LEFT_ALONE.test(pattern) || LEFT_ALONE_V8.test(pattern) || name === '$remove';

/** How a value stands in the file: a scalar's source text, or a collection. */
type Source =
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'list'; readonly flow: boolean; readonly items: readonly Source[] }
  | { readonly kind: 'map'; readonly pairs: readonly (readonly [string, Source])[] };

const TEXTS = [
  'a',
  'team',
  ' padded ',
  'Mixed-Case',
  'a: b',
  'c # d',
  '- e',
  'yes',
  'true',
  'null',
  '1',
  '1.5',
  '0x10',
  '~',
  '',
  '   ',
  'ü/ö',
  "it's",
  'say "x"',
  '*',
  '&x',
  '@at',
  '%p',
  'team/',
  'in/side',
  '2001-01-01',
  '1e3',
  '!t',
  '{x}',
  'x,y',
  'round-robin',
  '[z',
  '12:30',
  '.5',
  '=',
  'a\\b',
];
const URLS = ['https://one.example', 'https://two.example/v1', ' https://three.example ', ''];
const NAMES = ['m1', 'M1', 'm2', ' m3 ', '', 'x', 'X'];

const text = (field: Field): fc.Arbitrary<string> => {
  if (field.name.endsWith('base-url')) return fc.constantFrom(...URLS);
  if (/^(name|alias)$/.test(field.name)) return fc.constantFrom(...NAMES);
  if (field.name.endsWith('api-key'))
    return fc.constantFrom('sk-test-0001', 'sk-test-0002', ' sk-test-0003 ', '');
  return fc.constantFrom(...TEXTS);
};

const quote = (value: string): fc.Arbitrary<string> => {
  const double = JSON.stringify(value);
  const single = `'${value.replaceAll("'", "''")}'`;
  const bare = /^[A-Za-z0-9.][A-Za-z0-9./-]*$/.test(value) ? [value, value] : [];
  return fc.constantFrom(double, single, ...bare);
};

const scalar = (field: Field): fc.Arbitrary<string> => {
  switch (field.kind) {
    case 'boolean':
      return fc.constantFrom('true', 'false', 'yes', 'off', 'True', 'on', 'n');
    case 'integer':
      return fc.constantFrom('0', '1', '3', '-1', '7200', '0x10', '1_0', '012', '+4', '2.9', '1e2', '');
    case 'duration':
      return fc.constantFrom('3s', '1m30s', '1500ms', '0.5s', '"2h"', '0s', '90s');
    case 'any':
      return fc.constantFrom(
        '1',
        'text',
        '"quoted"',
        '1.5',
        'true',
        'null',
        '0x1F',
        '1e3',
        '"1"',
        '~',
        '[1, two]',
        '{a: 1, b: {c: x}}',
        '""',
        '1234567.25',
        '0.00001',
      );
    default:
      return text(field).chain(quote);
  }
};

const exact = (field: Field): fc.Arbitrary<string> => {
  if (field.name === 'weight') return fc.constantFrom('0', '1', '5', '-2', '0x10', '1000000');
  if (field.normalise.includes('image-mode'))
    return fc.constantFrom('true', 'false', 'chat', '"off"', 'passthrough', 'YES');
  return scalar(field);
};

function source(field: Field): fc.Arbitrary<Source> {
  if (field.kind === 'struct') return struct(field);
  if (field.kind === 'map' && field.value) return map(field.value, field);
  if (field.kind === 'list' && field.item)
    return fc.record({
      kind: fc.constant('list' as const),
      flow: field.item.kind === 'string' ? fc.boolean() : fc.constant(false),
      items: fc.array(source(field.item), { maxLength: 3 }),
    });
  if (field.kind === 'any' && field.fields) return settings(field);
  return exact(field).map((each) => ({ kind: 'scalar' as const, text: each }));
}

function struct(field: Field): fc.Arbitrary<Source> {
  const members = [...(field.fields?.values() ?? [])].filter((member) => !isLeftAlone(member));
  const identity = members.filter((member) =>
    /^(api-key|base-url|name|alias|status|match|keys)$/.test(member.name),
  );
  return fc
    .tuple(fc.shuffledSubarray(members), fc.subarray(identity))
    .chain(([some, always]) => {
      const chosen = [...new Set([...always, ...some.slice(0, 6)])];
      return fc.tuple(
        ...chosen.map((member) => source(member).map((value) => [member.name, value] as const)),
      );
    })
    .map((pairs) => ({ kind: 'map' as const, pairs }));
}

function map(value: Field, field: Field): fc.Arbitrary<Source> {
  const names = /^oauth[-.]/.test(field.pattern)
    ? ['claude', 'Codex', ' kimi ', 'xai']
    : ['X-A', 'X-B', 'b10', 'b9', 'temperature', 'a.b'];
  return fc
    .shuffledSubarray(names, { maxLength: 3 })
    .chain((chosen) =>
      fc.tuple(...chosen.map((name) => source(value).map((each) => [JSON.stringify(name), each] as const))),
    )
    .map((pairs) => ({ kind: 'map' as const, pairs }));
}

function settings(field: Field): fc.Arbitrary<Source> {
  const free = fc.constantFrom('1', 'text', '[a, b]', '{k: v}', '1.50', '0x10');
  return fc.record({ enabled: fc.constantFrom('true', 'false'), level: free, zero: free }).map((members) => ({
    kind: 'map' as const,
    pairs: Object.entries(members)
      .filter(([name]) => name !== 'enabled' || field.fields?.has('enabled'))
      .map(([name, each]) => [name, { kind: 'scalar' as const, text: each }] as const),
  }));
}

/** Where comments stand: 0 none, 1 above, 2 behind, 3 below with a blank line, 4 a blank line only. */
type Decoration = () => number;

class Writer {
  readonly lines: string[] = [];
  readonly #next: Decoration;
  #comments = 0;

  constructor(next: Decoration) {
    this.#next = next;
  }

  pairs(pairs: readonly (readonly [string, Source])[], indent: number, lead?: string): void {
    pairs.forEach(([name, value], i) => {
      const pad = i === 0 && lead !== undefined ? lead : ' '.repeat(indent);
      this.#around(i === 0 && lead !== undefined, indent, (tail) =>
        this.#value(value, indent, `${pad}${name}:`, tail),
      );
    });
  }

  #around(inline: boolean, indent: number, write: (tail: string) => void): void {
    const where = inline ? 0 : this.#next();
    if (where === 1) this.lines.push(`${' '.repeat(indent)}${this.#comment()}`);
    write(where === 2 ? `   ${this.#comment()}` : '');
    if (where === 3) this.lines.push(`${' '.repeat(indent)}${this.#comment()}`, '');
    if (where === 4) this.lines.push('');
  }

  #comment(): string {
    this.#comments += 1;
    return `# comment ${this.#comments}`;
  }

  #value(value: Source, indent: number, lead: string, tail: string): void {
    if (value.kind === 'scalar')
      this.lines.push(`${lead}${value.text === '' ? '' : ` ${value.text}`}${tail}`);
    else if (value.kind === 'map') this.#map(value.pairs, indent, lead, tail);
    else if (value.flow || value.items.length === 0)
      this.lines.push(`${lead} [${value.items.map(inline).join(', ')}]${tail}`);
    else {
      this.lines.push(`${lead}${tail}`);
      for (const item of value.items)
        this.#around(false, indent + 2, (behind) => this.#item(item, indent + 2, behind));
    }
  }

  #map(pairs: readonly (readonly [string, Source])[], indent: number, lead: string, tail: string): void {
    if (pairs.length === 0) return void this.lines.push(`${lead} {}${tail}`);
    this.lines.push(`${lead}${tail}`);
    this.pairs(pairs, indent + 2);
  }

  #item(item: Source, indent: number, tail: string): void {
    const dash = `${' '.repeat(indent)}-`;
    if (item.kind === 'map' && item.pairs.length > 0) this.pairs(item.pairs, indent + 2, `${dash} `);
    else this.#value(item, indent, dash, tail);
  }
}

function inline(value: Source): string {
  if (value.kind === 'scalar') return value.text === '' ? '""' : value.text;
  if (value.kind === 'list') return `[${value.items.map(inline).join(', ')}]`;
  return `{${value.pairs.map(([name, member]) => `${name}: ${inline(member)}`).join(', ')}}`;
}

/** A file that the gateway may load or refuse; `head` is put in front as it is. */
export function configTexts(head = '', layout: Catalog['layout'] = 'legacy'): fc.Arbitrary<string> {
  const { root } = loadCatalog(layout);
  const comments = fc.infiniteStream(fc.constantFrom(0, 0, 0, 1, 2, 3, 4));
  return fc.tuple(struct(root), comments).map(([tree, stream]) => {
    const writer = new Writer(() => stream.next().value ?? 0);
    if (tree.kind === 'map') writer.pairs(tree.pairs, 0);
    return `${head}${writer.lines.join('\n')}\n`;
  });
}
