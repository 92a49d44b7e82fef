// The law of comments for v8 files: every comment that does not belong to a removed part is there afterwards, or is
// named.
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { handleV8 } from '../../../src/gateway/v8/endpoints.ts';
import { stored } from '../../../src/gateway/v8/normalise.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { PreparedWrite } from '../../../src/domain/plan/write.ts';
import type { Tree } from '../../../src/lib/value.ts';
import { planV8 } from './plan-v8.ts';
import { CHANGES_V8, commentedV8 } from './commented-v8.ts';
import { withoutComments } from './commented.ts';

/** The file after a write, as the gateway would leave it. */
function written(text: string, { write, body, contentType }: PreparedWrite): string {
  const sent = body(seal(text)).open();
  if (contentType === 'application/yaml') {
    const made = stored(sent);
    if (!made.ok) throw new Error(made.refused);
    return made.text;
  }
  const answer = handleV8({ method: write.method, path: write.path, body: sent }, { file: text });
  if (!answer.writes) throw new Error(answer.body);
  return answer.writes.text;
}

test('any comments and any changes', () => {
  const ways = new Set<string>();
  const changes = fc.uniqueArray(fc.constantFrom(...CHANGES_V8), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(commentedV8, changes, (file, chosen) => {
      const proposed = chosen.reduce((text, { edit }) => edit(text), withoutComments(file.text));
      const { 'config-version': _version, server: _server, ...desired } = parse(proposed) as Tree;
      const { plan, writes } = planV8(file.text, desired);
      expect(writes).not.toEqual([]);
      for (const { contentType } of writes) ways.add(contentType);
      const end = writes.reduce(written, file.text);
      const named = plan.notes.filter(({ code }) => code === 'HF4011').map(({ message }) => message);
      const gone = new Set(chosen.flatMap(({ removes = [] }) => removes));
      const lines = end.split('\n');
      for (const { text, about, behind } of file.comments) {
        if (gone.has(about) || named.join().includes(text.slice(2))) continue;
        const line = lines.find((one) => one.trimEnd().endsWith(text));
        expect([text, line]).toEqual([text, expect.any(String)]);
        if (behind !== undefined && !behind.includes('-two')) expect(line).toContain(behind.split(':')[0]);
      }
    }),
    { numRuns: 40 },
  );
  expect([...ways].toSorted()).toEqual(['application/json', 'application/yaml']);
});
