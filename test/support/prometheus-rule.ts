// The alert rules as the Prometheus operator wants them: the same file, wrapped.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const RULES = resolve(import.meta.dirname, '../../deploy/prometheus/holdfast-alerts.yaml');

const HEAD = `# Made by \`npm run docs\` from deploy/prometheus/holdfast-alerts.yaml.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: holdfast
spec:
`;

export function prometheusRule(): string {
  const text = readFileSync(RULES, 'utf8');
  const rules = text.slice(text.indexOf('groups:')).trimEnd().split('\n');
  return `${HEAD}${rules.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n`;
}
