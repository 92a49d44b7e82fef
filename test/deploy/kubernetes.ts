// Checks manifests against the schemas of Kubernetes and of the Prometheus operator. Those accept unknown members;
// here they are found by recording what the validators read.
import {
  PrometheusRule,
  ServiceMonitor,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { CronJob } from 'kubernetes-models/batch/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { PersistentVolumeClaim, Service, ServiceAccount } from 'kubernetes-models/v1';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const KINDS = [
  CronJob,
  Deployment,
  NetworkPolicy,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  PrometheusRule,
  Service,
  ServiceAccount,
  ServiceMonitor,
] as const;

/** What is wrong with it, as text. */
export function problemsOf(manifest: Manifest): string[] {
  const { apiVersion, kind } = manifest;
  const model = KINDS.find((one) => one.kind === kind && one.apiVersion === apiVersion);
  if (!model) return [`no schema of ${apiVersion} ${kind}`];
  const asked = new Set<string>();
  try {
    model.prototype.validate.call(watched(manifest, '', asked) as never);
  } catch (error) {
    return [String(error)];
  }
  return pathsIn(manifest, '')
    .filter((path) => !asked.has(path))
    .map((path) => `${path} is not a member that Kubernetes knows`);
}

function watched(value: unknown, path: string, asked: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key) {
      const at = `${path}/${String(key)}`;
      asked.add(at);
      return watched(Reflect.get(target, key), at, asked);
    },
  });
}

function pathsIn(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [
    `${path}/${key}`,
    ...pathsIn(child, `${path}/${key}`),
  ]);
}
