import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createInstruments } from '../../src/daemon/metrics/instruments.ts';
import { SYNC_STATUSES } from '../../src/domain/outcome/sync-status.ts';
import { anchorsOf } from '../support/anchors.ts';
import { prometheusRule } from '../support/prometheus-rule.ts';
import { readQuery } from './promql.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(resolve(ROOT, file), 'utf8');

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

const rules = parse(read('deploy/prometheus/holdfast-alerts.yaml')) as {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Alert[] }[];
};
const alerts = rules.groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('deploy/grafana/holdfast.json')) as Dashboard;
const registry = createInstruments('1.2.3').registry;
const own = registry
  .getMetricsAsArray()
  .map(({ name }) => name)
  .filter((name) => name.startsWith('holdfast_'));
/** Of Prometheus itself. */
const known = new Set([...registry.getMetricsAsArray().map(({ name }) => name), 'up']);

/** As Grafana sends it: its variables filled in. */
const filled = (expr: string): string => expr.replaceAll('$__rate_interval', '5m');
const panelQueries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => filled(expr)));
const queries = [
  ...alerts.map(({ expr }) => expr),
  ...panelQueries,
  ...dashboard.annotations.list.map(({ expr }) => filled(expr)),
];

describe('what the metrics are used for', () => {
  test('the grammar finds names, and what is wrong', () => {
    const good = readQuery('sum by (le) (rate(holdfast_a_seconds_bucket{x="1"}[5m])) > 0 or holdfast_b');
    expect(good).toEqual({ errors: [], metrics: ['holdfast_a_seconds', 'holdfast_b'] });
    expect(readQuery('sum(holdfast_a').errors).not.toEqual([]);
  });

  test('every query can be read and names metrics that there are', () => {
    expect(queries.length).toBeGreaterThan(40);
    const read = queries.map((query) => ({ query, ...readQuery(query) }));
    expect(read.filter(({ errors }) => errors.length > 0)).toEqual([]);
    expect(read.filter(({ metrics }) => metrics.length === 0)).toEqual([]);
    expect(read.filter(({ metrics }) => metrics.some((name) => !known.has(name)))).toEqual([]);
  });

  test('every metric of ours is used by an alert or shown on the dashboard', () => {
    const used = new Set(queries.flatMap((query) => readQuery(query).metrics));
    expect(own.filter((name) => !used.has(name))).toEqual([]);
  });

  test('docs/metrics.md has a row for every metric, with its labels, and for no other', async () => {
    const rows = [...read('docs/metrics.md').matchAll(/^\| `(holdfast_\w+)` \| (\w+) \| ([^|]*) \|/gm)];
    const documented = rows.map(([, name, type, labels]) => [
      name,
      type,
      labels === '–' ? [] : labels?.split(', ').toSorted(),
    ]);
    const made = registry
      .getMetricsAsArray()
      .filter(({ name }) => name.startsWith('holdfast_'))
      .map((metric) => {
        const { name, labelNames, type } = metric as never as {
          name: string;
          labelNames: string[];
          type: string;
        };
        return [name, type, labelNames.toSorted()];
      });
    expect(documented.toSorted()).toEqual(made.toSorted());
  });
});

describe('the alerts', () => {
  test('each has its own name, a severity, a summary and a runbook', () => {
    const anchors = anchorsOf(read('docs/operations.md'));
    const wrong = alerts.filter(({ alert, labels, annotations }) => {
      const page = annotations.runbook_url.replace('docs/operations.md#', '');
      return (
        page !== alert.toLowerCase() ||
        !anchors.includes(page) ||
        annotations.summary.length < 20 ||
        !/^(warning|critical)$/.test(labels.severity)
      );
    });
    expect(wrong).toEqual([]);
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });

  test('there is one for every status that needs action, and none names an unknown status', () => {
    const exprs = alerts.map(({ expr }) => expr).join('\n');
    const named = [...exprs.matchAll(/standing=~?"([^"]+)"/g)].flatMap(([, names = '']) => names.split('|'));
    const needing = Object.entries(SYNC_STATUSES).filter(([, { severity }]) => severity !== 'info');
    expect(needing.map(([name]) => name).filter((name) => !named.includes(name))).toEqual([]);
    expect(named.filter((name) => !Object.hasOwn(SYNC_STATUSES, name))).toEqual([]);
  });

  test('the one for Kubernetes has the same rules', () => {
    expect(read('deploy/kubernetes/monitoring/prometheusrule.yaml')).toBe(prometheusRule());
  });
});

describe('the dashboard', () => {
  test('has panels with ids, titles and places of their own', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const shown = dashboard.panels.filter(({ type }) => type !== 'row');
    expect(new Set(shown.map(({ title }) => title)).size).toBe(shown.length);
    expect(shown.filter(({ targets = [] }) => targets.length === 0)).toEqual([]);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(dashboard.panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });

  test('uses no variable that it does not have, and has none that it does not use', () => {
    const text = JSON.stringify([dashboard.panels, dashboard.annotations]);
    const builtIn = '__rate_interval';
    const used = new Set([...text.matchAll(/\$\{?(\w+)\}?/g)].map(([, name = '']) => name));
    const has = dashboard.templating.list.map(({ name }) => name);
    expect([...used].filter((name) => name !== builtIn).toSorted()).toEqual(has.toSorted());
  });

  test('belongs to no particular data source', () => {
    const text = JSON.stringify(dashboard);
    const sources = [...text.matchAll(/"datasource":(\{"type":"[^"]*","uid":"[^"]*"\})/g)].map(
      ([, at]) => at,
    );
    expect(new Set(sources)).toEqual(new Set(['{"type":"prometheus","uid":"${datasource}"}']));
    expect(text.match(/"datasource":/g)).toHaveLength(sources.length);
  });
});
