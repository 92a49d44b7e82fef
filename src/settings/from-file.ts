// holdfast.yaml as Settings: its targets with their defaults, in the order of the file.
import { dirname, resolve } from 'node:path';
import { loadCatalog } from '../gateway/catalog/catalog.ts';
import type { Catalog } from '../gateway/catalog/field.ts';
import { uncarriedInValue } from '../lib/http-text.ts';
import { type Position, type Problem, problem } from '../domain/problem/problem.ts';
import { type Sealed, seal } from '../domain/secret.ts';
import type { Policy, Target } from '../domain/target.ts';
import { type Located, type LocatedMap, type LocatedScalar, nodeAt } from '../yaml/located.ts';
import { readTextFile } from '../input/text-file.ts';
import { digestKeyOf, modeOf, urlOf, withFlags } from './common.ts';
import { daemonOf } from './daemon.ts';
import { DEFAULT_URL } from './from-flags.ts';
import { keysOfEnvironment, keysOfFlags } from './keys.ts';
import { DEFAULT_POLICY, policyOf } from './policy.ts';
import { mcpOf } from './mcp.ts';
import { namedKeysOf } from './named-keys.ts';
import { referencesOf } from './references.ts';
import { readSettingsFile, type SettingsTree } from './read.ts';
import { secretsOfState, stateOf } from './state.ts';
import { strategyOf } from './strategy.ts';
import type { Settings, SettingsFlags, SettingsRequest } from './shape.ts';

export async function settingsFromFile(
  path: string,
  shown: string,
  request: SettingsRequest,
): Promise<{ settings?: Settings; problems: readonly Problem[] }> {
  const { env, offline = false, daemon = false, allowUnresolved, readText } = request;
  const read = await readSettingsFile(path, shown, { env, offline, daemon, allowUnresolved, readText });
  const found = read.problems.map(inSettings);
  if (!read.tree) return { problems: found };
  const builder = new Builder(path, read.tree, request);
  const settings = await builder.build();
  return { settings, problems: [...found, ...builder.problems] };
}

/** Only `validate` works without the values that the settings refer to. */
function inSettings(found: Problem): Problem {
  if (found.code !== 'HF2020') return found;
  const remedy =
    'Set the variable or create the file. `--variables FILE` and the setting `env-file` read variables from a file.';
  return { ...found, remedy };
}

class Builder {
  readonly problems: Problem[] = [];
  readonly #path: string;
  readonly #tree: SettingsTree;
  readonly #request: SettingsRequest;
  readonly #catalog: Catalog = loadCatalog('legacy');
  readonly #files: string[] = [];

  constructor(path: string, tree: SettingsTree, request: SettingsRequest) {
    this.#path = path;
    this.#tree = tree;
    this.#request = request;
  }

  async build(): Promise<Settings> {
    const { flags, cwd } = this.#request;
    const { root, files, commands } = this.#tree;
    const nodes = listAt(root, 'targets').filter((node) => node.kind === 'map');
    this.#checkFlags(flags, nodes.length);
    const base = this.#keep(policyOf(root.members.get('policy')?.node, DEFAULT_POLICY, this.#catalog)).policy;
    const { named } = this.#keep(namedKeysOf(root));
    const targets: Target[] = [];
    for (const node of nodes) {
      const target = await this.#target(node, base, nodes.length === 1);
      targets.push(named.length > 0 ? { ...target, named } : target);
    }
    this.#checkNames(nodes);
    const dir = dirname(this.#path);
    const stateDir =
      flags.state === undefined
        ? resolve(dir, textAt(root, 'state', 'dir') ?? '.holdfast')
        : resolve(cwd, flags.state);
    const places = { dir, stateDir, targets: targets.map(({ name }) => name) };
    const { daemon, secrets, files: read } = this.#keep(await daemonOf(root, places));
    const { state } = this.#keep(
      await stateOf(root, { dir, stateDir, isDirNamed: flags.state !== undefined }),
    );
    const { strategy } = this.#keep(strategyOf(root, targets));
    const hidden = [...secrets, ...secretsOfState(state)];
    const envFile = textAt(root, 'env-file');
    const secretsDir = textAt(root, 'secrets-dir');
    const own = targets.flatMap(({ keys, digestKey }) => [...keys, digestKey].map((key) => key.open()));
    return {
      references: referencesOf(root, {
        dir,
        closed: [
          this.#path,
          stateDir,
          ...(envFile === undefined ? [] : [resolve(dir, envFile)]),
          ...(flags.variables === undefined ? [] : [resolve(cwd, flags.variables)]),
        ],
        commands,
        credentials: seal(new Set([...own, ...hidden])),
      }),
      targets,
      daemon,
      mcp: this.#keep(mcpOf(root)).mcp,
      state,
      ...(strategy && { strategy }),
      file: this.#path,
      dir,
      ...(secretsDir !== undefined && { secretsDir: resolve(dir, secretsDir) }),
      watched: [...new Set([this.#path, ...files, ...this.#files, ...read])],
      secrets: seal(new Set([...secretsOf(targets), ...hidden])),
    };
  }

  async #target(node: LocatedMap, base: Policy, single: boolean): Promise<Target> {
    const { flags } = this.#request;
    const name = textAt(node, 'name') ?? '';
    const { policy } = this.#keep(policyOf(node.members.get('policy')?.node, base, this.#catalog));
    const keys = await this.#keys(node, single);
    const tls = await this.#tls(node);
    const labels = labelsOf(node);
    return {
      name,
      ...(labels && { labels }),
      url: this.#url(node, name, single),
      keys,
      desired: this.#desired(node, single),
      mode: modeOf(flags.mode) ?? modeOf(textAt(node, 'mode')) ?? 'apply',
      api: this.#api(node),
      adopted: nodeValue(node, 'adopted') === true,
      ...(tls && { tls }),
      probes: this.#probes(node),
      policy: this.#keep(withFlags(policy, flags)).policy,
      digestKey: digestKeyOf(textAt(node, 'digest-key') ?? textAt(this.#tree.root, 'digest-key'), keys),
    };
  }

  #url(node: LocatedMap, name: string, single: boolean): URL {
    const flag = single ? this.#request.flags.url : undefined;
    const written = scalarAt(node, 'url');
    if (flag === undefined && written?.unresolved) return new URL(DEFAULT_URL);
    const setting = flag === undefined ? `\`url\` of target "${name}"` : '--url';
    const text = flag ?? (written ? String(written.value) : DEFAULT_URL);
    return (
      this.#keep(urlOf(text, { setting, position: flag === undefined ? written?.position : undefined }))
        .url ?? new URL(DEFAULT_URL)
    );
  }

  async #keys(node: LocatedMap, single: boolean): Promise<readonly Sealed<string>[]> {
    const { flags, cwd, env } = this.#request;
    const given = single ? await keysOfFlags(flags, cwd) : undefined;
    if (given) {
      this.#files.push(...given.files);
      return this.#keep(given).keys;
    }
    const written = scalarsAt(node, 'key').filter(({ unresolved }) => !unresolved);
    if (!node.members.has('key')) return single ? keysOfEnvironment(env).keys : [];
    const literal = written.filter(({ reference }) => reference === undefined);
    this.problems.push(...literal.map((one) => literalKey(one, textAt(node, 'name'))));
    this.problems.push(...written.flatMap((key) => unsendable(key, '`key`')));
    return [...new Set(written.map(({ value }) => String(value)))].map(seal);
  }

  #probes(node: LocatedMap): Target['probes'] {
    const key = scalarAt(node, 'probes', 'client-key');
    if (key && !key.unresolved) this.problems.push(...unsendable(key, '`probes.client-key`'));
    return probesOf(node);
  }

  #desired(node: LocatedMap, single: boolean): string[] {
    const { flags, cwd } = this.#request;
    if (single && flags.desired) return flags.desired.map((dir) => resolve(cwd, dir));
    const written = scalarsAt(node, 'desired').map(({ value }) => String(value));
    return (written.length > 0 ? written : ['desired-state']).map((dir) => resolve(dirname(this.#path), dir));
  }

  #api(node: LocatedMap): Target['api'] {
    const api = scalarAt(node, 'api')?.value;
    return api === 'v0' || api === 'v8' ? api : 'auto';
  }

  async #tls(node: LocatedMap): Promise<Target['tls']> {
    const insecure = nodeValue(node, 'tls', 'insecure') === true;
    const written = scalarAt(node, 'tls', 'ca');
    const ca = written && !written.unresolved ? await this.#authority(written) : undefined;
    if (ca === undefined && !insecure) return undefined;
    return { ...(ca !== undefined && { ca }), ...(insecure && { insecure }) };
  }

  /** PEM text, or the file that contains it. */
  async #authority({ value, position }: LocatedScalar): Promise<string | undefined> {
    const text = String(value);
    if (text.includes('-----BEGIN')) return text;
    const file = resolve(dirname(this.#path), text);
    this.#files.push(file);
    const read = await readTextFile(file, text);
    const remedy = 'Name a PEM file that contains the certificate of the authority.';
    if ('problem' in read) this.#wrong(`\`tls.ca\`: ${read.problem.message}`, position, remedy);
    else if (!read.text.includes('-----BEGIN CERTIFICATE-----'))
      this.#wrong(`\`tls.ca\`: ${text} isn't a PEM file`, position, remedy);
    else return read.text;
    return undefined;
  }

  #checkNames(nodes: readonly LocatedMap[]): void {
    const seen = new Map<string, Position>();
    for (const node of nodes) {
      const name = scalarAt(node, 'name');
      const first = seen.get(String(name?.value));
      if (name && first)
        this.problems.push(
          problem(
            'HF1014',
            `Two targets are called "${String(name.value)}"; the first in line ${first.line}`,
            {
              position: name.position,
              remedy: 'Give each target its own name.',
            },
          ),
        );
      else if (name) seen.set(String(name.value), name.position);
    }
  }

  /** Flags about one gateway are ambiguous if there are several. */
  #checkFlags(flags: SettingsFlags, targets: number): void {
    if (targets === 1) return;
    const given = (['url', 'key', 'keyFile', 'gatewayConfig', 'desired'] as const).filter(
      (name) => flags[name] !== undefined,
    );
    for (const name of given) {
      const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      this.problems.push(
        problem('HF1020', `${flag} can't be used with a settings file of ${targets} targets`),
      );
    }
  }

  #wrong(message: string, position: Position, remedy: string): void {
    this.problems.push(problem('HF1012', message, { position, remedy }));
  }

  #keep<T extends { readonly problems: readonly Problem[] }>(result: T): T {
    this.problems.push(...result.problems);
    return result;
  }
}

function literalKey({ position }: LocatedScalar, target: string | undefined): Problem {
  const key = `The management key of target ${target ?? 'without a name'}`;
  return problem('HF2060', `${key} is in plain text in the settings`, {
    position,
    severity: 'warning',
    remedy: 'Refer to it: key: "${env:MANAGEMENT_PASSWORD}".',
  });
}

function unsendable({ value, position }: LocatedScalar, setting: string): Problem[] {
  const found = uncarriedInValue(String(value));
  if (!found) return [];
  const remedy = 'Correct the value at its source. A key is one line without control characters.';
  const message = `${setting} contains ${found.what}, character ${found.at}, which HTTP can't transmit`;
  return [problem('HF1012', message, { position, remedy })];
}

function labelsOf(node: LocatedMap): Target['labels'] {
  const written = node.members.get('labels')?.node;
  if (written?.kind !== 'map') return undefined;
  return Object.fromEntries([...written.members.keys()].map((name) => [name, textAt(written, name) ?? '']));
}

function probesOf(node: LocatedMap): Target['probes'] {
  const clientKey = scalarAt(node, 'probes', 'client-key');
  const probes = node.members.get('probes')?.node;
  const models = probes?.kind === 'map' ? scalarsAt(probes, 'models') : [];
  return {
    ...(clientKey && !clientKey.unresolved && { clientKey: seal(String(clientKey.value)) }),
    models: models.map(({ value }) => String(value)),
  };
}

function secretsOf(targets: readonly Target[]): ReadonlySet<string> {
  return new Set(
    targets.flatMap(({ keys, digestKey, probes, named = [] }) => [
      ...keys.map((key) => key.open()),
      ...named.flatMap(({ key }) => ('secret' in key ? [key.secret.open()] : [])),
      digestKey.open(),
      ...(probes.clientKey ? [probes.clientKey.open()] : []),
    ]),
  );
}

function listAt(root: LocatedMap, name: string): readonly Located[] {
  const node = root.members.get(name)?.node;
  return node?.kind === 'list' ? node.items : [];
}

function scalarAt(root: LocatedMap, ...steps: readonly string[]): LocatedScalar | undefined {
  const node = nodeAt(root, steps);
  return node?.kind === 'scalar' ? node : undefined;
}

/** One text or a list of texts. */
function scalarsAt(root: LocatedMap, name: string): LocatedScalar[] {
  const node = root.members.get(name)?.node;
  if (node?.kind === 'scalar') return [node];
  return node?.kind === 'list' ? node.items.filter((item) => item.kind === 'scalar') : [];
}

function nodeValue(root: LocatedMap, ...steps: readonly string[]): LocatedScalar['value'] | undefined {
  return scalarAt(root, ...steps)?.value;
}

function textAt(root: LocatedMap, ...steps: readonly string[]): string | undefined {
  const found = scalarAt(root, ...steps);
  return found && !found.unresolved ? String(found.value) : undefined;
}
