import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { explain } from '../../../src/gateway/explain/explain.ts';
import { nearbyMember } from '../../../src/gateway/catalog/nearby.ts';
import { HoldfastError } from '../../../src/domain/problem/problem.ts';

const catalog = loadCatalog('legacy');
const about = (path: string) => explain(catalog, path);

function refusal(path: string): string {
  try {
    about(path);
  } catch (error) {
    if (error instanceof HoldfastError)
      return error.problems.map((each) => `${each.code} ${each.remedy}`).join('\n');
  }
  return '';
}

describe('explain', () => {
  test('shows where a hidden key is read and that it needs a restart', () => {
    const port = about('port');
    expect(port.reading).toContain('raw file');
    expect(port.restart).toBe(true);
    expect(port.writing.request).toBe('PUT /v0/management/config.yaml');
  });

  test('gives the reason why a member that PATCH ignores is written with the whole list', () => {
    const { writing } = about('gemini-api-key[*].priority');
    expect(writing.request).toBe('PUT /v0/management/gemini-api-key with the whole list');
    expect(writing.reason).toContain('ignores it');
    expect(about('xai-api-key[*].priority').writing.request).toContain('PATCH');
  });

  test('warns that a zero may not stay if the default is different', () => {
    const lost = "isn't stored if the file doesn't have the key";
    expect(about('ws-auth').writing.reason).toContain(`false ${lost}`);
    expect(about('debug').writing.reason).not.toContain(lost);
  });

  test('describes what the gateway does to the value', () => {
    expect(about('gemini-api-key').effects).toEqual([
      'Entries without any of api-key, base-url are dropped.',
      'Of entries with the same api-key, base-url, proxy-url, prefix, headers the first stays.',
    ]);
    expect(about('max-retry-credentials').effects[0]).toBe(
      'Less than 0 becomes 0. Only when the file is loaded.',
    );
  });

  test('shows which version introduced a key, or its parent', () => {
    expect(about('interactions-api-key').since).toBe('v7.2.51');
    expect(about('xai-api-key[*].api-key').since).toBe('v7.2.73');
    expect(about('api-keys').since).toBeUndefined();
  });

  test('knows a header that carries a credential by its name', () => {
    expect(about('claude-api-key[*].headers.Authorization').secret).toContain('Never shown');
    expect(about('claude-api-key[*].headers.X-Team').secret).toBeUndefined();
  });

  test('takes a member without naming an entry', () => {
    expect(about('openai-compatibility.models.alias').path).toBe('openai-compatibility[*].models[*].alias');
  });

  test('shows the path in the other layout, or that there is none', () => {
    const v8 = loadCatalog('v8');
    const elsewhere = (path: string, from = catalog): readonly string[] =>
      explain(from, path).counterpart.paths;
    expect(elsewhere('request-retry')).toEqual(['routing.retry.request-retry']);
    expect(elsewhere('routing.retry.request-retry', v8)).toEqual(['request-retry']);
    expect(elsewhere('remote-management')).toEqual(['management']);
    expect(elsewhere('codex-api-key[*].prefix')).toEqual([
      'api-keys.codex[*].prefix',
      'api-keys.codex[*].keys[*].prefix',
    ]);
    expect(elsewhere('api-keys.codex[*].keys[*].prefix', v8)).toEqual(['codex-api-key[*].prefix']);
    expect(elsewhere('openai-compatibility[x].api-key-entries[*].weight')).toEqual([
      'api-keys.openai-compatibility[x].keys[*].weight',
    ]);
    expect(elsewhere('server.trusted-proxies', v8)).toEqual(['trusted-proxies']);
    expect(elsewhere('codex.identity-confuse')).toEqual([]);
    expect(elsewhere('config-version', v8)).toEqual([]);
  });

  test('has something to say about every key', () => {
    for (const field of catalog.all().filter((each) => each.pattern !== '')) {
      const { description, reading, writing } = about(field.pattern);
      expect([field.pattern, description !== '' || field.name === '[]', reading !== '']).toEqual([
        field.pattern,
        true,
        true,
      ]);
      expect(writing.request).toContain('/v0/management/');
    }
  });

  test('suggests what was meant', () => {
    expect(refusal('requestRetry')).toBe('HF1005 Did you mean `request-retry`?');
    expect(refusal('strategy')).toBe('HF1005 Did you mean `routing.strategy`?');
    expect(refusal('generative-language-api-key')).toBe('HF1005 Did you mean `gemini-api-key`?');
    expect(refusal('openai-compatibility[a].api-keys')).toContain('api-key-entries');
    expect(refusal('quota-exceeded.switch-projekt')).toContain('`quota-exceeded.switch-project`');
    expect(refusal('debug.more')).toContain('HF1005');
    expect(refusal('a..b')).toContain('HF1001');
  });

  test('finds near members by spelling and by former names', () => {
    const provider = catalog.at(['openai-compatibility', 'any']);
    if (!provider) throw new Error('no such field');
    expect(nearbyMember(provider, 'baseUrl')?.name).toBe('base-url');
    expect(nearbyMember(provider, 'api-keys')?.name).toBe('api-key-entries');
    expect(nearbyMember(provider, 'something-else')).toBeUndefined();
  });
});
