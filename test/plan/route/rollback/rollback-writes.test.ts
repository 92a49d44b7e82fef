import { describe, expect, test } from '@jest/globals';
import {
  inverseWrite,
  repairWrite,
  restoreWrite,
  type RollbackWrite,
} from '../../../../src/plan/route/rollback/rollback-writes.ts';
import type { LiveFile } from '../../../../src/domain/live.ts';
import { seal } from '../../../../src/domain/secret.ts';
import { V7 } from '../../../../src/gateway/dialect.ts';
import { documentOf, stateOf } from '../changes.ts';

const fileOf = (text: string): LiveFile => ({
  text: seal(text),
  hash: '',
  document: seal(documentOf(text)),
});

function bodyOf(result: RollbackWrite, raw: string): string {
  if (!result.ok) throw new Error(result.verdicts.map(({ message }) => message).join());
  return result.write.body(seal(raw)).open();
}

const BEFORE = `# home
port: 8317
api-keys:
  - sk-test-0001
  - sk-test-0002
openai-compatibility:
  - name: one
    base-url: https://one.example
`;

describe('the repair that changes bytes only', () => {
  const repair = (text: string): string => bodyOf(repairWrite(fileOf(text), V7), text);

  test('puts one marker directly above the first key', () => {
    expect(repair(BEFORE)).toMatch(/^# home\n# holdfast: [^\n]*\nport: 8317\n/);
    expect(stateOf(repair(BEFORE)).image).toEqual(stateOf(BEFORE).image);
  });

  test('replaces the marker, with other bytes each time', () => {
    const once = repair(BEFORE);
    const twice = repair(once);
    expect(twice).not.toBe(once);
    expect(repair(twice)).not.toBe(twice);
    expect(repair(twice).match(/# holdfast/g)).toHaveLength(1);
    expect(repair(twice).replace(/# holdfast.*\n/, '')).toBe(BEFORE);
  });

  test('keeps line ends of another system', () => {
    expect(repair('port: 1\r\n')).toMatch(/^# holdfast[^\r\n]*\r\nport: 1\r\n$/);
  });

  test('is refused for a file that any write would destroy', () => {
    const result = repairWrite(fileOf('port: 1\nnote: |\n  a\n  # b\n'), V7);
    expect(result).toMatchObject({ ok: false, verdicts: [{ guard: 'brick' }] });
  });
});

describe('putting a backup back', () => {
  test('sends its bytes', () => {
    expect(bodyOf(restoreWrite(seal(BEFORE), V7), 'port: 1\n')).toBe(BEFORE);
  });

  test('is refused for a text that the gateway would not load', () => {
    expect(restoreWrite(seal('port: [\n'), V7)).toMatchObject({ ok: false });
  });
});

describe('the inverse of our own changes', () => {
  const inverse = (written: string, now: string): string =>
    bodyOf(
      inverseWrite({
        dialect: V7,
        before: stateOf(BEFORE).content,
        written: stateOf(written).content,
        now: fileOf(now),
        footprints: [],
      }),
      now,
    );

  test('reverts what we wrote and keeps what others wrote in the meantime', () => {
    const written = BEFORE.replace('port: 8317', 'port: 8318').replace('sk-test-0002', 'sk-test-0003');
    const now = `${written.replace('one.example', 'two.example')}debug: true # by hand\n`;
    expect(inverse(written, now)).toBe(
      `${BEFORE.replace('one.example', 'two.example')}debug: true # by hand\n`,
    );
  });

  test.each([
    [
      'has our change behind an anchor by now',
      (text: string) => text.replace('port: 8318', 'port: &shared 8318'),
    ],
    ["isn't YAML by now", () => 'port: [\n'],
  ])('a file that %s is refused right before the request, with the line', (_, edit) => {
    const written = BEFORE.replace('port: 8317', 'port: 8318');
    const now = `${written}debug: true\n`;
    const input = {
      dialect: V7,
      before: stateOf(BEFORE).content,
      written: stateOf(written).content,
      now: fileOf(now),
      footprints: [],
    };
    expect(() => bodyOf(inverseWrite(input), edit(now))).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ code: 'HF4010' })] }),
    );
  });

  test('an entry of ours is removed, an entry of theirs stays, one that we removed returns', () => {
    const written = `${BEFORE.slice(0, BEFORE.indexOf('openai'))}openai-compatibility:\n  - name: ours\n    base-url: https://ours.example\n`;
    const now = `${written}  - name: theirs\n    base-url: https://theirs.example\n`;
    const names = stateOf(inverse(written, now)).image['openai-compatibility'];
    expect(names).toMatchObject([{ name: 'theirs' }, { name: 'one' }]);
  });

  test('what we added and others changed is reverted as ours', () => {
    const written = `${BEFORE}debug: true\n`;
    expect(inverse(written, written)).toBe(BEFORE);
  });
});
