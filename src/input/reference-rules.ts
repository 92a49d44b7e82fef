// Which variables and files the references of desired state can use. Without rules, anyone who can change a file of
// desired state could read everything on the machine that makes the plan.
import { realpath } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { isWithin } from '../lib/paths.ts';
import { wildcards } from '../lib/wildcard.ts';
import type { Commands } from './commands.ts';

export interface ReferenceRules {
  /** Patterns of variables, with `*`. Absent: all except the reserved ones. */
  readonly env?: readonly string[];
  /** Directories; relative ones start where relative references start. */
  readonly files: readonly string[];
  /** Absolute paths of files and directories that no reference can use. */
  readonly closed: readonly string[];
  /** Patterns of variables and files whose values can be shown. */
  readonly public: readonly string[];
  /** Absent: none. */
  readonly commands?: Commands | undefined;
  /** Holdfast's own credentials; never values of desired state, whatever their source. */
  readonly own: OwnCredentials;
}

export interface OwnCredentials {
  readonly variables: ReadonlySet<string>;
  /** Opened only for comparisons. */
  readonly values: () => readonly string[];
}

export const NO_CREDENTIALS: OwnCredentials = { variables: new Set(), values: () => [] };

/** Mount points of secrets: containers, Kubernetes, systemd. */
export const SECRET_DIRECTORIES = ['/run/secrets', '/run/credentials'] as const;

export const DEFAULT_RULES: ReferenceRules = {
  files: ['.', ...SECRET_DIRECTORIES],
  closed: [],
  public: [],
  own: NO_CREDENTIALS,
};

/**
 * Variables that CI systems, clouds and tools set: credentials of the machine, not of a gateway. Matched
 * case-insensitively.
 */
const RESERVED = [
  'HOLDFAST_*',
  // GitHub, Gitea, Forgejo
  'GITHUB_*', 'GH_*', 'ACTIONS_*', 'RUNNER_*', 'INPUT_*', 'GITEA_*', 'FORGEJO_*',
  // GitLab
  'CI_*', 'GITLAB_*',
  // other CI systems
  'BUILDKITE*', 'CIRCLE_*', 'CIRCLECI_*', 'DRONE_*', 'WOODPECKER_*', 'JENKINS*', 'HUDSON_*', 'TRAVIS_*',
  'APPVEYOR_*', 'BITBUCKET_*', 'TEAMCITY_*', 'CODEBUILD_*', 'SYSTEM_ACCESSTOKEN', 'ENDPOINT_AUTH_*', 'SEMAPHORE_*', 'CIRRUS_*',
  'ARGOCD_*', 'RENOVATE_*',
  // clouds
  'AWS_*', 'AZURE_*', 'ARM_*', 'GOOGLE_*', 'GCLOUD_*', 'GCP_*', 'CLOUDSDK_*', 'DIGITALOCEAN_*', 'CF_API_*',
  'HCLOUD_*', 'LINODE_*', 'OCI_*', 'SCW_*', 'HEROKU_*', 'VERCEL_TOKEN', 'NETLIFY_*', 'FLY_API_TOKEN', 'FLY_ACCESS_TOKEN', 'TF_*', 'TFE_*', 'PULUMI_*',
  // secret stores
  'VAULT_*', 'SOPS_*', 'AGE_*', 'OP_SERVICE_ACCOUNT_TOKEN', 'OP_CONNECT_TOKEN', 'OP_SESSION*', 'BW_*', 'BWS_*', 'DOPPLER_*', 'INFISICAL_*', 'AKEYLESS_*', 'GPG_*', 'GNUPG*',
  // machines and containers
  'DOCKER_*', 'REGISTRY_AUTH*', 'REGISTRY_PASSWORD', 'REGISTRY_TOKEN', 'KUBECONFIG', 'KUBE_*', 'KUBERNETES_*', 'HELM_*', 'SSH_*', 'GIT_*', 'ANSIBLE_*',
  // packages
  'NPM_*', 'NODE_AUTH_TOKEN', 'YARN_*', 'PNPM_*', 'TWINE_*', 'PYPI_*', 'UV_PUBLISH_*', 'POETRY_*', 'PIP_*', 'CARGO_*',
  'RUBYGEMS_*', 'GEM_HOST_API_KEY', 'NUGET_*', 'MAVEN_*', 'GRADLE_*', 'SONATYPE_*', 'COMPOSER_AUTH', 'HOMEBREW_*',
  // databases and monitoring
  'PGPASSWORD', 'PGPASSFILE', 'MYSQL_PWD', 'DATABASE_URL', 'REDIS_URL', 'SENTRY_*', 'SONAR_*', 'CODECOV_*', 'SNYK_*',
  'COSIGN_*', 'DATADOG_*', 'DD_APP_KEY',
]; // prettier-ignore

/** Names of upstream keys, including those of Google, Azure and GitHub (`GOOGLE_API_KEY`, `AZURE_API_KEY_2`). */
const UPSTREAM_KEY = /^(?!HOLDFAST_|HEROKU_|GEM_HOST_).+_API_KEY(?:_\d+)?$/i;

const RESERVED_PATTERN = wildcards(RESERVED, 'i');

/** Whether no reference may use a variable unless the settings list it. */
export function isReservedVariable(name: string): boolean {
  return RESERVED_PATTERN.test(name) && !UPSTREAM_KEY.test(name);
}

/** Holdfast's own variables depend on the path: the management key can be declared as the management key. */
export function mayUseVariable({ env, own }: ReferenceRules, name: string): boolean {
  if (own.variables.has(name)) return true;
  return env ? wildcards(env).test(name) : !isReservedVariable(name);
}

/** `argument`: the name of a variable, or a path as it is written. */
export function isPublic(rules: ReferenceRules, argument: string): boolean {
  return rules.public.length > 0 && wildcards(rules.public).test(argument);
}

/** The file to read for a path, links resolved; `outside` if it leads to a file that references can't use. */
export async function reachable(
  path: string,
  dir: string,
  rules: ReferenceRules,
): Promise<{ readonly file: string } | 'outside' | 'closed'> {
  const absolute = resolve(dir, path);
  const file = await realOf(absolute);
  const open = await Promise.all(rules.files.map((each) => realOf(resolve(dir, each))));
  // A missing file is judged by its name alone, so that the result doesn't reveal which files exist.
  if (!open.some((each) => isWithin(file, each))) return 'outside';
  const closed = await Promise.all(rules.closed.map(realOf));
  const inGit = file.split(sep).includes('.git');
  return inGit || closed.some((each) => isWithin(file, each)) ? 'closed' : { file };
}

/** Whether links in desired state can lead to a real path: below one of `roots`, or where references can lead. */
export async function linkRule(
  roots: readonly string[],
  dir: string,
  { files, closed }: ReferenceRules,
): Promise<(real: string) => boolean> {
  const open = await Promise.all([...roots, ...files.map((each) => resolve(dir, each))].map(realOf));
  const shut = await Promise.all(closed.map(realOf));
  return (real) =>
    open.some((each) => isWithin(real, each)) &&
    !shut.some((each) => isWithin(real, each)) &&
    !real.split(sep).includes('.git');
}

/** With links resolved as far as the path exists. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const above = resolve(path, '..');
    return above === path ? path : resolve(await realOf(above), relative(above, path));
  }
}
