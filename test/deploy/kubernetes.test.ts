import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { loadSettings } from '../../src/settings/settings.ts';
import { installed } from './installed.ts';
import { type Manifest, problemsOf } from './kubernetes.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DEPLOY = join(ROOT, 'deploy/kubernetes');
const read = (file: string): string => readFileSync(join(DEPLOY, file), 'utf8');
const files = readdirSync(DEPLOY, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.yaml'),
);
const kustomizations = files.filter((file) => file.endsWith('kustomization.yaml'));
const settings = ['base/holdfast.yaml', 'base/desired-state/gateway.yaml', 'overlays/replicas/holdfast.yaml'];
const manifestFiles = files.filter((file) => !kustomizations.includes(file) && !settings.includes(file));
const manifest = <T extends Manifest>(file: string): T => parse(read(file)) as T;

interface Kustomization {
  readonly kind: string;
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly configMapGenerator?: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly patches?: readonly { readonly target: { readonly kind: string }; readonly patch: string }[];
  readonly images?: readonly { readonly name: string; readonly newTag: string }[];
}

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly resources: { readonly requests: object; readonly limits: object };
  readonly securityContext: object;
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
  readonly livenessProbe?: { readonly httpGet: { readonly path: string } };
  readonly readinessProbe?: { readonly httpGet: { readonly path: string } };
}

interface Pod {
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: object;
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
}

interface Workload extends Manifest {
  readonly spec: {
    readonly replicas: number;
    readonly strategy: object;
    readonly template: { readonly spec: Pod };
  };
}

const deployment = manifest<Workload>('base/deployment.yaml');
const cronJob = manifest<Manifest & { spec: { jobTemplate: { spec: { template: { spec: Pod } } } } }>(
  'overlays/drift-only/cronjob.yaml',
);
const pods: readonly (readonly [string, Pod])[] = [
  ['the deployment', deployment.spec.template.spec],
  ['the cron job', cronJob.spec.jobTemplate.spec.template.spec],
];

/** A strategic merge as kustomize does it, for what the patches here use: lists by name, null removes. */
function merged(base: unknown, patch: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(patch)) {
    const named = (list: unknown[], name: unknown): unknown =>
      list.find((one) => (one as { name?: unknown }).name === name);
    const names = patch.map((one) => (one as { name?: unknown }).name);
    const kept = base.map((one) => {
      const { name } = one as { name?: unknown };
      return names.includes(name) ? merged(one, named(patch, name)) : (one as unknown);
    });
    return [...kept, ...patch.filter((_, i) => named(base, names[i]) === undefined)];
  }
  const isMapping = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMapping(base) || !isMapping(patch)) return patch;
  const all = Object.entries(patch).map(([key, value]) => [key, merged(base[key], value)] as const);
  return Object.fromEntries(
    Object.entries({ ...base, ...Object.fromEntries(all) }).filter(([, value]) => value !== null),
  );
}

describe('the manifests for Kubernetes', () => {
  test('the check finds a member that is not known, and a value that is not allowed', () => {
    const service = manifest<Manifest & { spec: object }>('base/service.yaml');
    expect(problemsOf({ ...service, spec: { ...service.spec, selectors: {} } } as never)).toEqual([
      '/spec/selectors is not a member that Kubernetes knows',
    ]);
    expect(problemsOf({ ...service, spec: { ...service.spec, ports: 'http' } } as never)[0]).toMatch(/ports/);
  });

  test.each(manifestFiles)('%s conforms to its schema', (file) => {
    expect(parseAllDocuments(read(file))).toHaveLength(1);
    expect(problemsOf(manifest(file))).toEqual([]);
  });

  test('every reference of a kustomization leads somewhere, and every manifest belongs to one', () => {
    const reached = kustomizations.flatMap((file) => {
      const { resources = [], components = [], configMapGenerator = [] } = parse(read(file)) as Kustomization;
      const named = [...resources, ...components, ...configMapGenerator.flatMap((map) => map.files)];
      return named.map((name) => join(dirname(file), name));
    });
    expect(reached.filter((path) => !existsSync(join(DEPLOY, path)))).toEqual([]);
    const all = [...manifestFiles, ...settings];
    expect(all.filter((file) => !reached.includes(file))).toEqual([]);
  });

  test('the image has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    const images = kustomizations.flatMap((file) => (parse(read(file)) as Kustomization).images ?? []);
    expect(images.length).toBeGreaterThan(0);
    expect(new Set(images.map(({ newTag }) => newTag))).toEqual(new Set([version]));
  });

  test.each(pods)(
    '%s keeps to the restricted profile, with bounds, and mounts only what it declares',
    (_, pod) => {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      const volumes = pod.volumes.map(({ name }) => name);
      for (const container of pod.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources.limits).toHaveProperty('memory');
        expect(container.resources.requests).toMatchObject({
          cpu: expect.any(String),
          memory: expect.any(String),
        });
        expect(container.volumeMounts.map(({ name }) => name).toSorted()).toEqual(volumes.toSorted());
      }
    },
  );

  test('a state never has more than one daemon, and the probes use the right paths', () => {
    expect(deployment.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    const [container] = deployment.spec.template.spec.containers;
    expect(container?.livenessProbe?.httpGet.path).toBe('/healthz');
    expect(container?.readinessProbe?.httpGet.path).toBe('/readyz');
  });

  test('replicas replace each other one by one, share a database and no volume', () => {
    const { patches = [] } = parse(read('overlays/replicas/kustomization.yaml')) as Kustomization;
    const patch = patches.find(({ target }) => target.kind === 'Deployment')?.patch ?? '';
    const changed = merged(deployment, parse(patch)) as Workload;
    expect(problemsOf(changed)).toEqual([]);
    expect(changed.spec).toMatchObject({
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
    });
    const { volumes, containers } = changed.spec.template.spec;
    expect(containers).toEqual(deployment.spec.template.spec.containers);
    expect(volumes.map(({ name }) => name)).toEqual(
      deployment.spec.template.spec.volumes.map(({ name }) => name),
    );
    expect(volumes.filter((volume) => 'persistentVolumeClaim' in volume)).toEqual([]);
    const budget = manifest<Manifest & { spec: object }>('overlays/replicas/poddisruptionbudget.yaml');
    expect(budget.spec).toMatchObject({ minAvailable: 1 });
    const ports = patches.find(({ target }) => target.kind === 'NetworkPolicy')?.patch ?? '';
    const policy = manifest<Manifest & { spec: { egress: { ports: object[] }[] } }>(
      'base/networkpolicy.yaml',
    );
    expect(policy.spec.egress[1]?.ports).toContainEqual({ port: 8317, protocol: 'TCP' });
    expect(parse(ports)).toMatchObject([{ path: '/spec/egress/1/ports/-', value: { port: 5432 } }]);
  });

  test.each(['base', 'overlays/replicas'])(
    'the settings of %s can be read, and refer to nothing but what is mounted',
    async (place) => {
      const file = join(DEPLOY, place, 'holdfast.yaml');
      const loaded = await loadSettings({ flags: { settings: file }, cwd: ROOT, env: {}, offline: true });
      expect(loaded.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      const mounts = deployment.spec.template.spec.containers.flatMap(({ volumeMounts }) => volumeMounts);
      const places = mounts.map(({ mountPath }) => mountPath);
      expect(places).toContain(loaded.settings?.state.dir);
      expect(places).toEqual(expect.arrayContaining([...(loaded.settings?.targets[0]?.desired ?? [])]));
      const referred = settings.flatMap((name) => [...read(name).matchAll(/\$\{file:([^}]+)\}/g)]);
      expect(referred.length).toBeGreaterThan(2);
      expect(referred.filter(([, path = '']) => !places.includes(dirname(path)))).toEqual([]);
    },
  );

  test('no manifest contains a secret: they come from a Secret that the user creates', () => {
    expect(manifestFiles.filter((file) => manifest(file).kind === 'Secret')).toEqual([]);
  });

  installed('kubectl')('kustomize builds every overlay into manifests that are right', () => {
    for (const [overlay, wanted] of [
      ['base', 'Deployment'],
      ['overlays/monitored', 'PrometheusRule'],
      ['overlays/drift-only', 'CronJob'],
      ['overlays/replicas', 'PodDisruptionBudget'],
    ] as const) {
      const text = execFileSync('kubectl', ['kustomize', join(DEPLOY, overlay)], { encoding: 'utf8' });
      const built = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
      const kinds = built.map(({ kind }) => kind);
      expect(kinds).toContain(wanted);
      if (overlay === 'overlays/drift-only')
        expect(kinds.filter((kind) => /Deployment|Service$|PersistentVolumeClaim/.test(kind))).toEqual([]);
      const checked = built.filter(({ kind }) => kind !== 'ConfigMap');
      expect(checked.flatMap(problemsOf)).toEqual([]);
    }
  });
});
