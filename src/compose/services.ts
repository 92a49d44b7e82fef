// The services next to the checks of `holdfast run`: health and metrics, the git source, the HTTP API that shows
// them, and notifications. Health comes first, because it can be requested as soon as the server listens.
import { hookOf } from '../daemon/git/hook.ts';
import type { GitSource } from '../daemon/git/source.ts';
import { createHealth } from '../daemon/health/health.ts';
import { healthRoutes } from '../daemon/health/routes.ts';
import { httpService } from '../daemon/http/http.ts';
import { createMetrics } from '../daemon/metrics/metrics.ts';
import { countAnswers, metricsRoutes } from '../daemon/metrics/routes.ts';
import { createNotifyOnce } from '../daemon/notify/notify-once.ts';
import { createNotify } from '../daemon/notify/notify.ts';
import type { Reporter } from '../daemon/core/reporter.ts';
import type { DaemonOperations } from '../daemon/core/daemon-operations.ts';
import type { ServeMcp } from '../daemon/http/server/options.ts';
import type { Service, Services } from '../daemon/core/service.ts';
import { packageVersion } from '../lib/package-files.ts';
import { HoldfastError } from '../domain/problem/problem.ts';
import type { DaemonSettings } from '../settings/settings.ts';
import type { Io } from './io.ts';
import { systemClock } from './system-clock.ts';

/** AI agents beside people and scripts. */
export interface McpService extends Service {
  readonly serve: ServeMcp;
}

interface Parts {
  readonly source: GitSource;
  readonly reporter: Reporter;
  readonly io: Io;
  readonly mcp: (operations: DaemonOperations) => McpService;
}

export function servicesFor({ source, reporter, io, mcp: createMcp }: Parts): Services {
  const redact = io.redact ?? (<T>(value: T): T => value);
  return (operations) => {
    const watched = {
      operations,
      source: source.view,
      now: systemClock.now,
      elapsed: () => performance.now(),
    };
    const health = createHealth(watched);
    const metrics = createMetrics({ ...watched, version: packageVersion() });
    const mcp = createMcp(operations);
    const http = httpService(operations, {
      version: packageVersion(),
      clock: systemClock,
      redact,
      note: reporter.note,
      listening: reporter.listening,
      failed: reporter.failed,
      source: source.view,
      hook: hookOf(source),
      mcp: mcp.serve,
      routes: (settings) => [healthRoutes(health), metricsRoutes(metrics, settings)],
      onServer: (server) => countAnswers(server, metrics),
      assets: async () => (await import('../web/assets.ts')).webAssets(),
    });
    const publicUrl = (settings: DaemonSettings): URL | undefined => settings.http?.publicUrl;
    const onResult = metrics.notified;
    const replicas = operations.replicas();
    const notifying = { operations, clock: systemClock, reporter, clean: redact, publicUrl, onResult };
    const notify = replicas ? createNotifyOnce({ ...notifying, replicas }) : createNotify(notifying);
    source.onChange(() => {
      const [view, found] = [source.view(), source.problem()];
      if (view) http.publish({ kind: 'source', source: view });
      notify.reporter?.shared?.('source', found && new HoldfastError([found]));
    });
    return [health, metrics, source.service(operations), mcp, http, notify];
  };
}
