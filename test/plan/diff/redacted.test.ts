// What a plan shows of its requests: whether a text is a secret can follow from any name above it.
import { describe, expect, test } from '@jest/globals';
import type { Tree } from '../../../src/lib/value.ts';
import { planOf } from '../builders.ts';

const OLD = 'hidden-old-0001';
const NEW = 'hidden-new-0002';

function shownWrites(file: string, desired: Tree): string {
  const { plan } = planOf({ file, desired, maxDeletes: { fraction: 1 } });
  expect(plan.writes.length).toBeGreaterThan(0);
  const text = JSON.stringify(plan);
  expect(text).not.toContain(OLD);
  expect(text).not.toContain(NEW);
  return plan.writes.map(({ method, path, body }) => `${method} ${path} ${JSON.stringify(body)}`).join('\n');
}

const entry = (headers: string): string =>
  `gemini-api-key:\n  - api-key: sk-test-gem-1\n    base-url: https://a.example\n${headers}`;

describe('the body of a request shows no secret', () => {
  test('of a single header that carries a credential', () => {
    const lines = shownWrites(entry(`    headers:\n      X-Team: a\n      Authorization: ${OLD}\n`), {
      'gemini-api-key': [
        {
          'api-key': 'sk-test-gem-1',
          'base-url': 'https://a.example',
          headers: { 'X-Team': 'b', Authorization: `Bearer ${NEW}` },
        },
      ],
    });
    expect(lines).toContain('PATCH /v0/management/gemini-api-key');
    expect(lines).toMatch(/"X-Team":"b","Authorization":\{"\$secret":/);
  });

  test('of a plugin setting, also if the indicating name is above it', () => {
    const plugin = (settings: string, desired: Tree): string =>
      shownWrites(`plugins:\n  configs:\n    notes:\n      enabled: true\n      ${settings}\n`, {
        plugins: { configs: { notes: desired } },
      });
    expect(plugin(`token: ${OLD}`, { token: NEW })).toMatch(/notes\/config \{"token":\{"\$secret":/);
    expect(plugin(`credentials: { login: ${OLD} }`, { credentials: { login: NEW } })).toMatch(
      /notes\/config \{"credentials":\{"login":\{"\$secret":/,
    );
  });

  test('of a password in a URL', () => {
    const lines = shownWrites(`proxy-url: socks5://me:${OLD}@proxy.example:1080\n`, {
      'proxy-url': `socks5://me:${NEW}@proxy.example:1080`,
    });
    expect(lines).toMatch(/"value":"socks5:\/\/me:#[0-9a-f]{8}@proxy.example:1080"/);
  });
});
