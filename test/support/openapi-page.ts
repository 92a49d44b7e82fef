// docs/openapi.json, from the routes.
import { format } from 'prettier';
import { openApiDocument } from '../../src/daemon/http/document.ts';
import { packageVersion } from '../../src/lib/package-files.ts';

export async function openApiPage(): Promise<string> {
  return format(JSON.stringify(await openApiDocument(packageVersion())), { parser: 'json', printWidth: 110 });
}
