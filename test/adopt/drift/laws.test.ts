import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { printed } from '../../../src/adopt/prepare.ts';
import { type Dialect, V7, V8 } from '../../../src/gateway/dialect.ts';
import { translate } from '../../../src/gateway/layout/translate.ts';
import { load } from '../../../src/gateway/model/load.ts';
import { viewV8 } from '../../../src/gateway/v8/view.ts';
import type { FileDocument } from '../../../src/domain/yaml-node.ts';
import { HoldfastError } from '../../../src/domain/problem/problem.ts';
import { isList, isTree, sameValue, type Tree, type Value } from '../../../src/lib/value.ts';
import { parseDocument } from '../../../src/yaml/document.ts';
import { isFailure } from '../../../src/yaml/failure.ts';
import { configTexts } from '../../gateway/model/configs.ts';
import { catalog, liveOf } from '../../plan/builders.ts';
import { liveV8Of, pulledFrom, variablesOf } from '../pulled.ts';
import { adoptedFrom, type AdoptedFiles, type Drifted } from './drifted.ts';

// ── edits of somebody in the panel ───────────────────────────────────────────────────────────────────────────────

interface Edit {
  readonly kind: 'drop' | 'change' | 'rotate' | 'add' | 'take';
  readonly pick: number;
}

const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'drop' as const,
      'change' as const,
      'rotate' as const,
      'add' as const,
      'take' as const,
    ),
    pick: fc.nat(10_000),
  }),
  { minLength: 1, maxLength: 4 },
);

type Place = readonly (string | number)[];

function* placesIn(value: Value, place: Place = []): Generator<readonly [Place, Value]> {
  if (place.length > 0) yield [place, value];
  if (isList(value)) for (const [i, item] of value.entries()) yield* placesIn(item, [...place, i]);
  else if (isTree(value))
    for (const [name, item] of Object.entries(value)) yield* placesIn(item, [...place, name]);
}

/** With another value at a place; undefined takes it away. */
function withAt(
  value: Value,
  [step, ...rest]: Place,
  change: (value: Value | undefined) => Value | undefined,
): Value {
  if (isList(value)) {
    return value.flatMap((item, i) => {
      if (i !== step) return [item];
      const made = rest.length === 0 ? change(item) : withAt(item, rest, change);
      return made === undefined ? [] : [made];
    });
  }
  if (!isTree(value) || typeof step !== 'string') return value;
  const made = rest.length === 0 ? change(value[step]) : withAt(value[step] ?? null, rest, change);
  const { [step]: _, ...others } = value;
  return made === undefined
    ? others
    : Object.fromEntries(
        Object.keys(value).map((name) => [name, name === step ? made : (value[name] as Value)]),
      );
}

function changed(value: Value, pick: number): Value {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return /^https?:/.test(value) ? `https://new${pick}.example` : `new-${pick}`;
  return value;
}

function renewed(value: Value, pick: number): Value {
  if (isList(value)) return value.map((item) => renewed(item, pick));
  if (!isTree(value)) return changed(value, pick);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === 'string' ? changed(member, pick) : member,
    ]),
  );
}

function editedBy(tree: Tree, all: readonly Edit[], other: Tree): Tree {
  return all.reduce((now, { kind, pick }) => {
    const places = [...placesIn(now)].filter(([place, value]) => fits(kind, place, value));
    const [place, value] = places[pick % Math.max(places.length, 1)] ?? [];
    if (!place || value === undefined) return now;
    const made = withAt(now, place, () => edited(kind, value, pick, other[String(place[0])]));
    return made as Tree; // of a tree a tree
  }, tree);
}

function fits(kind: Edit['kind'], place: Place, value: Value): boolean {
  if (kind === 'take') return place.length === 1;
  if (kind === 'change') return !isList(value) && !isTree(value);
  if (kind === 'drop') return place.length > 1;
  return isList(value) && value.length > (kind === 'rotate' ? 1 : 0);
}

function edited(kind: Edit['kind'], value: Value, pick: number, other: Value | undefined): Value | undefined {
  if (kind === 'take') return other ?? value;
  if (kind === 'drop') return undefined;
  if (kind === 'change') return changed(value, pick);
  const list = isList(value) ? value : [];
  return kind === 'rotate'
    ? [...list.slice(1), ...list.slice(0, 1)]
    : [...list, renewed(list[0] ?? '', pick)];
}

// ── how the files are laid out ───────────────────────────────────────────────────────────────────────────────────

/** One text for each key of a file, comments included. */
function blocksOf(text: string): readonly (readonly [name: string, text: string])[] {
  const document = parseDocument(text) as FileDocument;
  const pairs = document.root?.kind === 'map' ? document.root.pairs : [];
  const starts = pairs.map(({ key }) => text.lastIndexOf('\n', (key.range?.start ?? 0) - 1) + 1);
  return pairs.map(({ key }, i) => [
    key.text,
    text.slice(i === 0 ? 0 : starts[i], starts[i + 1] ?? text.length),
  ]);
}

type Laying = (text: string, picks: readonly number[]) => Pick<Drifted, 'files' | 'layers' | 'shared'>;

function inPieces(
  text: string,
  picks: readonly number[],
  names: readonly string[],
): Readonly<Record<string, string>> {
  const files = new Map<string, string>();
  blocksOf(text).forEach(([, block], i) => {
    const name = names[(picks[i % picks.length] ?? 0) % names.length] as string;
    files.set(name, `${files.get(name) ?? ''}${block.endsWith('\n') ? block : `${block}\n`}`);
  });
  return Object.fromEntries(files);
}

const LAYINGS: readonly Laying[] = [
  (text) => ({ files: { 'desired-state/gateway.yaml': text } }),
  (text, picks) => ({ files: inPieces(text, picks, ['desired-state/a.yaml', 'desired-state/b/c.yml']) }),
  (text, picks) => {
    const files = inPieces(text, picks, ['base/a.yaml', 'eu/b.yaml']);
    const layers = ['base', 'eu'].filter((layer) =>
      Object.keys(files).some((name) => name.startsWith(layer)),
    );
    return { files, layers, shared: (picks[0] ?? 0) % 2 === 0 ? ['base/a.yaml'] : [] };
  },
];

// ── generations ──────────────────────────────────────────────────────────────────────────────────────────────────

interface Generation {
  readonly api: 'v7' | 'v8';
  /** The gateway's file that files of such a text lead to, where it has the other layout. */
  readonly held?: (text: string) => string;
  readonly texts: fc.Arbitrary<string>;
  readonly content: (document: FileDocument) => Tree;
  readonly isLoaded: (text: string) => boolean;
}

const GENERATIONS: readonly (readonly [string, Generation])[] = [
  [
    'a v7 gateway',
    {
      api: 'v7',
      texts: configTexts('port: 8317\n'),
      content: V7.content,
      isLoaded: (text) => isLoaded(text),
    },
  ],
  [
    'a v8 gateway',
    {
      api: 'v8',
      texts: configTexts('config-version: 8\n', 'v8'),
      content: V8.content,
      isLoaded: (text) => viewV8(text).ok,
    },
  ],
  [
    'a v8 gateway whose files are flat',
    {
      api: 'v8',
      texts: configTexts('port: 8317\n'),
      content: V8.content,
      isLoaded: (text) => viewV8(text).ok,
      held: (text) => inLayout(text, V7, V8),
    },
  ],
  [
    'a v7 gateway whose files have the v8 layout',
    {
      api: 'v7',
      texts: configTexts('config-version: 8\n', 'v8'),
      content: V7.content,
      isLoaded: (text) => isLoaded(text),
      held: (text) => inLayout(text, V8, V7),
    },
  ],
];

const inLayout = (text: string, from: Dialect, to: Dialect): string =>
  printed(
    translate(from.content(parseDocument(text) as FileDocument), from.catalog.layout, to.catalog.layout).tree,
  );

function isLoaded(text: string): boolean {
  const document = parseDocument(text);
  return !isFailure(document) && load(document as FileDocument, catalog).ok;
}

/** Undefined where the gateway has something that no desired state can say, or nothing at all. */
async function pulledWhole(text: string, api: Generation['api']) {
  try {
    const adopted = await pulledFrom(api === 'v7' ? liveOf({ file: text, desired: {} }) : liveV8Of(text));
    return adopted.notes.some(({ message }) => message.includes("isn't in the pulled files"))
      ? undefined
      : adopted;
  } catch (error) {
    if (error instanceof HoldfastError) return undefined;
    throw error;
  }
}

/** Somebody removed everything that a layer declares: refused. */
const declaresNothing = ({ after }: AdoptedFiles): boolean =>
  after.some((line) => line.includes('declare nothing'));

/** New sections may come between the lines of a block, at the comments behind it. */
function missingLines(block: string, text: string): readonly string[] {
  const lines = text.split('\n');
  let from = 0;
  return block.split('\n').filter((line) => {
    const at = lines.indexOf(line, from);
    if (at >= 0) from = at + 1;
    return at < 0;
  });
}

const RUNS = { numRuns: Number(process.env['ADOPT_RUNS'] ?? 25) };

describe.each(GENERATIONS)(
  'what somebody changed on %s',
  (_, { api, texts, content, isLoaded: loads, held }) => {
    const scene = fc.record({
      was: texts,
      other: texts,
      edits,
      laying: fc.constantFrom(...LAYINGS),
      picks: fc.array(fc.nat(10), { minLength: 5, maxLength: 5 }),
    });

    /** Undefined where there is nothing to compare, or a side has what no desired state can say. */
    async function changedBy({
      was,
      other,
      edits: all,
    }: {
      readonly was: string;
      readonly other: string;
      readonly edits: readonly Edit[];
    }) {
      const [file, more] = held ? [held(was), held(other)] : [was, other];
      const ofFiles = held && api === 'v8' ? 'v7' : held ? 'v8' : api;
      if (!loads(file) || !loads(more)) return undefined;
      if (!(ofFiles === 'v7' ? isLoaded(was) : viewV8(was).ok)) return undefined;
      const pulled = await pulledWhole(was, ofFiles);
      const before = content(parseDocument(file) as FileDocument);
      const nowTree = editedBy(before, all, content(parseDocument(more) as FileDocument));
      const now = printed(nowTree);
      if (!pulled || !loads(now) || (await pulledWhole(now, api)) === undefined) return undefined;
      return { pulled, file, before, nowTree, now };
    }

    test('is adopted so that nothing differs, and no other line is touched', async () => {
      await fc.assert(
        fc.asyncProperty(scene, async ({ laying, picks, ...sides }) => {
          const sight = await changedBy(sides);
          if (!sight) return fc.pre(false);
          const { pulled, file, before, nowTree, now } = sight;
          const env = variablesOf(pulled);
          const drifted: Drifted = {
            ...laying(pulled.text, picks),
            env,
            was: file,
            now,
            api,
            keep: 'theirs',
          };
          const made = await adoptedFrom(drifted);
          fc.pre(made.pending.length === 0 && !declaresNothing(made));
          expect({ problems: made.problems, after: made.after }).toEqual({ problems: [], after: [] });
          for (const [path, text] of held ? [] : Object.entries(made.texts))
            for (const [name, block] of blocksOf(drifted.files[path] ?? ''))
              if (sameValue(before[name], nowTree[name])) expect(text).toContain(block.trimEnd());
        }),
        RUNS,
      );
    });

    test('is pulled into files that declare a part of it, so that nothing differs and nothing is undeclared', async () => {
      await fc.assert(
        fc.asyncProperty(scene, fc.nat(4), async ({ laying, picks, ...sides }, dropped) => {
          const sight = await changedBy(sides);
          if (!sight) return fc.pre(false);
          const { pulled, before, nowTree, now } = sight;
          const declared = blocksOf(pulled.text).filter((_, i) => (picks[i % 5] ?? 0) % 5 !== dropped);
          fc.pre(declared.length > 0);
          const text = declared.map(([, block]) => (block.endsWith('\n') ? block : `${block}\n`)).join('');
          const drifted: Drifted = {
            ...laying(text, picks),
            env: variablesOf(pulled),
            now,
            api,
            everything: { prune: true, include: [], exclude: [] },
          };
          const made = await adoptedFrom(drifted);
          fc.pre(!declaresNothing(made));
          expect({ problems: made.problems, after: made.after, undeclared: made.undeclared }).toEqual({
            problems: [],
            after: [],
            undeclared: [],
          });
          for (const [path, edited] of held ? [] : Object.entries(made.texts))
            for (const [name, block] of blocksOf(drifted.files[path] ?? ''))
              if (sameValue(before[name], nowTree[name])) expect(missingLines(block, edited)).toEqual([]);
        }),
        { numRuns: Math.ceil(RUNS.numRuns / 3) },
      );
    });
  },
);
