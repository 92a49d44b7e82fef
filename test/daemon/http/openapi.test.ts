// The description of the API: valid, complete, the one that is published.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openApiDocument } from '../../../src/daemon/http/document.ts';
import { packageFile } from '../../../src/lib/package-files.ts';
import { openApiPage } from '../../support/openapi-page.ts';
import { endAll, serving } from './serving.ts';

afterEach(endAll);

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object }>>>>;
  readonly components: { readonly schemas: object };
}

describe('the OpenAPI document', () => {
  test('is a valid one', async () => {
    const document = JSON.parse(JSON.stringify(await openApiDocument('0.0.0'))) as Record<string, unknown>;
    const found = await new Validator().validate(document);
    expect(found).toMatchObject({ valid: true });
  });

  test('is the one in docs/, or `npm run docs` was forgotten', async () => {
    expect(readFileSync(packageFile('docs/openapi.json'), 'utf8')).toBe(await openApiPage());
  });

  test('names its schemas, and describes how every route fails', async () => {
    const { paths, components } = (await openApiDocument('0.0.0')) as Document;
    expect(Object.keys(components.schemas)).toContain('Target');
    const silent = Object.entries(paths)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, route]) => ({ path, method, route })),
      )
      .filter(({ path, route }) => !path.endsWith('/events') && !Object.hasOwn(route.responses, '4XX'));
    expect(silent).toEqual([]);
  });

  test('is public', async () => {
    const fixture = await serving();
    const answer = await fixture.ask('/api/v1/openapi.json', { token: undefined });
    expect([answer.status, answer.json['openapi']]).toEqual([200, '3.1.0']);
  });
});
