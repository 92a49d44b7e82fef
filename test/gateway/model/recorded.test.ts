import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type RecordedCase, replay } from './replay.ts';

const CASES = join(import.meta.dirname, '../../contract/v0/cases');

/** What these show is timing, the runtime or the file system, which the model has none of; the sandbox replays them. */
const NOT_OF_THE_MODEL =
  /^v0-(auth-|probe-|race-|save-|authfiles-|file-(emptied|edit-then-field|invalid|removed|rename))/;

const files = readdirSync(CASES).filter((file) => !NOT_OF_THE_MODEL.test(file));

describe('what the real gateway kept, showed and stored', () => {
  test('there are cases to judge by', () => {
    expect(files.length).toBeGreaterThan(130);
  });

  test.each(files)('%s', (file) => {
    const recorded = JSON.parse(readFileSync(join(CASES, file), 'utf8')) as RecordedCase;
    expect(replay(recorded)).toEqual([]);
  });
});
