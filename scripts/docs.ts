// Writes the generated parts of docs/, deploy/ and skills/ from the tables in the sources; a test holds the files against them.
import { writeFileSync } from 'node:fs';
import { architecturePicture } from '../test/support/architecture-picture.ts';
import { errorsPage } from '../test/support/errors-page.ts';
import { keysPage } from '../test/support/keys-page.ts';
import { openApiPage } from '../test/support/openapi-page.ts';
import { prometheusRule } from '../test/support/prometheus-rule.ts';
import { reliabilityPage } from '../test/support/reliability-page.ts';
import { endpointsV0Page, endpointsV8Page } from '../test/support/skill-pages.ts';

writeFileSync(new URL('../docs/architecture.svg', import.meta.url), architecturePicture());
writeFileSync(new URL('../docs/errors.md', import.meta.url), errorsPage());
writeFileSync(new URL('../docs/keys.md', import.meta.url), keysPage());
writeFileSync(new URL('../docs/openapi.json', import.meta.url), await openApiPage());
writeFileSync(new URL('../docs/reliability.md', import.meta.url), reliabilityPage());
writeFileSync(
  new URL('../deploy/kubernetes/monitoring/prometheusrule.yaml', import.meta.url),
  prometheusRule(),
);
const references = new URL('../skills/cliproxyapi-manager/references/', import.meta.url);
writeFileSync(new URL('endpoints-v0.md', references), endpointsV0Page());
writeFileSync(new URL('endpoints-v8.md', references), endpointsV8Page());
