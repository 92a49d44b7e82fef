// What makes a gateway refuse a file although it is valid YAML, and what is just within the bounds.
import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { load } from '../../../src/gateway/model/load.ts';
import { parseDocument } from '../../../src/yaml/document.ts';
import { isFailure } from '../../../src/yaml/failure.ts';

const catalog = loadCatalog('legacy');

/** `stage: message`, or `loads`. */
function verdictOn(text: string): string {
  const document = parseDocument(text);
  if (isFailure(document)) throw new Error(document.message);
  const loaded = load(document, catalog, {});
  return loaded.ok ? 'loads' : `${loaded.stage}: ${loaded.message}`;
}

describe('a document', () => {
  test.each([
    ['', 'loads'],
    ['~', 'loads'],
    ['{}', 'loads'],
    ['[]', 'decode: line 1: cannot unmarshal a list into struct'],
    ['text', 'decode: line 1: cannot unmarshal `text` into struct'],
  ])('that is `%s`: %s', (text, verdict) => {
    expect(verdictOn(text)).toBe(verdict);
  });
});

describe('the weight of a credential', () => {
  test.each([
    ['1000000', 'loads'],
    ['1000001', 'validate: codex-api-key[0].weight: weight must not exceed 1000000'],
    ['-1', 'loads'],
    ['1.5', 'validate: codex-api-key[0].weight: weight must be an integer'],
  ])('%s: %s', (weight, verdict) => {
    expect(verdictOn(`codex-api-key:\n  - api-key: sk-test-0001\n    weight: ${weight}\n`)).toBe(verdict);
  });

  test('is also judged in the keys of a provider, by its place', () => {
    const keys = (weight: number): string =>
      `openai-compatibility:\n  - name: a\n  - name: b\n    api-key-entries:\n      - api-key: sk-test-0001\n        weight: ${weight}\n`;
    expect(verdictOn(keys(5))).toBe('loads');
    expect(verdictOn(keys(2_000_000))).toBe(
      'validate: openai-compatibility[1].api-key-entries[0].weight: weight must not exceed 1000000',
    );
  });
});

describe('credential-in-flight', () => {
  const name = 'credential-in-flight';
  test.each([
    ['{}', 'loads'],
    ['{ snapshot-interval: 0s }', `validate: ${name}.snapshot-interval must be positive`],
    ['{ snapshot-interval: 10s, stale-after: 30s }', 'loads'],
    [
      '{ snapshot-interval: 10s, stale-after: 29s }',
      `validate: ${name}.stale-after must be at least three snapshot intervals`,
    ],
    ['{ staging-retention: 0s }', `validate: ${name}.staging-retention must be positive`],
    ['{ max-part-bytes: 1023 }', `validate: ${name} part bounds are invalid`],
    ['{ max-part-count: 0 }', `validate: ${name} part bounds are invalid`],
    ['{ max-part-count: 65 }', `validate: ${name} part bounds are invalid`],
    ['{ max-part-bytes: 1024, max-part-count: 64, max-revision-bytes: 65536 }', 'loads'],
    [
      '{ max-part-bytes: 1024, max-part-count: 64, max-revision-bytes: 65537 }',
      `validate: ${name}.max-revision-bytes exceeds part capacity`,
    ],
    [
      '{ max-part-bytes: 2048, max-revision-bytes: 2047 }',
      `validate: ${name}.max-revision-bytes is outside hard bounds`,
    ],
    ['{ max-revision-bytes: 16777217 }', `validate: ${name}.max-revision-bytes is outside hard bounds`],
    ['{ max-details: 0 }', 'loads'],
    ['{ max-details: 10001 }', `validate: ${name}.max-details is invalid`],
    ['{ max-details: -1 }', `validate: ${name}.max-details is invalid`],
    ['{ max-string-bytes: 0 }', `validate: ${name}.max-string-bytes is invalid`],
    ['{ max-string-bytes: 256, max-aggregate-groups: 100000 }', 'loads'],
    ['{ max-aggregate-groups: 100001 }', `validate: ${name}.max-aggregate-groups is invalid`],
  ])('%s: %s', (settings, verdict) => {
    expect(verdictOn(`credential-in-flight: ${settings}\n`)).toBe(verdict);
  });
});

describe('codex.live-media-relay', () => {
  const name = 'validate: codex.live-media-relay';
  test.each([
    ['max-sessions: -1', `${name}.max-sessions must not be negative`],
    ['public-ip: 192.0.2.1', 'loads'],
    ['public-ip: 2001:db8::1', 'loads'],
    ['public-ip: 192.0.2.256', `${name}.public-ip is invalid: "192.0.2.256"`],
    ['public-ip: 192.0.2.01', `${name}.public-ip is invalid: "192.0.2.01"`],
    ['public-ip: example', `${name}.public-ip is invalid: "example"`],
    ['udp-port-min: 5000', `${name} UDP port minimum and maximum must both be set`],
    ['udp-port-max: 5000', `${name} UDP port minimum and maximum must both be set`],
    ['udp-port-min: 5001, udp-port-max: 5000', `${name}.udp-port-min must not exceed udp-port-max`],
    ['udp-port-min: 5000, udp-port-max: 5063', 'loads'],
    [
      'udp-port-min: 5000, udp-port-max: 5062',
      `${name} UDP range requires at least 64 ports for 32 sessions`,
    ],
    ['udp-port-min: 5000, udp-port-max: 5003, max-sessions: 2', 'loads'],
    [
      'udp-port-min: 5000, udp-port-max: 5002, max-sessions: 2',
      `${name} UDP range requires at least 4 ports for 2 sessions`,
    ],
    ['udp-port-min: -1', 'decode: cannot unmarshal udp-port-min into a port'],
    ['udp-port-max: 65536', 'decode: cannot unmarshal udp-port-max into a port'],
    ['ice-servers: [{ urls: ["stun:a.example", "TURNS:b.example"] }]', 'loads'],
    ['ice-servers: [{ urls: ["stun:a.example"] }, { urls: [] }]', `${name}.ice-servers[1].urls is required`],
    ['ice-servers: [{ username: a }]', `${name}.ice-servers[0].urls is required`],
    ['ice-servers: [{ urls: [a.example] }]', `${name}.ice-servers[0] contains an invalid URL`],
    [
      'ice-servers: [{ urls: ["http://a.example"] }]',
      `${name}.ice-servers[0] uses unsupported scheme "http"`,
    ],
    [
      'allow-private-remote-ips: true, disable-private-remote-ips: true',
      'decode: codex.live-media-relay cannot set both allow-private-remote-ips and disable-private-remote-ips',
    ],
    ['allow-private-remote-ips: true', 'loads'],
    ['disable-private-remote-ips: true', 'loads'],
  ])('that is enabled, with %s: %s', (settings, verdict) => {
    expect(verdictOn(`codex:\n  live-media-relay: { enabled: true, ${settings} }\n`)).toBe(verdict);
  });

  test('is not judged while it is disabled', () => {
    expect(verdictOn('codex:\n  live-media-relay: { max-sessions: -1 }\n')).toBe('loads');
  });
});
