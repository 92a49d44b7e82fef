// What runs beside the looks of `holdfast run`, put together: the git source, and the HTTP API that shows it.
import { hookOf } from '../daemon/git/hook.ts';
import type { GitSource } from '../daemon/git/source.ts';
import { httpService } from '../daemon/http/http.ts';
import type { Reporter } from '../daemon/reporter.ts';
import type { Services } from '../daemon/service.ts';
import { packageVersion } from '../nouns/package-files.ts';
import type { Io } from './io.ts';
import { systemClock } from './system-clock.ts';

interface Parts {
  readonly source: GitSource;
  readonly reporter: Reporter;
  readonly io: Io;
}

export function servicesFor({ source, reporter, io }: Parts): Services {
  return (desk) => {
    const http = httpService(desk, {
      version: packageVersion(),
      clock: systemClock,
      redact: io.redact ?? ((value) => value),
      note: reporter.note,
      failed: reporter.failed,
      source: source.view,
      hook: hookOf(source),
    });
    source.onChange(() => {
      const view = source.view();
      if (view) http.publish({ kind: 'source', source: view });
    });
    return [source.service(desk), http];
  };
}
