// Writes the generated parts of docs/ and deploy/ from the tables in the sources; a test holds the files against them.
import { writeFileSync } from 'node:fs';
import { architecturePicture } from '../test/support/architecture-picture.ts';
import { errorsPage } from '../test/support/errors-page.ts';
import { keysPage } from '../test/support/keys-page.ts';
import { openApiPage } from '../test/support/openapi-page.ts';
import { prometheusRule } from '../test/support/prometheus-rule.ts';

writeFileSync(new URL('../docs/architecture.svg', import.meta.url), architecturePicture());
writeFileSync(new URL('../docs/errors.md', import.meta.url), errorsPage());
writeFileSync(new URL('../docs/keys.md', import.meta.url), keysPage());
writeFileSync(new URL('../docs/openapi.json', import.meta.url), await openApiPage());
writeFileSync(
  new URL('../deploy/kubernetes/monitoring/prometheusrule.yaml', import.meta.url),
  prometheusRule(),
);
