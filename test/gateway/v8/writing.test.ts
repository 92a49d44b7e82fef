// How v8 writes respond for sections that aren't mappings, and how they spell what they add (C v8 §1.5, §4.4,
// §4.11).
import { describe, expect, test } from '@jest/globals';
import { handleV8 } from '../../../src/gateway/v8/endpoints.ts';
import { viewV8 } from '../../../src/gateway/v8/view.ts';
import { runtimeCatalog } from '../../../src/gateway/v8/runtime.ts';
import { toJson } from '../../../src/gateway/model/json.ts';
import { saveV8 } from '../../../src/gateway/v8/save.ts';

const FILE = 'config-version: 8\nserver:\n    port: 8317\n';

const write = (method: string, path: string, body: string, file = FILE): ReturnType<typeof handleV8> =>
  handleV8({ method, path: `/v8/management/config${path}`, body }, { file });

/** What the write adds to the file. */
const added = (method: string, path: string, body: string): string =>
  (write(method, path, body).writes?.text ?? '').replace(FILE, '');

describe("a section that isn't a mapping", () => {
  const SECTIONS = [
    'server',
    'client',
    'client/codex',
    'upstream',
    'upstream/codex',
    'upstream/claude/header-defaults',
    'oauth',
    'oauth/providers',
    'oauth/providers/codex',
    'oauth/providers/claude',
    'oauth/providers/xai',
    'routing',
    'requests/payload',
    'observability/logs',
    'multimedia',
  ];
  test.each(SECTIONS.flatMap((path) => ['false', '5', '"x"', '[]'].map((body) => [path, body] as const)))(
    '%s: %s is refused by the load',
    (path, body) => {
      const { status, body: answer } = write('PUT', `/${path}`, body);
      expect([status, JSON.parse(answer)]).toEqual([
        422,
        {
          error: 'invalid_config',
          message: `parse config payload: ${path.replaceAll('/', '.')} must be a mapping`,
        },
      ]);
    },
  );

  test('is unknown where v8 has no such section', () => {
    const { status, body } = write('PATCH', '', '{"providers":7}');
    expect([status, body]).toEqual([
      400,
      expect.stringContaining('unknown v8 configuration section providers'),
    ]);
  });
});

describe('keys that a path names', () => {
  test.each([
    ['new one', 'new one'],
    ['model-level-cooling', 'model-level-cooling'],
    ['yes', 'yes'],
    ['1:30', '1:30'],
    ['ä ö', 'ä ö'],
    ['12', '"12"'],
    ['null', '"null"'],
    ['1e3', '"1e3"'],
    ['2024-01-01', '"2024-01-01"'],
    ['a: b', "'a: b'"],
    ['a:', "'a:'"],
    ['#x', "'#x'"],
    ['- x', "'- x'"],
    [' x', "' x'"],
    ['x\ty', '"x\\ty"'],
  ])('%j is written as %s', (name, spelled) => {
    expect(added('PUT', `/plugins/configs/p/${name}`, '1')).toBe(
      `plugins:\n    configs:\n        p:\n            ${spelled}: 1\n`,
    );
  });

  test.each([
    ['new one', 'new one'],
    ['a,b', "'a,b'"],
    ['a:b', "'a:b'"],
    ['{x', "'{x'"],
  ])('%j inside a flow mapping is written as %s', (name, spelled) => {
    const file = 'config-version: 8\nplugins: {"configs": {"p": {"a": 1}}}\n';
    const { writes } = write('PUT', `/plugins/configs/p/${name}`, '1', file);
    expect(writes?.text).toBe(`config-version: 8\nplugins: {"configs": {"p": {"a": 1, ${spelled}: 1}}}\n`);
  });
});

describe('tags of a file', () => {
  const view = (text: string): ReturnType<typeof viewV8> => viewV8(`config-version: 8\n${text}`);

  test('!!binary is the text that it encodes', () => {
    const seen = view('requests:\n  proxy-url: !!binary ZGlyZWN0\n');
    expect(seen.ok && seen.memory['proxy-url']).toBe('direct');
    const { body } = handleV8(
      { method: 'GET', path: '/v8/management/config/requests/proxy-url' },
      { file: 'config-version: 8\nrequests:\n  proxy-url: !!binary ZGlyZWN0\n' },
    );
    expect(body).toBe('"direct"');
  });

  test.each(['!!binary not-base64', '!!binary Zg', '!!int x'])('%s is refused', (value) => {
    expect(view(`requests:\n  proxy-url: ${value}\n`).ok).toBe(false);
  });

  test('!!str makes a text of anything, an unknown tag of what follows', () => {
    const seen = view('access:\n  api-keys: [!!str 123, !own abc]\n');
    expect(seen.ok && seen.memory['api-keys']).toEqual(['123', 'abc']);
  });
});

describe('a pointer that the v0 view does not omit', () => {
  test.each([
    ['', null],
    ['server:\n  discovery:\n    auth-required: null\n', null],
    ['server:\n  discovery:\n    auth-required: false\n', false],
  ])('is null while the file gives nothing: %j', (text, shown) => {
    const seen = viewV8(`config-version: 8\n${text}`);
    const json = seen.ok ? toJson(seen.memory, runtimeCatalog()) : undefined;
    expect(json?.['discovery']).toMatchObject({ 'auth-required': shown });
  });

  test('is saved only where the file has it', () => {
    const save = (text: string): string => {
      const seen = viewV8(text);
      const saved = seen.ok ? saveV8(text, seen.memory) : undefined;
      return saved?.ok ? saved.text : '';
    };
    expect(save(FILE)).not.toContain('auth-required');
    expect(save('config-version: 8\nserver:\n  discovery:\n    auth-required: ~\n')).toContain(
      'auth-required: null',
    );
  });
});
