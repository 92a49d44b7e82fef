import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readEnvFile } from '../../src/input/env-file.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly env_file?: string;
}

const compose = parse(read('docker-compose.yml')) as {
  readonly services: Readonly<Record<'gateway' | 'holdfast', Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const { gateway, holdfast } = compose.services;
const example = readEnvFile(read('.env.example'), '.env.example', {}).values;

describe('docker-compose.yml', () => {
  test('starts the public gateway, pinned, reachable from this machine only', () => {
    expect(gateway.image).toMatch(/^eceasy\/cli-proxy-api:v7\.\d+\.\d+$/);
    expect(gateway.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
  });

  test('mounts the directory of config.yaml, writable: the gateway writes files beside it', () => {
    expect(gateway.volumes).toContain('./gateway:/gateway');
    expect(gateway.command).toEqual(['./CLIProxyAPI', '-config', '/gateway/config.yaml']);
  });

  test('points holdfast to the gateway by its port, with the desired state read-only', () => {
    const { port } = parse(read('gateway/config.example.yaml')) as { port: number };
    const settings = parse(read('deploy/compose/holdfast.yaml')) as { targets: { url: string }[] };
    expect(settings.targets.map(({ url }) => url)).toEqual([`http://gateway:${port}`]);
    expect(holdfast.volumes).toContain('./deploy/compose/holdfast.yaml:/config/holdfast.yaml:ro');
    expect(holdfast.volumes).toContain('./desired-state:/config/desired-state:ro');
    expect(holdfast.env_file).toBe('.env');
  });

  test('declares every volume it names, and keeps the state where the image keeps it', () => {
    const named = Object.values(compose.services)
      .flatMap(({ volumes }) => volumes)
      .map((volume) => volume.split(':'))
      .filter(([from]) => !from?.startsWith('.'));
    expect(named.map(([from]) => from).toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
    const [, state] = named.find(([from]) => from === 'holdfast-state') ?? [];
    expect(read('Dockerfile')).toContain(`"--state", "${state}"`);
  });
});

test('every variable of desired-state/ and of docker-compose.yml is in .env.example, with a value', () => {
  const files = readdirSync(join(ROOT, 'desired-state')).map((name) => read(`desired-state/${name}`));
  const references = files.flatMap((text) => [...text.matchAll(/\$\{(?:env|list):(\w+)\}/g)]);
  const interpolated = [...read('docker-compose.yml').matchAll(/\$\{(\w+)/g)];
  const names = new Set([...references, ...interpolated].map((found) => found[1] ?? ''));
  expect([...names].filter((name) => !example[name])).toEqual([]);
  expect(names.size).toBeGreaterThan(3);
});
