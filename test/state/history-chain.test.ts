// The laws of the hash chain: what was recorded verifies, and no change of it does.
import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HistoryHead } from '../../src/domain/state/state.ts';
import { type Chain, chainOf } from '../../src/state/history-chain.ts';
import { contains, verified } from '../../src/state/verify-history.ts';
import { makeEntry } from './conformance.ts';

const keyed =
  (key: string) =>
  (text: string): string =>
    createHmac('sha256', key).update(text).digest('hex');
const chain = chainOf(keyed('key of a test'), 'home');

interface Log {
  readonly records: readonly string[];
  readonly head: HistoryHead | undefined;
}

/** Appends entries as a Store does, after entries of an earlier version. */
function recorded(count: number, before = 0, by: Chain = chain): Log {
  let records: readonly string[] = Array.from({ length: before }, (_, i) =>
    JSON.stringify(makeEntry(`old${i + 1}`)),
  );
  let head: HistoryHead | undefined;
  for (let i = 1; i <= count; i += 1) {
    const entry = makeEntry(`h${i}`, { changes: [`~ request-retry: ${i} → ${i + 1}`] });
    const next = by.next(entry, records, head) ?? by.begun(entry, records);
    records = [...('earlier' in next ? (next.earlier as readonly string[]) : records), next.record];
    head = next.head;
  }
  return { records, head };
}

const faultOf = ({ records, head }: Log): string | undefined => {
  const { fault } = verified(chain, records, head);
  return fault && `${fault.position ?? 'end'} ${fault.kind}: ${fault.message}`;
};

const changed = (text: string, change: object): string =>
  JSON.stringify({ ...(JSON.parse(text) as object), ...change });

describe('a hash chain', () => {
  test('of what was recorded fits, whatever was there before it', () => {
    for (const [count, before] of [
      [0, 0],
      [1, 0],
      [7, 0],
      [3, 4],
    ] as const) {
      const log = recorded(count, before);
      expect(verified(chain, log.records, log.head)).toEqual({
        chained: count > 0,
        entries: count + before,
        before: count > 0 ? before : 0,
        removed: 0,
        incomplete: 0,
        ...(log.head && { head: log.head }),
      });
    }
  });

  test('names the first entry that does not fit, and why', () => {
    const { records, head } = recorded(5);
    const at = (i: number): string => records[i] ?? '';
    const other = recorded(5, 0, chainOf(keyed('key of a test'), 'elsewhere')).records;
    const with2 = (text: string): readonly string[] => records.with(1, text);
    const cases: readonly (readonly [readonly string[], string | undefined])[] = [
      [records, undefined],
      [
        with2(changed(at(1), { outcome: 'rolled-back' })),
        "2 edited: its content isn't what Holdfast recorded",
      ],
      [with2(changed(at(1), { by: 'nobody' })), "2 edited: its content isn't what Holdfast recorded"],
      [with2(other[1] ?? ''), "2 edited: its content isn't what Holdfast recorded"],
      [
        with2(changed(at(1), { chain: undefined })),
        '2 unchained: it has no hash: another program, or an earlier version of Holdfast, wrote it',
      ],
      [records.toSpliced(1, 1), '2 missing: entry 2 is missing before it'],
      [records.toSpliced(0, 2), '1 missing: entries 1 to 2 are missing before it'],
      [records.slice(0, 3), 'end missing: entries 4 to 5 are missing at the end'],
      [[], 'end missing: entries 1 to 5 are missing at the end'],
      [records.toSpliced(3, 0, at(1)), '4 out-of-place: it is entry 2, and comes after entry 3'],
      [records.with(0, '{"id":"h1","at'), '1 missing: entry 1 is missing before it'],
    ];
    for (const [texts, fault] of cases) expect(faultOf({ records: texts, head })).toBe(fault);
  });

  test('notices an end that an older one with its own numbers replaced', () => {
    const { records, head } = recorded(3);
    const fork = chain.next(makeEntry('fork'), records.slice(0, 2), undefined);
    const records2 = [...records.slice(0, 2), fork?.record ?? ''];
    expect(faultOf({ records: records2, head })).toBe(
      '3 replaced: entry 2 or 3 was replaced by one of another history',
    );
    const longer = chain.next(makeEntry('h4'), records2, undefined);
    expect(faultOf({ records: [...records, longer?.record ?? ''], head: longer?.head })).toBe(
      '4 replaced: entry 3 or 4 was replaced by one of another history',
    );
  });

  test('stays broken if entries come after the change', () => {
    const { records, head } = recorded(4);
    for (const kept of [
      records.slice(0, 2),
      [],
      records.map((text) => changed(text, { chain: undefined })),
    ]) {
      const next = chain.next(makeEntry('h5'), kept, head);
      expect(next?.head.n).toBe(5);
      expect(faultOf({ records: [...kept, next?.record ?? ''], head: next?.head })).toBeDefined();
    }
  });

  test('takes an incomplete line for what it is: a process ended while it wrote', () => {
    const { records, head } = recorded(2);
    const torn = [...records, '{"id":"h3","at":17'];
    expect(verified(chain, torn, head)).toMatchObject({ incomplete: 1, entries: 2 });
    expect(faultOf({ records: torn, head })).toBeUndefined();
    const next = chain.next(makeEntry('h4'), torn, head);
    const after = { records: [...torn, next?.record ?? ''], head };
    expect(faultOf(after)).toBeUndefined(); // nor was the newest one named yet
  });

  test('goes on after retention, which leaves what it removed', () => {
    const { records, head } = recorded(6);
    const first = chain.anchor(records.slice(0, 3)) ?? '';
    const log = { records: [first, ...records.slice(3)], head };
    expect(verified(chain, log.records, head)).toEqual({
      chained: true,
      entries: 3,
      before: 0,
      removed: 3,
      incomplete: 0,
      head,
    });
    const again = chain.anchor(log.records.slice(0, 2)) ?? '';
    expect(verified(chain, [again, ...records.slice(4)], head)).toMatchObject({ removed: 4, entries: 2 });
    expect(chain.anchor([first])).toBe(first);
    expect(faultOf({ records: [first, ...records.slice(4)], head })).toBe(
      '1 missing: entry 4 is missing before it',
    );
    expect(chain.anchor([changed(records[0] ?? '', { outcome: 'restored' })])).toBeUndefined();
    const { retention } = JSON.parse(first) as { retention: object };
    for (const forged of [{ n: 4 }, { hash: 'f'.repeat(64) }, { proof: 'f'.repeat(64) }])
      expect(
        faultOf({
          records: [JSON.stringify({ retention: { ...retention, ...forged } }), ...records.slice(4)],
          head,
        }),
      ).toBe('1 retention: the record of what retention removed was changed, or another program wrote it');
    expect(contains(log.records, head?.hash.slice(0, 12) ?? '')).toBe(true);
    expect(contains(log.records, 'f'.repeat(12))).toBe(false);
  });

  test('finds any single edit, removal, swap and insertion', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 3 }),
        fc.nat(),
        fc.nat(),
        fc.constantFrom('edit', 'remove', 'swap', 'insert', 'copy'),
        fc.constantFrom('id', 'at', 'outcome', 'changes', 'by', 'chain', 'more'),
        fc.jsonValue(),
        (count, before, a, b, kind, member, value) => {
          const { records, head } = recorded(count, before);
          const [i, j] = [a % records.length, b % records.length];
          const at = (n: number): string => records[n] ?? '';
          const edits: Record<typeof kind, () => readonly string[]> = {
            edit: () => records.with(i, changed(at(i), { [member]: value })),
            remove: () => records.toSpliced(i, 1),
            swap: () => records.with(i, at(j)).with(j, at(i)),
            insert: () => records.toSpliced(i, 0, changed(at(j), { [member]: value })),
            copy: () => records.toSpliced(i, 0, at(j)),
          };
          const now = edits[kind]();
          fc.pre(JSON.stringify(now.map(sorted)) !== JSON.stringify(records.map(sorted)));
          expect(verified(chain, now, head).fault).toBeDefined();
        },
      ),
    );
  });

  const sorted = (text: string): unknown => Object.entries(JSON.parse(text) as object).toSorted();
});
