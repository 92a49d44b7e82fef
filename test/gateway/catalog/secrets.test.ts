import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { carriesCredential } from '../../../src/gateway/catalog/credential-names.ts';
import { mapSecrets, secretsIn, shownAt } from '../../../src/gateway/catalog/secrets.ts';
import { mapUrlSecrets } from '../../../src/gateway/catalog/url-secrets.ts';
import { fingerprintsBy } from '../../../src/domain/secret.ts';
import type { Value } from '../../../src/lib/value.ts';

const catalog = loadCatalog('legacy');
const hide = (value: Value): unknown =>
  mapSecrets(catalog.root, value, { whole: () => '<secret>', part: () => '<part>' });

describe('names that carry credentials', () => {
  test.each([
    'Authorization',
    'Proxy-Authorization',
    'X-Api-Key',
    'x-goog-api-key',
    'apikey',
    'APIKey',
    'Cookie',
    'Set-Cookie',
    'X-Auth-Token',
    'token',
    'access_token',
    'clientSecret',
    'password',
    'db-password',
    'dbpassword',
    'Ocp-Apim-Subscription-Key',
    'private-key',
    'X-Auth',
    'api-keys',
    'metadata.token',
  ])('%s does', (name) => {
    expect(carriesCredential(name)).toBe(true);
  });

  test.each([
    'Content-Type',
    'X-Team',
    'max_tokens',
    'maxOutputTokens',
    'max_token',
    'prompt_cache_key',
    'keys',
    'token-env',
    'password-env',
    'access-key-id',
    'Idempotency-Key',
    'reasoning.effort',
    'monkey',
    'secretary',
    'thinkingBudget',
    'User-Agent',
    'keepalive-seconds',
    'key-path',
    '',
  ])('"%s" does not', (name) => {
    expect(carriesCredential(name)).toBe(false);
  });
});

describe('secrets inside URLs', () => {
  test.each([
    ['socks5://user:pass@proxy.example:1080', 'socks5://user:*@proxy.example:1080'],
    ['socks5://user:p@ss@proxy.example:1080', 'socks5://user:*@proxy.example:1080'],
    ['http://user:pa/ss@proxy.example/', 'http://user:*@proxy.example/'],
    ['user:pass@proxy.example:1080', 'user:*@proxy.example:1080'],
    ['http://:pass@proxy.example', 'http://:*@proxy.example'],
    ['https://api.example/v1?key=sk-test-0001&alt=sse', 'https://api.example/v1?key=*&alt=sse'],
    ['https://api.example:8443/v1', 'https://api.example:8443/v1'],
    ['https://api.example:8443/path@v1', 'https://api.example:8443/path@v1'],
    ['http://user@proxy.example', 'http://user@proxy.example'],
    ['http://user:@proxy.example', 'http://user:@proxy.example'],
    ['direct', 'direct'],
    ['', ''],
  ])('%s becomes %s', (url, shown) => {
    expect(mapUrlSecrets(url, () => '*')).toBe(shown);
  });

  test('whatever the text, replacing a secret by itself changes nothing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(mapUrlSecrets(text, (secret) => secret)).toBe(text);
      }),
    );
  });
});

describe('secrets in a configuration', () => {
  test('are found by place, by name and inside URLs; everything else stays', () => {
    const config = {
      'api-keys': ['sk-test-0001', ''],
      'proxy-url': 'socks5://user:pass@proxy.example:1080',
      'remote-management': { 'secret-key': 'mgmt-secret-1', 'allow-remote': true },
      'openai-compatibility': [
        {
          name: 'openrouter',
          'base-url': 'https://openrouter.example/v1',
          'api-key-entries': [{ 'api-key': 'sk-test-0002', weight: 2 }],
          headers: { Authorization: 'Bearer sk-test-0003', 'X-Team': 'a', 'X-Api-Key': '$X-Api-Key' },
          models: [{ name: 'key', alias: 'token' }],
        },
      ],
      plugins: {
        'store-auth': [{ match: 'https://p.example', 'token-env': 'TOKEN' }],
        configs: { demo: { enabled: true, token: 'sk-test-0004', deep: [{ password: 5, mode: 'safe' }] } },
      },
      payload: { override: [{ params: { 'metadata.api_key': 'sk-test-0005', max_tokens: 5 } }] },
      'oauth-model-alias': { token: [{ name: 'a', alias: 'b' }] },
    };
    expect(hide(config)).toEqual({
      'api-keys': ['<secret>', ''],
      'proxy-url': 'socks5://user:<part>@proxy.example:1080',
      'remote-management': { 'secret-key': '<secret>', 'allow-remote': true },
      'openai-compatibility': [
        {
          name: 'openrouter',
          'base-url': 'https://openrouter.example/v1',
          'api-key-entries': [{ 'api-key': '<secret>', weight: 2 }],
          headers: { Authorization: '<secret>', 'X-Team': 'a', 'X-Api-Key': '$X-Api-Key' },
          models: [{ name: 'key', alias: 'token' }],
        },
      ],
      plugins: {
        'store-auth': [{ match: 'https://p.example', 'token-env': 'TOKEN' }],
        configs: {
          demo: { enabled: true, token: '<secret>', deep: [{ password: '<secret>', mode: 'safe' }] },
        },
      },
      payload: { override: [{ params: { 'metadata.api_key': '<secret>', max_tokens: 5 } }] },
      'oauth-model-alias': { token: [{ name: 'a', alias: 'b' }] },
    });
  });

  test('are found below keys that the catalog does not know', () => {
    expect(hide({ ampcode: { 'upstream-api-key': 'sk-test-0001', url: 'https://a:b@c.example' } })).toEqual({
      ampcode: { 'upstream-api-key': '<secret>', url: 'https://a:<part>@c.example' },
    });
    expect(hide({ 'generative-language-api-key': ['sk-test-0001'] })).toEqual({
      'generative-language-api-key': ['<secret>'],
    });
    expect(hide({ 'openai-compatibility': [{ 'api-keys': ['sk-test-0001'] }] })).toEqual({
      'openai-compatibility': [{ 'api-keys': ['<secret>'] }],
    });
  });

  test('are found where the type is wrong', () => {
    expect(hide({ 'api-keys': 'sk-test-0001' })).toEqual({ 'api-keys': '<secret>' });
    expect(hide({ 'api-keys': [12345] })).toEqual({ 'api-keys': ['<secret>'] });
    expect(hide({ 'remote-management': { 'secret-key': ['mgmt-secret-1'] } })).toEqual({
      'remote-management': { 'secret-key': ['<secret>'] },
    });
  });

  test('are listed, and shown as fingerprints', () => {
    const field = catalog.at(['gemini-api-key', 'any']);
    const entry = { 'api-key': 'sk-test-0001', 'proxy-url': 'http://u:pass@p.example', prefix: 'a' };
    expect(secretsIn(field, entry)).toEqual(['sk-test-0001', 'pass']);
    const fingerprints = fingerprintsBy('key');
    expect(shownAt(field, entry, fingerprints)).toEqual({
      'api-key': { $secret: fingerprints.of('sk-test-0001') },
      'proxy-url': `http://u:#${fingerprints.of('pass')}@p.example`,
      prefix: 'a',
    });
  });

  test('replacing them by themselves gives the value back', () => {
    const same = { whole: (secret: string) => secret, part: (secret: string) => secret };
    const text = fc.oneof(fc.string(), fc.constantFrom('http://a:b@c', '$X', 'Authorization', 'token'));
    const value = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.constantFrom<Value>(null, true, false),
        fc.array(tie('value')),
        fc.dictionary(fc.oneof(text, fc.constantFrom('api-keys', 'headers', 'plugins')), tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(value, (given) => {
        expect(mapSecrets(catalog.root, given, same)).toEqual(given);
      }),
    );
  });
});
