import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stripVTControlCharacters } from 'node:util';
import { SYNC_STATUSES, type SyncStatus } from '../../../src/domain/outcome/sync-status.ts';
import { type Overview, overviewLines } from '../../../src/report/text/overview.ts';
import { terminalSafeText } from '../../../src/lib/terminal-safe.ts';
import { COLOURED, PLAIN } from '../../../src/report/text/style.ts';

const NOW = Date.UTC(2026, 10, 30, 20, 53, 11);
const FLEET: Overview = {
  origin: 'Holdfast at https://holdfast.example',
  source: 'main at 8270021c "Fewer retries" by A',
  rows: [
    { target: 'us', standing: 'in-sync', differences: 0, checkedAt: NOW - 12_000 },
    { target: 'asia', standing: 'drifted', differences: 1, checking: true, checkedAt: NOW - 60_000 },
    {
      target: 'eu',
      standing: 'refused',
      why: 'last-upstream: claude-api-key',
      since: NOW - 3 * 60_000,
      differences: 2,
      checkedAt: NOW - 2000,
    },
    { target: 'apac', standing: 'drifted', doing: 'verifying', since: NOW - 50 * 3_600_000 },
  ],
};

describe('the overview', () => {
  test('has a line for each target, what needs a person first, with why, since when and what is being done', () => {
    expect(overviewLines(FLEET, { columns: 90, rows: 24 }, NOW, PLAIN)).toEqual(
      [
        'Holdfast at https://holdfast.example                                              20:53:11',
        'main at 8270021c "Fewer retries" by A',
        '4 targets: 1 refused, 2 drifted, 1 in sync',
        '',
        'target  state     since  why                                                      checked',
        'eu      refused   3 min  last-upstream: claude-api-key                                2 s',
        'asia    drifted          1 difference                                                 now',
        'apac    drifted     2 d  verifying …                                                never',
        'us      in sync                                                                      12 s',
      ].map((line) =>
        expect.stringMatching(
          new RegExp(
            `^${line
              .trim()
              .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
              .replaceAll(/ +/g, ' +')}$`,
          ),
        ),
      ),
    );
  });

  test('says since when there is no news', () => {
    const lost = { since: NOW - 65_000, why: 'nothing listens at this address' };
    const lines = overviewLines({ ...FLEET, lost }, { columns: 90, rows: 24 }, NOW, PLAIN);
    expect(lines.slice(2, 4)).toEqual([
      'no answer since 20:52:06 (1 min); what follows is from then',
      'nothing listens at this address',
    ]);
  });

  test('folds what does not fit', () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ target: `t${i}`, standing: 'in-sync' as const }));
    const lines = overviewLines({ origin: 'here', rows }, { columns: 80, rows: 10 }, NOW, PLAIN);
    expect(lines.at(-1)).toBe('… and 35 more: 35 in sync');
    expect(lines).toHaveLength(10);
  });

  test('never exceeds the terminal, whatever the texts', () => {
    const text = fc.string({ unit: 'binary-ascii', maxLength: 200 });
    const row = fc.record(
      {
        target: fc.stringMatching(/^[a-z0-9-]{1,40}$/),
        standing: fc.constantFrom(...(Object.keys(SYNC_STATUSES) as SyncStatus[])),
        why: text,
        since: fc.integer({ min: NOW - 400 * 86_400_000, max: NOW }),
        differences: fc.nat(9),
        doing: text,
        checkedAt: fc.integer({ min: NOW - 400 * 86_400_000, max: NOW }),
      },
      { requiredKeys: ['target', 'standing'] },
    );
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 40 }),
        fc.integer({ min: 60, max: 200 }),
        fc.integer({ min: 8, max: 50 }),
        text,
        (targets, columns, rows, why) => {
          const overview = {
            origin: 'x'.repeat(90),
            rows: targets,
            source: why,
            lost: { since: NOW - 86_400_000, why },
          };
          const lines = overviewLines(overview, { columns, rows }, NOW, COLOURED);
          expect(lines.length).toBeLessThanOrEqual(rows);
          for (const line of lines) {
            expect(line).not.toContain('\n');
            expect(stripVTControlCharacters(terminalSafeText(line)).length).toBeLessThanOrEqual(columns);
          }
        },
      ),
    );
  });
});
