import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { parseDocument } from '../../../src/yaml/document.ts';
import { load } from '../../../src/gateway/model/load.ts';
import { loadV8 } from '../../../src/gateway/v8/load.ts';
import { normalise, type Normalised, stored } from '../../../src/gateway/v8/normalise.ts';
import { handleV8 } from '../../../src/gateway/v8/endpoints.ts';
import { saveV8 } from '../../../src/gateway/v8/save.ts';

const CASES = join(import.meta.dirname, '../../contract/v8/cases');
const starts = readdirSync(CASES).map((name) => {
  const { id, start } = JSON.parse(readFileSync(join(CASES, name), 'utf8')) as {
    id: string;
    start: { 'config.yaml': string };
  };
  return [id, start['config.yaml']] as const;
});

function taken(made: Normalised): Extract<Normalised, { ok: true }> {
  if (!made.ok) throw new Error(made.refused);
  return made;
}

/** A save writes empty lists and maps where nothing was given (C v0 §6.2, N10). */
const given = (memory: unknown): unknown =>
  JSON.parse(JSON.stringify(memory).replaceAll(/(?<=":)(?:\[\]|\{\})/g, 'null'));

const text = (made: Normalised): string => taken(made).text;

describe('how a v8 gateway converts a file', () => {
  test('moved, deleted, archived and expanded keys are distinguished', () => {
    const { report } = taken(
      normalise(
        'port: 1\nserver: {port: 2}\nrequest-retry: 3\nmine: &m {a: 1}\ntls: {own: *m}\ncodex-api-key: []\n',
      ),
    );
    expect(report).toEqual({
      moved: [
        { old: 'request-retry', now: 'routing.retry.request-retry' },
        { old: 'codex-api-key', now: 'api-keys.codex' },
      ],
      deleted: ['port'],
      archived: ['mine', 'tls'],
      lost: [],
      expanded: true,
    });
  });

  test('behind a comment at the end of the file unknown keys are lost', () => {
    const { report, text: made } = taken(normalise('mine: secret\ndebug: true\n\n# the end\n'));
    expect(report.lost).toEqual(['mine']);
    expect(made).not.toContain('secret');
  });

  test.each(starts)('%s: normalised twice is normalised once', (_id, start) => {
    const once = normalise(start);
    if (once.ok) expect(text(normalise(once.text))).toBe(once.text);
  });

  test.each(starts)('%s: the migration changes nothing that runs', (_id, start) => {
    const before = loadV8(start);
    const once = normalise(start);
    if (!before.ok || !once.ok) return;
    const after = loadV8(once.text);
    expect(after.ok && after.memory).toEqual(before.memory);
  });

  test.each(starts)('%s: a v0 field write of the same memory changes nothing that runs', (_id, start) => {
    const before = loadV8(start);
    if (!before.ok) return;
    const saved = saveV8(start, before.memory);
    if (!saved.ok) return;
    const after = loadV8(saved.text);
    expect(after.ok && given(after.memory)).toEqual(given(before.memory));
  });

  test('a text of the flat layout is stored as it was sent, a v8 one normalised', () => {
    expect(text(stored('debug: true\n\nmine: 1\n'))).toBe('debug: true\n\nmine: 1\n');
    expect(text(stored('server:\n  port: 1\n\nmine: 1\n'))).toBe(
      'server:\n    port: 1\nconfig-version: 8\n\n# mine: 1\n',
    );
  });

  test('a v7 gateway refuses a file with groups, and reads nothing else of a v8 file', () => {
    const v7 = (file: string): unknown => {
      const document = parseDocument(file);
      return 'ok' in document ? document : load(document, loadCatalog('legacy'));
    };
    expect(v7('api-keys: {codex: []}\n')).toMatchObject({ ok: false });
    expect(v7('server: {port: 1}\nrequests: {proxy-url: direct}\n')).toMatchObject({
      ok: true,
      memory: { port: 0, 'proxy-url': '' },
    });
  });
});

describe('the first v8 releases, from reading', () => {
  const ask = (method: string, path: string, body: string): ReturnType<typeof handleV8> =>
    handleV8(
      { method, path: `/v8/management/config${path}`, body },
      {
        file: 'config-version: 8\noauth: {providers: {codex: {response-steering: true}}}\n',
        generation: 'A',
      },
    );

  test('shared settings are read and kept where they stood then', () => {
    expect(JSON.parse(ask('GET', '/oauth/providers/codex', '').body)).toEqual({ 'response-steering': true });
    expect(ask('PUT', '/oauth/providers/xai/inject-x-search', 'true').writes?.text).toMatch(
      /providers:[^]*xai:\s+inject-x-search: true/,
    );
  });

  test('later roots are unknown', () => {
    expect(ask('PATCH', '', '{"upstream": {"xai": {}}}')).toMatchObject({
      status: 400,
      body: '{"error":"invalid_config","message":"unknown v8 configuration section upstream"}',
    });
  });
});
