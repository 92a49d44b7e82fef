// Writes the generated parts of docs/ from the tables in the sources; a test holds the files against them.
import { writeFileSync } from 'node:fs';
import { errorsPage } from '../test/support/errors-page.ts';

writeFileSync(new URL('../docs/errors.md', import.meta.url), errorsPage());
