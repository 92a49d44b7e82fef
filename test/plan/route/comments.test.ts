// Comments are the work of people: every one that does not belong to a removed part is in the file afterwards, in
// its place, or the plan names it.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import type { Routed } from '../../../src/plan/types/route.ts';
import { save } from '../../../src/gateway/model/save.ts';
import { stored } from '../../../src/gateway/model/stored.ts';
import { handle } from '../../../src/gateway/v7/endpoints.ts';
import type { FileDocument } from '../../../src/domain/yaml-node.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { Tree } from '../../../src/lib/value.ts';
import type { PreparedWrite } from '../../../src/domain/plan/write.ts';
import { lostComments } from '../../../src/plan/prediction/comments.ts';
import { planOf } from '../builders.ts';
import { catalog, documentOf, routed, stateOf } from './changes.ts';
import { CHANGES, commented, withoutComments } from './commented.ts';
import { isFailure } from '../../../src/yaml/failure.ts';

/** The file after a write, as the gateway would leave it. */
function written(text: string, { write, body, contentType }: PreparedWrite): string {
  const sent = body(seal(text)).open();
  if (contentType === 'application/yaml') {
    const result = stored(sent, catalog);
    if (typeof result !== 'string') throw new Error(result.message);
    return result;
  }
  const request = { method: write.method, path: write.path, body: sent };
  const saved = save(documentOf(text), handle(stateOf(text).memory, request, catalog).memory, catalog);
  if (isFailure(saved)) throw new Error(saved.message);
  return (saved as FileDocument).text;
}

const FILE = `debug: false # loud
api-keys: [sk-test-0001, sk-test-0002]
claude-api-key:
  - api-key: sk-test-0003
    base-url: https://x.example
    models: [{ name: a, alias: b }] # cheap
    priority: 1
`;

function ends(text: string, after: Parameters<typeof routed>[1], comments?: 'keep' | 'let-go') {
  const route: Routed = routed(text, after, undefined, comments);
  return { route, end: route.writes.reduce(written, text) };
}

describe('a field write that would lose a comment', () => {
  const after = FILE.replace('false', 'true');

  test('is not used while the file can be edited', () => {
    const { route, end } = ends(FILE, after);
    expect(route.writes.map(({ write }) => write.path)).toEqual(['/v0/management/config.yaml']);
    expect(route.writes[0]?.write.reason).toContain('a field write would lose the comment in line 6 (cheap)');
    expect(end).toBe(after);
    expect(route.lostComments).toEqual([]);
  });

  test('is used if the policy allows it', () => {
    const { route } = ends(FILE, after, 'let-go');
    expect(route.writes.map(({ write }) => write.path)).toEqual(['/v0/management/debug']);
  });

  test("is used with a note if the file can't be edited", () => {
    const shared = FILE.replace('[sk-test-0001, sk-test-0002]', '&keys [sk-test-0001, sk-test-0002]');
    const { route, end } = ends(
      shared.replace('debug: false', 'debug: &off false'),
      shared.replace('false', 'true'),
    );
    expect(route.writes.map(({ write }) => write.path)).toEqual(['/v0/management/debug']);
    expect(route.lostComments.map(({ text, line }) => [text, line])).toEqual([['# cheap', 6]]);
    expect(end).toContain('# loud');
  });
});

test('any comments and any changes', () => {
  const routes = { file: 0, field: 0 };
  const changes = fc.uniqueArray(fc.constantFrom(...CHANGES), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(commented, changes, (file, chosen) => {
      const proposed = chosen.reduce((text, { edit }) => edit(text), withoutComments(file.text));
      const { plan, writes } = planOf({
        file: file.text,
        desired: parse(proposed) as Tree,
        allow: ['mass-delete'],
      });
      if (writes.length > 0) routes[writes[0]?.contentType === 'application/yaml' ? 'file' : 'field'] += 1;
      const end = writes.reduce(written, file.text);
      const named = plan.notes.filter(({ code }) => code === 'HF4011').map(({ message }) => message);
      const gone = new Set(chosen.flatMap(({ removes = [] }) => removes));
      const kept = file.comments.filter(
        ({ text, about }) => !named.join().includes(text.slice(2)) && !gone.has(about),
      );
      const lines = end.split('\n');
      for (const { text, behind } of kept) {
        const line = lines.find((one) => one.trimEnd().endsWith(text));
        expect([text, line]).toEqual([text, expect.any(String)]);
        if (behind !== undefined && !behind.includes('-two')) expect(line).toContain(behind.split(':')[0]);
      }
    }),
    { numRuns: 100 },
  );
  expect(routes.field).toBeGreaterThan(0);
  expect(routes.file).toBeGreaterThan(0);
});

describe('what counts as lost', () => {
  test.each([
    ['nothing', 'a: 1 # x\nb: 2\n', 'a: 2 # x\nb: 2\n', []],
    ['one behind a key', 'a: 1 # x\nb: 2\n', 'a: 1\nb: 2\n', [1]],
    ['one that moves to another key', 'a: 1 # x\nb: 2\n', 'a: 1\nb: 2 # x\n', [1]],
    ['one of two that say the same', 'a: 1 # x\nb: 2 # x\n', 'a: 1 # x\nb: 2\n', [2]],
    ['not that of a key that goes', 'a: 1 # x\nb: 2\n', 'b: 2\n', []],
    ['not those right above a key that goes', 'b: 2\n# x\n# y\na: 1\n', 'b: 2\n', []],
    ['but one set off from it', 'b: 2\n# x\n\na: 1\n', 'b: 2\n', [2]],
    ['that of the file', '# x\na: 1\nb: 2\n', 'b: 2\n', [1]],
    ['one at the end', 'a: 1\n# x\n', 'a: 1\n', [2]],
    ['not one that only moves to the left', 'a:\n  - b\n  # x\n', 'a:\n  - b\n# x\n', []],
    ['one in a list', 'api-keys:\n  - k1 # x\n  - k2\n', 'api-keys:\n  - k2 # x\n  - k1\n', [2]],
    [
      'not one that moves with its entry',
      'api-keys:\n  - k1 # x\n  - k2\n',
      'api-keys:\n  - k2\n  - k1 # x\n',
      [],
    ],
    ['none in texts', 'a: "# x"\nb: |\n  # y\n', 'a: "z"\nb: w\n', []],
  ])('%s', (_, before, after, lines) => {
    const lost = lostComments(catalog, { text: before }, { text: after }, []);
    expect(lost.map(({ line }) => line)).toEqual(lines);
  });
});

describe('of two entries with one key', () => {
  const entry = (name: string): string =>
    `  # the ${name}\n  - api-key: sk-test-0001 # ${name}\n    base-url: https://x.example\n    prefix: ${name} # so\n`;
  const [first, second] = [entry('cheap'), entry('dear')];
  const lostOf = (removed: number, after: string): readonly number[] => {
    const file = (entries: string): { readonly text: string } => ({ text: `claude-api-key:\n${entries}` });
    const gone = { kind: 'remove', livePlace: ['claude-api-key', removed], field: catalog.root } as const;
    return lostComments(catalog, file(first + second), file(after), [gone]).map(({ line }) => line);
  };

  test('only the comments of the removed one may go', () => {
    expect(lostOf(0, second)).toEqual([]);
    expect(lostOf(1, first)).toEqual([]);
    expect(lostOf(0, second.replace('  # the dear\n', ''))).toEqual([6]);
    expect(lostOf(1, first.replace(' # cheap', ''))).toEqual([3]);
  });
});
