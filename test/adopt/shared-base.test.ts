// Files of several targets as a base and an overlay for each.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type SharedBase, sharedBase } from '../../src/adopt/layers/shared-base.ts';
import { splitBySubject } from '../../src/adopt/subjects.ts';
import { V7, V8 } from '../../src/gateway/dialect.ts';
import { load } from '../../src/gateway/model/load.ts';
import { viewV8 } from '../../src/gateway/v8/view.ts';
import type { FileDocument } from '../../src/domain/yaml-node.ts';
import { HoldfastError } from '../../src/domain/problem/problem.ts';
import { parseDocument } from '../../src/yaml/document.ts';
import { isFailure } from '../../src/yaml/failure.ts';
import { configTexts } from '../gateway/model/configs.ts';
import { catalog, liveOf } from '../plan/builders.ts';
import { changesOn, liveV8Of, pulledFrom, variablesOf } from './pulled.ts';

const shared = (...texts: string[]): SharedBase | undefined => sharedBase(texts, V7);

const EU = `# EU
debug: false # quiet
request-retry: 3

# people
api-keys:
  - \${env:CLIENT_KEY_1} # laptop
  - \${env:CLIENT_KEY_2}
claude-api-key:
  # main
  - api-key: \${env:CLAUDE_API_KEY}
    base-url: https://claude.example
    priority: 5
openai-compatibility:
  - name: openrouter
    base-url: https://openrouter.example
    models:
      - { name: a, alias: b }
`;

describe('a base of two targets', () => {
  test('has what is equal, with the comments of the first; overlays have the rest, with their own', () => {
    const us = EU.replace('request-retry: 3', 'request-retry: 5 # far away').replace(
      'CLIENT_KEY_2',
      'CLIENT_KEY_3',
    );
    const made = shared(EU, us);
    expect(made?.base).toBe(
      EU.replace('request-retry: 3\n', '').replace(/# people\napi-keys:\n.*\n.*\n/, ''),
    );
    expect(made?.overlays[1]).toContain('request-retry: 5 # far away\n');
    expect(made?.overlays[1]).toContain(
      'api-keys:\n  - ${env:CLIENT_KEY_1} # laptop\n  - ${env:CLIENT_KEY_3}\n',
    );
    expect(made?.overlays[1]).not.toContain('claude');
    expect(made?.lostComments).toEqual([0, 0]);
  });

  test('shares entries, and members of entries, by their identity', () => {
    const us = EU.replace('priority: 5', 'priority: 9').replace(
      '    models:',
      '    prefix: far\n    models:',
    );
    const made = shared(EU, us);
    expect(made?.overlays[0]).toContain('    priority: 5\n');
    expect(made?.overlays[1]).toContain(
      '  - api-key: ${env:CLAUDE_API_KEY}\n    base-url: https://claude.example\n    priority: 9\n',
    );
    expect(made?.overlays[1]).toContain(
      '  - name: openrouter\n    base-url: https://openrouter.example\n    prefix: far\n'.replace(
        '    base-url: https://openrouter.example\n',
        '',
      ),
    );
    expect(made?.base).toContain('models:\n      - { name: a, alias: b }');
  });

  test('counts comments that neither has', () => {
    expect(
      shared(EU, EU.replace('# laptop', '# of Joe').replace('debug: false', 'debug: true'))?.lostComments,
    ).toEqual([0, 1]);
  });

  test('leaves no overlay empty: it would be an error', () => {
    const made = shared(EU, EU);
    expect(made?.overlays.map((text) => text.includes('request-retry: 3\n'))).toEqual([true, true]);
    expect(made?.base).toBe(EU);
  });

  test("isn't there where nothing is equal", () => {
    expect(shared('debug: true\n', 'debug: false\n')).toBeUndefined();
    expect(shared('debug: true\n', 'request-retry: 3\n')).toBeUndefined();
  });
});

const isLoaded = (text: string): boolean => {
  const document = parseDocument(text);
  return !isFailure(document) && load(document as FileDocument, catalog).ok;
};

describe.each([
  ['v7', configTexts('port: 8317\n'), V7, isLoaded, (file: string) => liveOf({ file, desired: {} })],
  ['v8', configTexts('config-version: 8\n', 'v8'), V8, (text: string) => viewV8(text).ok, liveV8Of],
] as const)('of any two %s gateways', (_, texts, dialect, loads, live) => {
  test('base and overlay together change nothing on either', async () => {
    await fc.assert(
      fc.asyncProperty(texts, texts, fc.boolean(), async (one, two, alike) => {
        const other = alike ? `${one}${two.split('\n').slice(1).join('\n')}` : two;
        fc.pre(loads(one) && loads(other));
        const pulls = await pullsOf([live(one), live(other)]);
        fc.pre(pulls !== undefined);
        const made = sharedBase(pulls?.map(({ text }) => text) ?? [], dialect);
        fc.pre(made !== undefined);
        for (const [i, text] of [one, other].entries()) {
          const pulled = pulls?.[i];
          const overlay = made?.overlays[i] ?? '';
          if (pulled && made)
            expect(await changesOn(live(text), pulled, [], [made.base, overlay])).toEqual([]);
        }
      }),
      { numRuns: Number(process.env['ADOPT_RUNS'] ?? 15) },
    );
  });
});

/** Undefined where a gateway has nothing that files can say. */
async function pullsOf(all: readonly Parameters<typeof pulledFrom>[0][]) {
  const pulls: Awaited<ReturnType<typeof pulledFrom>>[] = [];
  let env = {};
  try {
    for (const live of all) {
      const pulled = await pulledFrom(live, { env });
      env = { ...env, ...variablesOf(pulled) };
      pulls.push(pulled);
    }
  } catch (error) {
    if (error instanceof HoldfastError) return undefined;
    throw error;
  }
  return pulls.map((pulled) => ({ ...pulled, variables: pulls.flatMap(({ variables }) => variables) }));
}

describe('a text split by subject', () => {
  test('has every line once, and comments above a key go with it', () => {
    const text = `# head\n\n${EU}# about debug\n\n# why\npayload:\n  override: []\n# end\n`;
    const made = splitBySubject(text, true);
    expect([...made.keys()]).toEqual(['keys', 'providers', 'routing', 'payload', 'gateway']);
    expect(made.get('keys')).toMatch(/^# people\napi-keys:\n/);
    expect(made.get('payload')).toBe('# why\npayload:\n  override: []\n# end\n');
    expect([...made.values()].join('').split('\n').toSorted()).toEqual(text.split('\n').toSorted());
  });
});
